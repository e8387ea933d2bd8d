"""The wall: one's own artworks, filtered, searched and sorted, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SignedInRequest, owners_only, signed_in_page
from accounts.models import User
from gallery import bulk, paging, zips
from gallery.bulk import BulkError
from gallery.filters import DAYS, SIZES, Choices, FilterForm, choices_of, stars_or_more
from gallery.listing import View
from gallery.models import Artwork, ArtworkQuerySet
from gallery.paging import BadCursorError, Page

PAGE_SIZE = 60
MOST_PAGES = 20
"""At once, when somebody comes back to where they were."""

SHOWN = ("title", "recipe", "width", "height", "rating", "is_favourite", "created_at")
SELECTS = ("style", "album", "tag", "rating", "from", "until", "size")
ZIP_AT_ONCE = 500


@dataclass(frozen=True)
class Chip:
    """A filter that is on: in words, and the address of the wall without it."""

    words: str
    address: str


@require_safe
@signed_in_page
def wall(request: SignedInRequest) -> HttpResponse:
    view, errors = View.judge(request.GET)
    cursor = request.GET.get("cursor", "")
    if not errors and not _is_canonical(request.GET, view):
        return redirect(_address(view, cursor))
    try:
        page = _page(request.user, view, cursor)
    except BadCursorError:
        return redirect(_address(view))
    choices = choices_of(request.user, view.tag)
    form = FilterForm(view.pairs(), choices)
    context = {
        "page": page,
        "view": view,
        "query": view.query(),
        "form": form,
        "selects": [form[name] for name in SELECTS],
        "ticks": [form["favourite"], form["camera"]],
        "chips": [Chip(words, _address(view.without(name))) for name, words in _on(view, choices)],
        "errors": [said for all_said in errors.values() for said in all_said],
        "older": _address(view, page.onward) if page.onward else "",
        "newer": _address(view, page.back) if page.back else "",
        "albums": choices["album"],
        "most": bulk.MOST,
    }
    return render(request, "gallery/list.html", context)


@require_safe
@owners_only
def more(request: SignedInRequest) -> HttpResponse:
    """The pictures at a cursor, for the wall that is open; X-Onward names the next cursor.

    At an address of its own, so that no browser ever shows it in place of the wall.
    """
    view = View.from_query(request.GET)
    try:
        pages = min(max(int(request.GET.get("pages", "1")), 1), MOST_PAGES)
        page = _page(request.user, view, request.GET.get("cursor", ""), pages)
    except (BadCursorError, ValueError):
        return HttpResponseBadRequest(_("There is no page here."), content_type="text/plain")
    answer = render(request, "gallery/_wall_pictures.html", {"page": page, "query": view.query()})
    answer["X-Onward"] = page.onward
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@owners_only
def download(request: SignedInRequest) -> HttpResponseBase:
    """A zip of the pictures in ``ids``, or without them of all that the address's view finds."""
    said = request.POST.getlist("ids") or request.GET.getlist("ids")
    view = View.from_query(request.GET)
    own: ArtworkQuerySet = Artwork.objects.visible_to(request.user)
    try:
        if request.method == "POST" or said:
            own = own.filter(pk__in=bulk.read_ids(said))
    except BulkError as error:
        return HttpResponseBadRequest(error.sentence, content_type="text/plain; charset=utf-8")
    found = zips.needed_of(view.apply(own))
    return zips.response(paging.walk(found, view.order, ZIP_AT_ONCE), _("Gallery"))


def _page(user: User, view: View, cursor: str, pages: int = 1) -> Page[Artwork]:
    found = view.apply(Artwork.objects.visible_to(user)).only(*SHOWN)
    return paging.page(found, view.order, cursor, pages * PAGE_SIZE)


def _address(view: View, cursor: str = "") -> str:
    query = QueryDict(view.query(), mutable=True)
    if cursor:
        query["cursor"] = cursor
    wall_address = reverse("gallery:list")
    return f"{wall_address}?{query.urlencode()}" if query else wall_address


def _is_canonical(query: QueryDict, view: View) -> bool:
    """Whether the address says its view without empty fields and the like, as forms send them."""
    said = query.dict()
    said.pop("cursor", None)
    return said == view.pairs()


def _on(view: View, choices: Choices) -> list[tuple[str, str]]:
    """The filters that are on, by their names in addresses, in words."""
    pairs = view.pairs()
    words: dict[str, Any] = {
        "q": _("“%(words)s”") % {"words": view.q},
        "favourite": _("Favourites"),
        "rating": stars_or_more(view.rating),
        "size": SIZES.get(view.size, ""),
        "camera": _("Taken with the camera"),
        **{name: f"{DAYS[name]} {pairs.get(name, '')}" for name in DAYS},
    }
    gone = {"style": _("A style that is gone"), "album": _("An album that is gone")}
    for name in ("style", "album", "tag"):
        words[name] = dict(choices[name]).get(pairs.get(name, ""), gone.get(name, view.tag))
    return [(name, str(words[name])) for name in pairs if name in words]


def back_to_wall(request: HttpRequest) -> str:
    """The address of the wall that a form was sent from, with its filters."""
    return _address(View.from_query(QueryDict(request.POST.get("view", ""))))
