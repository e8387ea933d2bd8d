"""Pages of what somebody has here: take it along, leave for good, come back in time."""

from __future__ import annotations

from contextlib import ExitStack

from allauth.account.internal.decorators import login_stage_required
from allauth.account.stages import LoginStage
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import alerts, audit, places
from accounts.access import SignedInRequest, password_asked_anew, signed_in_page
from accounts.audit import Action
from accounts.models import User
from gallery import zips
from gallery.sending import take_place
from stylesite.privacy import closing, returning, rules, summary
from stylesite.privacy.copying import turns
from stylesite.privacy.copying.archive import Copy


@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """What this site keeps, as it is set up at this moment: for everybody."""
    context = {
        "rules": rules.all_of(),
        "grace": rules.grace() if settings.DELETION_GRACE_DAYS else "",
        "bucket": rules.where_files_are(),
        "from_bucket": settings.S3_SIGNED_URLS,
        "time_lapse": settings.TIMELAPSE,
        "addresses": settings.AUDIT_ADDRESSES,
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "browser_cookie": settings.BROWSER_COOKIE_NAME,
        "booth_cookie": settings.BOOTH_COOKIE_NAME,
        "browser_kept": rules.spoken(places.KEPT),
        "upload_max_bytes": settings.UPLOAD_MAX_BYTES,
        "upload_max_megapixels": settings.UPLOAD_MAX_PIXELS // 10**6,
    }
    return render(request, "privacy/policy.html", context)


@require_safe
@signed_in_page
def overview(request: SignedInRequest) -> HttpResponse:
    context = {"has": summary.of(request.user), "rules": rules.all_of()}
    return render(request, "privacy/data.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
@password_asked_anew
def copy(request: SignedInRequest) -> HttpResponseBase:
    """Everything in one zip, or a sentence why not now."""
    if request.method != "POST":
        return render(request, "privacy/copy.html", {"has": summary.of(request.user)})
    turn = turns.take(request.user, Copy(request.user).pieces())
    if turn is None:
        return _no_copy(request, busy=True)
    with ExitStack() as in_vain:
        in_vain.callback(turn.close)
        take_place()  # whoever finds none has not had one of the few in an hour
        if not ratelimit.consume(request, action="copy", user=request.user):
            return _no_copy(request, often=True)
        audit.record(Action.EXPORT_REQUESTED, request.user, request.user, request)
        in_vain.pop_all()
    return zips.download(turn, settings.SITE_NAME)


def _no_copy(request: SignedInRequest, **why: bool) -> HttpResponse:
    context = {"has": summary.of(request.user), **why}
    return render(request, "privacy/copy.html", context, status=429)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
@password_asked_anew
def delete(request: SignedInRequest) -> HttpResponse:
    """Asks first, with all that goes."""
    user = request.user
    if request.method != "POST":
        return _delete_page(request, last_admin=closing.is_last_admin(user))
    try:
        with transaction.atomic():
            closing.ask(user)
            audit.record(Action.DELETION_REQUESTED, user, user, request)
            logout(request)
    except closing.LastAdminError:
        return _delete_page(request, last_admin=True)
    return redirect("privacy:closed")


def _delete_page(request: SignedInRequest, *, last_admin: bool) -> HttpResponse:
    context = {
        "has": summary.of(request.user),
        "grace_days": settings.DELETION_GRACE_DAYS,
        "last_admin": last_admin,
    }
    status = 409 if last_admin and request.method == "POST" else 200
    return render(request, "privacy/delete.html", context, status=status)


@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """Where somebody lands who has just left."""
    return render(request, "privacy/closed.html", {"grace_days": settings.DELETION_GRACE_DAYS})


@require_http_methods(["GET", "HEAD", "POST"])
@login_stage_required(stage=returning.STAGE, redirect_urlname="account_login")  # type: ignore[untyped-decorator]
def restore(request: HttpRequest) -> HttpResponseBase:
    """Whoever signs in to a closed account in time may have it back, and reaches nothing else."""
    stage: LoginStage = request._login_stage  # type: ignore[attr-defined]
    user: User = stage.login.user
    leaving = returning.leaving_of(user)
    if leaving is None or "leave" in request.POST:
        return _aborted(stage)
    if request.method != "POST":
        return render(request, "privacy/restore.html", {"leaving": leaving})
    with transaction.atomic():
        if not closing.open_again(user):
            return _aborted(stage)
        audit.record(Action.DELETION_CANCELLED, user, user, request)
    alerts.tell(request, user, "privacy/email/opened_again")
    messages.success(request, _("Welcome back. Everything is as you left it."))
    signed_in: HttpResponseBase = stage.exit()
    return signed_in


def _aborted(stage: LoginStage) -> HttpResponseBase:
    """As if nobody had begun to sign in."""
    to_sign_in: HttpResponseBase = stage.abort()
    return to_sign_in
