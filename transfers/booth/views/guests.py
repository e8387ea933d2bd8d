"""The page behind a guest's link: their picture, on their own phone, until its time has come.

Public for whoever has the link, and found by nobody else. A link that never was, has ended or
leads to something deleted answers with one and the same page.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from gallery.downloads import file_name_of
from gallery.files import bytes_response, file_response
from gallery.pictures import encode
from gallery.sending import comes_by_link, take_place
from transfers.booth import deletion, sittings, telling
from transfers.models import BoothPicture, Sitting

P = ParamSpec("P")
HolderView = Callable[Concatenate[HttpRequest, Sitting, P], HttpResponseBase]

FORMATS = ("jpg", "png")


def for_holders(
    view: HolderView[P], may: Callable[[Sitting], bool] = sittings.is_linked
) -> Callable[..., HttpResponseBase]:
    """Hand ``view`` the sitting of the address's code, or answer that it leads nowhere.

    No answer is for search engines or shared caches.
    """

    @wraps(view)
    def opened(
        request: HttpRequest, code: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        sitting = sittings.find(code)
        try:
            if sitting is None or not may(sitting):
                raise Http404
            comes_by_link(request, sitting.booth.owner_id)
            response = view(request, sitting, *args, **kwargs)
        except Http404:
            response = render(request, "booth/nowhere.html", status=404)
            if "HX-Request" in request.headers:
                response["HX-Refresh"] = "true"  # the page that looks for news says so, too
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response["Referrer-Policy"] = "same-origin"
        response["Cache-Control"] = "private, no-cache"
        return response

    return opened


@require_safe
@for_holders
def picture(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """The picture, or how far it is: the page asks again until it is there."""
    code = _code(request)
    context = {
        "sitting": sitting,
        "booth": sitting.booth,
        "told": telling.of(sitting, code, "transfers:guest-file").facts,
        "picture": telling.picture_of(sitting),
        "until": telling.until(sitting),
        "code": code,
    }
    return render(request, "booth/guest.html", context)


@require_safe
@for_holders
def file(request: HttpRequest, sitting: Sitting, rendition: str) -> HttpResponseBase:
    return file_response(request, telling.file_of(sitting, rendition), immutable=False)


@require_safe
@for_holders
def download(request: HttpRequest, sitting: Sitting, file_format: str) -> HttpResponseBase:
    shown = telling.picture_of(sitting)
    if shown is None or file_format not in FORMATS or not sitting.booth.may_download:
        raise Http404
    name = file_name_of(f"{sitting.booth.title}, {shown.title}", file_format)
    if file_format == "png":
        return file_response(request, shown.original, download_as=name, immutable=False)
    take_place(long=False, pixels=shown.width * shown.height)
    return bytes_response(_jpeg(shown), download_as=name)


@require_http_methods(["GET", "HEAD", "POST"])
@partial(for_holders, may=sittings.may_be_deleted)
def delete(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Ask, as nothing brings it back; then photo, picture and link are gone."""
    if request.method != "POST":
        return render(request, "booth/guest_delete.html", {"code": _code(request)})
    deletion.delete(Sitting.objects.filter(pk=sitting.pk))
    return render(request, "booth/guest_deleted.html")


def _code(request: HttpRequest) -> str:
    """As it was typed: pages lead on by the same address."""
    match = request.resolver_match
    return str(match.kwargs["code"]) if match else ""


def _jpeg(shown: BoothPicture) -> bytes:
    try:
        return encode(shown.opened(), "JPEG")
    except FileNotFoundError as missing:
        raise Http404 from missing
