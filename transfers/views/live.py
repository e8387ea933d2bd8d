"""The live page: a transfer from the queue to the finished picture.

The row is read, never changed: cancelling, keeping and trying again are transitions of
``transfers.queue.steering`` and ``submission``. What the page says about a row is put into words in
``transfers.status``. Whoever sees a transfer end here gets no letter about it.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, HttpResponseStopPolling

from accounts.access import SignedInRequest, signed_in_page
from accounts.quotas import QuotaError
from engine.errors import EngineError
from transfers import loss_chart
from transfers.models import Transfer
from transfers.notify import outbox
from transfers.queue import steering, submission
from transfers.status import Status

# What js/live.js sends while its page is in front: pages in the background go on asking, too.
LOOKING = "X-Looking"


@require_safe
@signed_in_page
def detail(request: SignedInRequest, transfer_id: UUID) -> HttpResponseBase:
    shown = Status.of(own_transfer(request, transfer_id))
    if not shown.transfer.is_unfinished:
        outbox.note_seen(shown.transfer)
    if artwork := shown.artwork:
        return redirect("gallery:artwork", artwork.pk)
    return render(request, "transfers/detail.html", _context(shown))


@require_safe
@signed_in_page
def progress(request: SignedInRequest, transfer_id: UUID) -> HttpResponseBase:
    """What changed since the last poll; 304 where nothing did, 286 (stop polling) at the end."""
    transfer = own_transfer(request, transfer_id)
    if not request.htmx:
        return redirect("transfers:detail", transfer_id)
    shown = Status.of(transfer)
    if LOOKING in request.headers and not shown.transfer.is_unfinished:
        outbox.note_seen(shown.transfer)
    if artwork := shown.artwork:
        return HttpResponseClientRedirect(reverse("gallery:artwork", args=[artwork.pk]))
    if unchanged := get_conditional_response(request, etag=shown.etag):
        return unchanged
    response = render(request, "transfers/_progress_update.html", _context(shown))
    if not shown.transfer.is_unfinished:
        return HttpResponseStopPolling(response.content)
    response["ETag"] = shown.etag
    response["Cache-Control"] = "private, no-cache"
    return response


def _context(shown: Status) -> dict[str, Any]:
    transfer = shown.transfer
    return {"shown": shown, "transfer": transfer, "chart": loss_chart.of(transfer)}


@require_POST
@signed_in_page
def cancel(request: SignedInRequest, transfer_id: UUID) -> HttpResponse:
    transfer = own_transfer(request, transfer_id)
    steering.request_cancel(transfer)
    return redirect("transfers:detail", transfer.pk)


@require_POST
@signed_in_page
def keep(request: SignedInRequest, transfer_id: UUID) -> HttpResponse:
    """End painting now and keep the picture; one that has ended is simply shown."""
    transfer = own_transfer(request, transfer_id)
    if not steering.request_keep(transfer) and transfer.is_unfinished:
        messages.info(request, _("There is nothing to keep yet: painting has not begun."))
    return redirect("transfers:detail", transfer.pk)


@require_POST
@signed_in_page
def retry(request: SignedInRequest, transfer_id: UUID) -> HttpResponse:
    """Paint the same again as a new transfer; one that still runs is simply shown."""
    transfer = own_transfer(request, transfer_id)
    try:
        transfer = submission.retry(transfer)
    except submission.WrongStateError:
        pass
    except (EngineError, QuotaError) as error:
        messages.error(request, error.sentence)
    return redirect("transfers:detail", transfer.pk)


def own_transfer(request: SignedInRequest, transfer_id: UUID) -> Transfer:
    """The picture of who asks; Http404 for anybody else's, and for a study: it has no such page."""
    own = Transfer.objects.pictures().owned_by(request.user)
    transfers = own.select_related("content_image", "artwork")
    return get_object_or_404(transfers, pk=transfer_id)
