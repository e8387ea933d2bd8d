"""The pages of API tokens: the list, a new one, and withdrawing one.

A secret is on the answer that made it and nowhere else: it is never stored, so no later page and
no session can give it away.
"""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from accounts import alerts, audit, audit_limits, tokens
from accounts.access import SignedInRequest, owners_only, password_asked_anew, signed_in_page
from accounts.audit import Action
from accounts.forms import ApiTokenForm
from accounts.models import ApiToken
from accounts.quotas import QuotaError


@require_safe
@signed_in_page
def token_list(request: SignedInRequest) -> HttpResponse:
    context = {
        "tokens": ApiToken.objects.owned_by(request.user),
        "limit": tokens.limit_sentence() if tokens.has_as_many_as_may_be(request.user) else "",
    }
    return render(request, "accounts/tokens.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
@password_asked_anew
@sensitive_variables("secret")
def add(request: SignedInRequest) -> HttpResponse:
    form = ApiTokenForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        name, scopes = form.cleaned_data["name"], form.cleaned_data["scopes"]
        try:
            with transaction.atomic():
                audit_limits.check(request.user, Action.TOKEN_MADE)
                token, secret = tokens.issue(request.user, name, scopes, form.expires_at)
                audit.record(
                    Action.TOKEN_MADE, request.user, token, request, scopes=", ".join(token.scopes)
                )
        except QuotaError as error:
            form.add_error(None, error.sentence)
        else:
            alerts.tell(request, request.user, "accounts/email/token_made", name=token.name)
            context = {"token": token, "secret": secret}
            return render(request, "accounts/token_made.html", context, status=201)
    return render(
        request, "accounts/token_add.html", {"form": form}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@owners_only
def revoke(request: SignedInRequest, token_id: UUID) -> HttpResponse:
    """Asks first: nothing can undo it."""
    token = get_object_or_404(ApiToken.objects.owned_by(request.user), pk=token_id)
    if request.method != "POST":
        return render(request, "accounts/token_revoke.html", {"token": token})
    with transaction.atomic():
        if tokens.revoke(token):
            audit.record(Action.TOKEN_REVOKED, request.user, token, request)
    messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": token.name})
    return redirect("accounts:tokens")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def revoke_all(request: SignedInRequest) -> HttpResponse:
    """For whoever fears that somebody else has one. Asks first: nothing can undo it."""
    if request.method != "POST":
        named = ApiToken.objects.owned_by(request.user)
        return render(request, "accounts/tokens_revoke.html", {"tokens": named})
    with transaction.atomic():
        for token in tokens.revoke_all(request.user):
            audit.record(Action.TOKEN_REVOKED, request.user, token, request)
    messages.success(request, _("Your tokens open nothing any more."))
    return redirect("accounts:tokens")
