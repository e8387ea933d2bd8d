"""What whoever holds a share link sees: a picture or an album, and nothing around it.

A link that never was, has ended, was withdrawn or leads to nothing any more answers with one and
the same page, so that it tells nobody which it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from gallery import link_guesses, shares, zips
from gallery.downloads import Wish, download_response
from gallery.files import file_response
from gallery.models import Artwork, ShareLink
from gallery.sending import comes_by_link
from gallery.sharing_forms import LinkPasswordForm
from gallery.views.objections import object_to

P = ParamSpec("P")

PAGE_SIZE = 60
UNLOCKED, SEEN = "unlocked", "seen"
SEEN_S = 12 * 3600
"""Within half a day, somebody who comes again is the same visitor."""

LinkView = Callable[Concatenate[HttpRequest, ShareLink, P], HttpResponseBase]
TokenView = Callable[..., HttpResponseBase]
"""Takes the request and the address's parts by name, ``token`` among them."""


def for_holders(view: LinkView[P]) -> TokenView:
    """Hand ``view`` the link of the address's token, or answer that it leads nowhere.

    Who has not typed the link's password yet is asked for it on the link's own page and finds
    nothing anywhere else. No answer is for search engines or shared caches, and none tells other
    sites the address it came from.
    """

    @wraps(view)
    def opened(
        request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        link = shares.open_link(token)
        try:
            if link is None or not (_may_look(request, link) or view is _shared):
                raise Http404
            comes_by_link(request, link.owner_id)
            response = view(request, link, *args, **kwargs)
        except Http404:
            response = render(request, "gallery/shared_nowhere.html", status=404)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response["Referrer-Policy"] = "same-origin"
        response.setdefault("Cache-Control", "private, no-cache")
        return response

    return opened


def is_owner(request: HttpRequest, link: ShareLink) -> bool:
    return request.user.is_authenticated and request.user.pk == link.owner_id


def _may_look(request: HttpRequest, link: ShareLink) -> bool:
    key = request.COOKIES.get(UNLOCKED, "")
    return is_owner(request, link) or shares.is_unlocked(link, key)


def _shared(request: HttpRequest, link: ShareLink) -> HttpResponse:
    if not _may_look(request, link):
        return _ask(request, link)
    if request.method == "POST":
        return redirect(shares.address(link))
    if link.artwork_id:
        return _picture(request, link, get_object_or_404(shares.shown_by(link)))
    page = Paginator(shares.shown_by(link), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"link": link, "page": page, "token": shares.token_of(link)}
    context["is_owner"] = is_owner(request, link)
    return _seen(request, link, render(request, "gallery/shared_album.html", context))


shared = sensitive_post_parameters("password")(
    require_http_methods(["GET", "HEAD", "POST"])(for_holders(_shared))
)


@require_safe
@for_holders
def picture(request: HttpRequest, link: ShareLink, artwork_id: UUID) -> HttpResponse:
    """One picture of an album."""
    return _picture(request, link, get_object_or_404(shares.shown_by(link), pk=artwork_id))


@require_safe
@for_holders
def file(
    request: HttpRequest, link: ShareLink, artwork_id: UUID, rendition: str
) -> HttpResponseBase:
    """Small enough to look at; the photo and the full size only where the link allows them.

    Asked for anew after a minute, so that what is withdrawn does not live on in browsers.
    """
    if rendition not in _renditions(link):
        raise Http404
    found = get_object_or_404(shares.shown_by(link), pk=artwork_id)
    return file_response(request, getattr(found, rendition), immutable=False)


@require_safe
@for_holders
def download(
    request: HttpRequest, link: ShareLink, artwork_id: UUID, file_format: str
) -> HttpResponseBase:
    if not link.may_download:
        raise Http404
    found = get_object_or_404(shares.shown_by(link), pk=artwork_id)
    response = download_response(request, found, Wish(file_format=file_format))
    response["Cache-Control"] = "private, no-cache"
    return response


@require_safe
@for_holders
def download_all(request: HttpRequest, link: ShareLink) -> HttpResponseBase:
    """The pictures of an album in full size, as a zip that is made while it is sent."""
    if link.album is None or not link.may_download:
        raise Http404
    return zips.response(list(zips.needed_of(shares.shown_by(link))), link.album.title)


@require_http_methods(["GET", "HEAD", "POST"])
@for_holders
def report(request: HttpRequest, link: ShareLink, artwork_id: UUID) -> HttpResponse:
    found = get_object_or_404(shares.shown_by(link), pk=artwork_id)
    token = shares.token_of(link)
    back = reverse("gallery:shared-picture", args=[token, found.pk])
    thumbnail = reverse("gallery:shared-file", args=[token, found.pk, "thumbnail"])
    return object_to(request, found, back=back, thumbnail=thumbnail)


def _renditions(link: ShareLink) -> set[str]:
    allowed = {"display", "thumbnail"}
    if link.may_download:
        allowed.add("original")
    if link.shows_before:
        allowed.add("before")
    return allowed


def _picture(request: HttpRequest, link: ShareLink, shown: Artwork) -> HttpResponse:
    token = shares.token_of(link)
    context: dict[str, Any] = {"link": link, "artwork": shown, "token": token}
    context["is_owner"] = is_owner(request, link)
    for name in {"display", *(["before"] if shown.before else [])} & _renditions(link):
        context[f"{name}_url"] = reverse("gallery:shared-file", args=[token, shown.pk, name])
    if link.album_id:
        in_order = list(shares.shown_by(link).values_list("pk", flat=True))
        at = in_order.index(shown.pk)
        context["earlier"] = in_order[at - 1] if at else None
        context["later"] = in_order[at + 1] if at + 1 < len(in_order) else None
        context |= {"number": at + 1, "count": len(in_order)}
    return _seen(request, link, render(request, "gallery/shared_picture.html", context))


def _ask(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """Ask for the password. How often it may be wrong, is limited (``gallery.link_guesses``)."""
    form = LinkPasswordForm(request.POST or None)
    status, again_s = 200, 0
    if request.method == "POST":
        try:
            status = _answer(request, link, form)
        except link_guesses.TooManyError as refused:
            form.add_error("password", refused.sentence)
            status, again_s = 429, refused.again_s
    if status == 303:
        response = redirect(shares.address(link))
        _set_cookie(response, link, UNLOCKED, shares.key_of(link))
        return response
    page = render(request, "gallery/shared_password.html", {"form": form}, status=status)
    if again_s:
        page["Retry-After"] = str(again_s)
    return page


def _answer(request: HttpRequest, link: ShareLink, form: LinkPasswordForm) -> int:
    """303 for the right password, else the status of the form that is shown again."""
    if not form.is_valid():
        return 422
    attempt = link_guesses.begin(request, link)
    if not shares.is_password(link, form.cleaned_data["password"]):
        attempt.was_wrong()
        form.add_error("password", _("This isn’t the password. Mind capitals and spaces."))
        return 422
    attempt.was_right()
    return 303


def _seen(request: HttpRequest, link: ShareLink, response: HttpResponse) -> HttpResponse:
    """Count a visitor, unless it is the owner or somebody who was here a while ago."""
    if request.method == "GET" and SEEN not in request.COOKIES and not is_owner(request, link):
        shares.count_view(link)
        _set_cookie(response, link, SEEN, "1", max_age=SEEN_S)
    return response


def _set_cookie(
    response: HttpResponse, link: ShareLink, name: str, value: str, max_age: int | None = None
) -> None:
    """For this link only: the browser sends it to no other address, and no script reads it."""
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path=shares.address(link),
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )
