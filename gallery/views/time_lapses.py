"""How a picture came to be: its frames, one of them as a picture, all of them as an animation."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, owners_only
from accounts.quotas import QuotaError
from gallery import animations, kept_frames, time_lapses
from gallery.busy import BusyError
from gallery.files import CONTENT_TYPES, YEAR_S, file_response, harden
from gallery.forms import AnimationForm, FrameForm
from gallery.models import TimeLapse
from gallery.time_lapses import own_time_lapse


@require_safe
@owners_only
def frames(request: SignedInRequest, artwork_id: UUID) -> HttpResponseBase:
    """All frames in one file, from which the page's script cuts them."""
    time_lapse = own_time_lapse(request.user, artwork_id)
    return file_response(request, time_lapse.file, through_site=True)


@require_safe
@owners_only
def frame(request: SignedInRequest, artwork_id: UUID, step: int) -> HttpResponseBase:
    return frame_response(own_time_lapse(request.user, artwork_id), step)


@require_POST
@owners_only
def keep(request: SignedInRequest, artwork_id: UUID) -> HttpResponse:
    time_lapse = own_time_lapse(request.user, artwork_id)
    form = FrameForm(request.POST, time_lapse=time_lapse)
    if not form.is_valid():
        return _refused(request, artwork_id, form.sentence())
    try:
        kept, is_new = kept_frames.keep_frame(time_lapse, form.cleaned_data["step"])
    except (QuotaError, BusyError) as error:
        return _refused(request, artwork_id, error.sentence)
    if is_new:
        messages.success(
            request,
            _("“%(title)s” hangs in your gallery.") % {"title": kept.title},
            extra_tags="undo:" + reverse("gallery:delete", args=[kept.pk]),
        )
    else:
        messages.info(request, _("You have kept this step before: here it is."))
    return redirect("gallery:artwork", kept.pk)


@require_safe
@owners_only
def animation(request: SignedInRequest, artwork_id: UUID) -> HttpResponseBase:
    time_lapse = own_time_lapse(request.user, artwork_id)
    form = AnimationForm(request.GET)
    if not form.is_valid():
        return _refused(request, artwork_id, form.sentence())
    try:
        return animation_response(time_lapse, form.wish)
    except BusyError as error:
        return _refused(request, artwork_id, error.sentence)


@require_POST
@owners_only
def delete(request: SignedInRequest, artwork_id: UUID) -> HttpResponse:
    time_lapse = own_time_lapse(request.user, artwork_id)
    time_lapses.delete(time_lapse)
    messages.success(request, _("The time-lapse is deleted. The picture stays."))
    return redirect("gallery:artwork", artwork_id)


def frame_response(time_lapse: TimeLapse, step: int) -> HttpResponseBase:
    """One frame, to be kept by browsers for good; Http404 where there is none."""
    place = time_lapses.own_place(time_lapse, step)
    data = time_lapses.read_frame(time_lapse, place).data
    return harden(HttpResponse(data, content_type=CONTENT_TYPES[".webp"]), max_age_s=YEAR_S)


def animation_response(time_lapse: TimeLapse, wish: animations.Wish) -> HttpResponseBase:
    """The animation as a file under the artwork's title. Raises BusyError."""
    film = animations.animate(time_lapse, wish, time_lapse.artwork.owner)
    name = animations.file_name(time_lapse.artwork.title, wish.kind)
    response = FileResponse(
        film, as_attachment=True, filename=name, content_type=CONTENT_TYPES[f".{wish.kind}"]
    )
    return harden(response)


def _refused(request: SignedInRequest, artwork_id: UUID, sentence: str) -> HttpResponse:
    """Back to the picture, with the reason: these are buttons beside it, and nothing is lost."""
    messages.error(request, sentence)
    return redirect(reverse("gallery:artwork", args=[artwork_id]) + "#time-lapse")
