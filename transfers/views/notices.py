"""How somebody wants to be told that a picture is ready: choices, secret, test, unsubscribing.

What is sent and when is up to ``transfers.notify``.
"""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts import alerts, audit, audit_limits, proof
from accounts.access import SignedInRequest, signed_in_page
from accounts.audit import Action
from accounts.mailboxes import may_be_written_to
from accounts.models import User
from accounts.quotas import QuotaError, hold
from gallery import slow_work
from gallery.busy import NoPlaceError
from transfers.models import Notice, NoticeChoices
from transfers.notify import letters, models, outbox, webhooks
from transfers.notify.forms import NoticeForm

DELIVERIES_SHOWN = 10

# A test keeps a thread of the web server for seconds.
TEST_AGAIN_S = 5


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def notices(request: SignedInRequest) -> HttpResponse:
    """Another address for what happens here is asked a proof for, as a new API token is."""
    if request.method == "POST" and _names_another_address(request):
        proof.ask(request)
    form = NoticeForm(request.POST or None, instance=NoticeChoices.of(request.user.pk))
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        messages.success(request, _("Your choice is saved."))
        return redirect("transfers:notices")
    deliveries = Notice.objects.owned_by(request.user).by_webhook().order_by("-created_at")
    context = {
        "form": form,
        # As saved: a rejected address in the form has no secret yet.
        "choices": NoticeChoices.of(request.user.pk),
        "shows_secret": proof.is_given(request),
        "may_be_written_to": may_be_written_to(request.user),
        "deliveries": deliveries[:DELIVERIES_SHOWN],
        "most_tries": outbox.MOST_TRIES,
    }
    return render(request, "transfers/notices.html", context)


def _names_another_address(request: SignedInRequest) -> bool:
    url = request.POST.get("webhook_url", "").strip()
    return bool(url) and url != NoticeChoices.of(request.user.pk).webhook_url


def _saved(request: SignedInRequest, form: NoticeForm) -> bool:
    """False, with a sentence in the form, where another address would be one too many for now."""
    try:
        _save(request, form.cleaned_data)
    except QuotaError as error:
        form.add_error("webhook_url", error.sentence)
        return False
    return True


@transaction.atomic
def _save(request: SignedInRequest, chosen: dict[str, Any]) -> None:
    hold(request.user)
    before, url = NoticeChoices.of(request.user.pk).webhook_url, chosen["webhook_url"]
    is_another = bool(url) and url != before
    if is_another:
        audit_limits.check(request.user, Action.WEBHOOK_SET)
    NoticeChoices.objects.update_or_create(owner=request.user, defaults=chosen)
    if is_another:
        _record(request, Action.WEBHOOK_SET, url)
    elif before and not url:
        _record(request, Action.WEBHOOK_REMOVED, before)


def _record(request: SignedInRequest, action: Action, url: str) -> None:
    """With the host alone: the rest of an address is often a secret. A letter tells, too, unless
    nobody is told anything any more."""
    host = urlsplit(url).hostname or ""
    audit.record(action, request.user, request.user, request, host=host)
    if host and action != Action.WEBHOOK_REMOVED:
        alerts.tell(request, request.user, f"transfers/email/{action.value}", host=host)


@require_POST
@signed_in_page
def show_secret(request: SignedInRequest) -> HttpResponse:
    """The page shows it to whoever has just proved who they are: with it messages are forged."""
    proof.ask(request)
    return redirect("transfers:notices")


@require_POST
@signed_in_page
def draw_secret(request: SignedInRequest) -> HttpResponse:
    """A new secret; the old one signs nothing from now on. It takes a proof, too."""
    proof.ask(request)
    try:
        is_drawn = _draw(request)
    except QuotaError as error:
        messages.error(request, error.sentence)
        return redirect("transfers:notices")
    if is_drawn:
        messages.success(request, _("A new secret is drawn. Give it to your program."))
    return redirect("transfers:notices")


@transaction.atomic
def _draw(request: SignedInRequest) -> bool:
    """Whether there was an address to draw one for."""
    audit_limits.check(request.user, Action.WEBHOOK_SECRET_DRAWN)
    choices, secret = NoticeChoices.of(request.user.pk), models.draw_secret()
    is_drawn = NoticeChoices.objects.filter(owner=request.user).update(webhook_secret=secret) > 0
    if is_drawn:
        _record(request, Action.WEBHOOK_SECRET_DRAWN, choices.webhook_url)
    return is_drawn


@require_POST
@signed_in_page
def test(request: SignedInRequest) -> HttpResponse:
    """Send a test to the saved address and say what came back."""
    choices = NoticeChoices.of(request.user.pk)
    try:
        _send_test(request, choices)
    except NoPlaceError as error:
        messages.error(request, error.sentence)
    return redirect("transfers:notices")


def _send_test(request: SignedInRequest, choices: NoticeChoices) -> None:
    if not choices.webhook_url:
        messages.error(request, _("Save an address first."))
        return
    slow_work.room.enter()  # it waits for somebody else's server
    if not cache.add(f"webhook-test-{request.user.pk}", True, TEST_AGAIN_S):
        messages.error(request, _("That was a lot at once. Wait a few seconds and try again."))
        return
    answer = webhooks.send_test(choices)
    say = messages.success if answer.is_ok else messages.error
    say(request, _in_words(answer))


def _in_words(answer: outbox.Answer) -> str:
    if answer.is_ok:
        return _("The test has arrived: the answer was %(status)d.") % {
            "status": answer.status_code
        }
    told = str(answer.outcome.label)
    if answer.status_code:
        told += f" ({answer.status_code})"
    return _("The test did not arrive: %(reason)s.") % {"reason": told}


@csrf_exempt  # A mail program posts here by itself (RFC 8058), with no cookie; the token says who.
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End the letters to whom the token names; looking changes nothing, as scanners look, too."""
    try:
        owner = get_object_or_404(User, pk=letters.owner_of_token(token))
    except signing.BadSignature:
        raise Http404 from None
    if request.method == "POST":
        NoticeChoices.objects.update_or_create(owner=owner, defaults={"email": False})
    return render(request, "transfers/unsubscribe.html", {"done": request.method == "POST"})
