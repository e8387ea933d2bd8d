"""What a booth's device may ask for: its page, a sitting, the wall, and the host's way out."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import BinaryIO, Concatenate, ParamSpec, cast
from uuid import UUID

from allauth.core import ratelimit
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engine.errors import EngineError, ImageError
from gallery import uploads
from gallery.busy import BusyError
from gallery.files import file_response, harden
from gallery.models import Style
from transfers.booth import deletion, devices, links, sittings, telling
from transfers.models import Booth, Sitting
from transfers.views.new import find

P = ParamSpec("P")
GuestView = Callable[Concatenate[HttpRequest, Booth, P], HttpResponseBase]

ON_WALL = 24
PICTURES = ("display", "thumbnail")


def for_guests(view: GuestView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Hand ``view`` the booth that is open on this device; without one, nothing is found.

    On a device that is so without a page of the site around it.
    """

    @wraps(view)
    def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        booth = devices.booth_of(request)
        try:
            if booth is None:
                raise Http404
            response = view(request, booth, *args, **kwargs)
        except Http404:
            if not devices.is_device(request):
                raise
            response = HttpResponse(status=404, content_type="text/plain")
        response.setdefault("Cache-Control", "no-store")
        return response

    return opened


@require_safe
def here(request: HttpRequest) -> HttpResponseBase:
    """The page that a device stays on, or that no booth is open on it any more."""
    booth = devices.booth_of(request)
    if booth is None:
        closed = render(request, "booth/closed.html", status=404)
        if devices.is_device(request):
            devices.close(closed)
        return closed
    context = {"booth": booth, **_wall_of(booth)}
    context["max_bytes"] = settings.UPLOAD_MAX_BYTES
    response = render(request, "booth/here.html", context)
    response["Cache-Control"] = "no-store"
    devices.keep_open(response, booth)
    return response


@uploads.takes_files_of_guests
@require_POST
@for_guests
def take(request: HttpRequest, booth: Booth) -> HttpResponse:
    """A photo and a style begin a sitting; the answer says where to follow it."""
    if not ratelimit.consume(request, action="booth_take", key=str(booth.pk)):
        return _refused(_("That was a lot at once. Wait a minute and try again."), 429)
    if uploads.was_too_large(request):
        return _refused(uploads.too_large_sentence(), 413)
    file, style = request.FILES.get("photo"), find(booth.offered, request.POST.get("style"))
    if file is None:
        return _refused(_("There was no photo. Please take one."), 400)
    if style is None:
        return _refused(_("That style is no longer here. Please choose another one."), 400)
    on_wall = booth.shows_wall and request.POST.get("on_wall") == "yes"
    try:
        photo, key = cast(BinaryIO, file), request.POST.get("key", "")
        sitting, code = sittings.take(booth, photo, style, on_wall=on_wall, key=key)
    except sittings.BoothError as error:
        return _refused(error.sentence, 429)
    except BusyError as error:
        response = _refused(error.sentence, 503)
        response["Retry-After"] = str(error.wait_s)
        return response
    except EngineError as error:
        return _refused(error.sentence, 413 if _is_too_large(error) else 400)
    answer = {
        "turn": reverse("transfers:booth-turn", args=[code]),
        "qr": reverse("transfers:booth-turn-qr", args=[code]),
        "remove": reverse("transfers:booth-turn-delete", args=[code]),
        "link": links.address(request, code),
        "until": telling.until(sitting),
    }
    return JsonResponse(answer, status=201)


@require_safe
@for_guests
def turn(request: HttpRequest, booth: Booth, code: str) -> HttpResponseBase:
    """How far a sitting is; 304 where nothing changed since the last time."""
    told = telling.of(_sitting(booth, code), code)
    if unchanged := get_conditional_response(request, etag=told.etag):
        return unchanged
    response = JsonResponse(told.facts)
    response["ETag"], response["Cache-Control"] = told.etag, "private, no-cache"
    return response


@require_safe
@for_guests
def turn_file(request: HttpRequest, booth: Booth, code: str, rendition: str) -> HttpResponseBase:
    file = telling.file_of(_sitting(booth, code), rendition)
    return file_response(request, file, immutable=False)


@require_safe
@for_guests
def turn_qr(request: HttpRequest, booth: Booth, code: str) -> HttpResponseBase:
    _sitting(booth, code)
    drawn = links.qr_svg(links.address(request, code))
    return harden(HttpResponse(drawn, content_type="image/svg+xml"), max_age_s=0)


@require_POST
@for_guests
def turn_delete(request: HttpRequest, booth: Booth, code: str) -> HttpResponse:
    """The guest who stands there does not want it after all."""
    deletion.delete(Sitting.objects.filter(pk=_sitting(booth, code).pk))
    return HttpResponse(status=204)


@require_safe
@for_guests
def wall(request: HttpRequest, booth: Booth) -> HttpResponse:
    """The latest pictures; a fragment."""
    return render(request, "booth/_wall.html", {"booth": booth, **_wall_of(booth)})


@require_safe
@for_guests
def wall_file(
    request: HttpRequest, booth: Booth, sitting_id: UUID, rendition: str
) -> HttpResponseBase:
    if rendition not in PICTURES or not booth.shows_wall:
        raise Http404
    shown = Sitting.objects.on_the_wall(timezone.now()).filter(booth=booth)
    picture = get_object_or_404(shown, pk=sitting_id).picture
    return file_response(request, getattr(picture, rendition), immutable=False)


@require_safe
@for_guests
def style_file(
    request: HttpRequest, booth: Booth, style_id: UUID, rendition: str
) -> HttpResponseBase:
    if rendition not in PICTURES:
        raise Http404
    style: Style = get_object_or_404(booth.offered, pk=style_id)
    return file_response(request, getattr(style, rendition), immutable=False)


def _sitting(booth: Booth, code: str) -> Sitting:
    """The sitting that was begun on a device of this booth. Its link may be over already."""
    sitting = sittings.find(code)
    if sitting is None or sitting.booth_id != booth.pk:
        raise Http404
    return sitting


def _wall_of(booth: Booth) -> dict[str, object]:
    """Its latest pictures, and its styles, which are shown while there are none."""
    shown = Sitting.objects.on_the_wall(timezone.now()).filter(booth=booth)
    on_wall = list(shown[:ON_WALL]) if booth.shows_wall else []
    return {"on_wall": on_wall, "styles": list(booth.offered)}


def _refused(sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"sentence": sentence}, status=status)


def _is_too_large(error: EngineError) -> bool:
    return isinstance(error, ImageError) and error.reason == "too_large"
