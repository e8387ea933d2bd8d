"""The studio: what is being painted, what waits and in which order, and what came of it lately.

The live page of each is in ``live``.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, signed_in_page
from transfers.models import Transfer
from transfers.queue import own_order, steering
from transfers.queue.own_order import Whither
from transfers.status import Status
from transfers.views.live import own_transfer

MOST_WAITING = 60
RECENT = 24


@require_safe
@signed_in_page
def studio(request: SignedInRequest) -> HttpResponse:
    own = (
        Transfer.objects.pictures()
        .owned_by(request.user)
        .select_related("content_image", "artwork")
        .prefetch_related("styles")
    )
    waiting = own.queued().in_own_order()
    waiting_count = waiting.count()
    shown = Status.of_all(waiting[:MOST_WAITING])
    context = {
        "running": Status.of_all(own.running().order_by("started_at")),
        "waiting": shown,
        "waiting_count": waiting_count,
        "more_waiting": waiting_count - len(shown),
        "ended": Status.of_all(own.ended().order_by("-created_at")[:RECENT]),
    }
    return render(request, "transfers/studio.html", context)


@require_POST
@signed_in_page
def move(request: SignedInRequest, transfer_id: UUID) -> HttpResponse:
    """Paint a waiting one sooner or later than one's others: POST ``whither``."""
    transfer = own_transfer(request, transfer_id)
    try:
        whither = Whither(request.POST.get("whither", ""))
    except ValueError:
        return HttpResponseBadRequest()
    if not own_order.move(transfer, whither):
        messages.info(request, _("It is no longer waiting, so its place stays as it is."))
    return redirect("transfers:list")


@require_POST
@signed_in_page
def cancel_waiting(request: SignedInRequest) -> HttpResponse:
    """Cancel everything of one's own that waits; what is being painted goes on."""
    count = steering.cancel_waiting(request.user)
    messages.success(
        request,
        ngettext(
            "%(count)d waiting picture was taken from the queue.",
            "%(count)d waiting pictures were taken from the queue.",
            count,
        )
        % {"count": count},
    )
    return redirect("transfers:list")
