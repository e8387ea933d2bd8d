"""Trying a style: a draft of a sample photo, or of one of one's own, beside the style itself.

It is an ordinary transfer in the ordinary queue, and its picture hangs in the gallery like any
other. Works as a page of its own; asked for by htmx, its parts appear on the style's page.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseStopPolling, reswap, retarget

from accounts.access import SignedInRequest, signed_in_page
from accounts.quotas import QuotaError
from engine.errors import EngineError
from gallery.files import CHANGEABLE_S, harden
from gallery.models import Style
from gallery.presets.catalog import Photo, read_catalog
from transfers.durations import spoken
from transfers.forms import params_for, recommended_strength
from transfers.models import ContentImage, Transfer
from transfers.notify import outbox
from transfers.photos import add_photo
from transfers.queue import estimates, submission
from transfers.status import Status
from transfers.studio.times import USUAL_PHOTO_PX
from transfers.views.live import LOOKING, own_transfer
from transfers.views.new import find

QUALITY = "draft"
OWN_PHOTOS = 6
TITLE_LENGTH = 120


def samples() -> dict[str, Photo]:
    """The photos that ship with the site, free for anyone to use."""
    return {preset.photo.slug: preset.photo for preset in read_catalog()}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def try_style(request: SignedInRequest, style_id: UUID) -> HttpResponseBase:
    style = get_object_or_404(Style.objects.usable_by(request.user), pk=style_id)
    if request.method != "POST":
        return _choice(request, style)
    try:
        transfer = _submit(request, style)
    except (EngineError, QuotaError) as error:
        return _choice(request, style, error.sentence)
    if request.htmx:
        return _developing(request, style, transfer)
    return redirect("transfers:detail", transfer.pk)


def _submit(request: SignedInRequest, style: Style) -> Transfer:
    order = submission.Order(
        content_image=_photo(request),
        styles=[(style, 1.0)],
        params=params_for(style, QUALITY, recommended_strength(style)),
        title=(_("Trying %(style)s") % {"style": style.title})[:TITLE_LENGTH],
    )
    return submission.submit_all(request.user, [order])[0]


def _photo(request: SignedInRequest) -> ContentImage:
    """The chosen photo; a sample becomes a photo of theirs once, and is found again by its pixels.

    Raises EngineError where it is no photo of theirs.
    """
    chosen = request.POST.get("photo", "")
    if sample := samples().get(chosen):
        with sample.path.open("rb") as file:
            return add_photo(request.user, file, ContentImage.Source.UPLOAD, sample.title)
    photo = find(ContentImage.objects.owned_by(request.user), chosen)
    if photo is None:
        raise EngineError(_("Please choose a photo to try it on."))
    return photo


def _choice(request: SignedInRequest, style: Style, problem: str = "") -> HttpResponse:
    offered = list(samples().values())
    own = ContentImage.objects.owned_by(request.user)
    context: dict[str, Any] = {
        "style": style,
        "samples": offered,
        "own_photos": own.exclude(title__in=[one.title for one in offered])[:OWN_PHOTOS],
        "problem": problem,
        "time": _time(style),
    }
    # A fragment with a mistake in it is swapped in like any other: htmx drops answers of 400s.
    template = "transfers/_try.html" if request.htmx else "transfers/try.html"
    status = 422 if problem and not request.htmx else 200
    return render(request, template, context, status=status)


def _time(style: Style) -> str:
    try:
        params = params_for(style, QUALITY, recommended_strength(style))
        seconds = estimates.seconds_for(*USUAL_PHOTO_PX, params)
    except EngineError:
        return ""
    return "" if seconds is None else spoken(seconds)


def _developing(request: SignedInRequest, style: Style, transfer: Transfer) -> HttpResponse:
    context = {"style": style, "transfer": transfer, "shown": Status.of(transfer)}
    return render(request, "transfers/_trying.html", context)


@require_safe
@signed_in_page
def tried(request: SignedInRequest, style_id: UUID, transfer_id: UUID) -> HttpResponseBase:
    """How far the trial is; at the end, what came of it in its place."""
    transfer = own_transfer(request, transfer_id)
    if not request.htmx:
        return redirect("transfers:detail", transfer.pk)
    shown = Status.of(transfer)
    if LOOKING in request.headers and not transfer.is_unfinished:
        outbox.note_seen(transfer)
    style = get_object_or_404(transfer.styles, pk=style_id)
    context = {"style": style, "transfer": transfer, "shown": shown}
    if shown.artwork:
        done = render(request, "transfers/_tried.html", {**context, "artwork": shown.artwork})
        return reswap(retarget(done, f"#trial-{transfer.pk}"), "outerHTML")
    response = render(request, "transfers/_progress.html", context)
    if transfer.is_unfinished:
        return response
    return HttpResponseStopPolling(response.content)


@require_safe
def sample_photo(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A sample for everybody to look at."""
    sample = samples().get(slug)
    if sample is None:
        raise Http404
    response = FileResponse(sample.path.open("rb"), content_type="image/jpeg")
    return harden(response, public=True, max_age_s=CHANGEABLE_S)
