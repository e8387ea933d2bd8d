"""The live page: a transfer from the queue to the finished picture, and the list of them.

The row is read, never changed: cancelling and trying again are transitions of
``transfers.queue.lifecycle``. What the page says about a row is put into words in
``transfers.status``.
"""

from contextlib import suppress
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, HttpResponseStopPolling

from accounts.access import SignedInRequest, signed_in_page
from transfers.models import Transfer
from transfers.queue import lifecycle
from transfers.status import Status

RECENT = 24


@require_safe
@signed_in_page
def recent(request: SignedInRequest) -> HttpResponse:
    transfers = (
        Transfer.objects.owned_by(request.user)
        .select_related("content_image", "artwork")
        .prefetch_related("styles")
        .order_by("-created_at")[:RECENT]
    )
    shown = [Status(transfer) for transfer in transfers]
    shown.sort(key=lambda status: not status.transfer.is_unfinished)
    return render(request, "transfers/list.html", {"shown": shown})


@require_safe
@signed_in_page
def detail(request: SignedInRequest, transfer_id: UUID) -> HttpResponseBase:
    shown = Status(_own(request, transfer_id))
    if artwork := shown.artwork:
        return redirect("gallery:artwork", artwork.pk)
    return render(request, "transfers/detail.html", {"shown": shown, "transfer": shown.transfer})


@require_safe
@signed_in_page
def progress(request: SignedInRequest, transfer_id: UUID) -> HttpResponseBase:
    """What changed since the last poll; 304 where nothing did, 286 (stop polling) at the end."""
    if not request.htmx:
        return redirect("transfers:detail", transfer_id)
    shown = Status(_own(request, transfer_id))
    if artwork := shown.artwork:
        return HttpResponseClientRedirect(reverse("gallery:artwork", args=[artwork.pk]))
    if unchanged := get_conditional_response(request, etag=shown.etag):
        return unchanged
    response = render(
        request,
        "transfers/_progress_update.html",
        {"shown": shown, "transfer": shown.transfer},
    )
    if not shown.transfer.is_unfinished:
        return HttpResponseStopPolling(response.content)
    response["ETag"] = shown.etag
    response["Cache-Control"] = "private, no-cache"
    return response


@require_POST
@signed_in_page
def cancel(request: SignedInRequest, transfer_id: UUID) -> HttpResponse:
    transfer = _own(request, transfer_id)
    lifecycle.request_cancel(transfer)
    return redirect("transfers:detail", transfer.pk)


@require_POST
@signed_in_page
def retry(request: SignedInRequest, transfer_id: UUID) -> HttpResponse:
    """Paint the same again as a new transfer; one that still runs is simply shown."""
    transfer = _own(request, transfer_id)
    with suppress(lifecycle.WrongStateError):
        transfer = lifecycle.retry(transfer)
    return redirect("transfers:detail", transfer.pk)


def _own(request: SignedInRequest, transfer_id: UUID) -> Transfer:
    transfers = Transfer.objects.owned_by(request.user).select_related("content_image", "artwork")
    return get_object_or_404(transfers, pk=transfer_id)
