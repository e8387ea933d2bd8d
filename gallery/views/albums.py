"""Albums: the list, a page for each, putting it in order, and filling it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SignedInRequest, owners_only, signed_in_page
from accounts.quotas import QuotaError
from gallery import albums
from gallery.access import as_uuid, own_album, own_artwork, own_artworks
from gallery.models import Album, ShareLink
from gallery.sharing_forms import AlbumForm

LIST_SIZE = 60
PAGE_SIZE = 60
ARRANGE_SIZE = 50

REMOVED = "removed_from_album"
"""In the session: what ``put_back`` brings back, of the album that it was taken from last."""

WHITHER = {"first": -(10**9), "earlier": -1, "later": 1, "last": 10**9}


@require_safe
@signed_in_page
def album_list(request: SignedInRequest) -> HttpResponse:
    own = albums.with_counts(Album.objects.owned_by(request.user))
    page = Paginator(own, LIST_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "albums": albums.with_covers(page.object_list)}
    return render(request, "gallery/albums.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def add(request: SignedInRequest) -> HttpResponse:
    """A new album, of the pictures named in the query or in the form, if any."""
    named = request.POST if request.method == "POST" else request.GET
    chosen = own_artworks(request.user, named.getlist("artwork"))
    form = AlbumForm(request.POST or None)
    if form.is_valid():
        title, description = form.cleaned_data["title"], form.cleaned_data["description"]
        try:
            made = albums.create(request.user, title, chosen, description=description)
        except QuotaError as error:
            form.add_error("title", error.sentence)
        else:
            return redirect("gallery:album", made.pk)
    context = {"form": form, "chosen": chosen}
    return render(request, "gallery/album_add.html", context, status=422 if form.errors else 200)


@require_safe
@owners_only
def album(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    shown = own_album(request.user, album_id)
    return _album_page(request, shown, AlbumForm(instance=shown))


@require_POST
@owners_only
def edit(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    shown = own_album(request.user, album_id)
    # The form's own copy: a rejected title must not head the page.
    form = AlbumForm(request.POST, instance=Album(pk=shown.pk, owner=request.user))
    if not form.is_valid():
        return _album_page(request, shown, form, status=422)
    albums.change(shown, form.cleaned_data["title"], form.cleaned_data["description"])
    return redirect("gallery:album", shown.pk)


def _album_page(
    request: SignedInRequest, shown: Album, form: AlbumForm, status: int = 200
) -> HttpResponse:
    works = albums.shown_artworks(shown)
    page = Paginator(works, PAGE_SIZE).get_page(request.GET.get("page"))
    links = ShareLink.objects.open(timezone.now()).filter(album=shown).count()
    context = {"album": shown, "page": page, "form": form, "links": links}
    return render(request, "gallery/album.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@owners_only
def add_pictures(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    shown = own_album(request.user, album_id)
    if request.method == "POST":
        chosen = own_artworks(request.user, request.POST.getlist("artwork"))
        count = albums.add(shown, chosen)
        words = ngettext("%(count)d picture added.", "%(count)d pictures added.", count)
        messages.success(request, words % {"count": count})
        return redirect("gallery:album", shown.pk)
    page = Paginator(albums.addable(shown), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"album": shown, "page": page}
    return render(request, "gallery/album_pictures.html", context)


@require_safe
@owners_only
def arrange(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    shown = own_album(request.user, album_id)
    page = Paginator(albums.shown_artworks(shown), ARRANGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "gallery/album_arrange.html", {"album": shown, "page": page})


@require_POST
@owners_only
def move(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    """``move`` is "<picture>:<whither>": first, earlier, later, last, or a place from 0 on."""
    shown = own_album(request.user, album_id)
    pk, _sep, whither = request.POST.get("move", "").partition(":")
    artwork = next(iter(own_artworks(request.user, [pk])), None)
    in_order = list(albums.shown_artworks(shown).values_list("pk", flat=True))
    if artwork is None or artwork.pk not in in_order:
        messages.warning(request, _("That picture is not in this album any more."))
        return redirect("gallery:album-arrange", shown.pk)
    at = in_order.index(artwork.pk)
    if whither in WHITHER:
        albums.move(shown, artwork, at + WHITHER[whither])
    elif whither.isascii() and whither.isdigit():
        albums.move(shown, artwork, int(whither[:9]))
    return _back_to(shown, request, artwork.pk)


@require_POST
@owners_only
def cover(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    shown = own_album(request.user, album_id)
    chosen = own_artworks(request.user, [request.POST.get("cover", "")])
    for artwork in albums.shown_artworks(shown).filter(pk__in=[one.pk for one in chosen]):
        albums.choose_cover(shown, artwork)
        said = _("“%(title)s” is the cover now.") % {"title": artwork.title}
        messages.success(request, said)
        return _back_to(shown, request, artwork.pk)
    messages.warning(request, _("That picture is not in this album any more."))
    return redirect("gallery:album-arrange", shown.pk)


@require_POST
@owners_only
def remove(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    shown = own_album(request.user, album_id)
    chosen = own_artworks(request.user, request.POST.getlist("artwork"))
    places = albums.remove(shown, chosen)
    if not places:
        messages.warning(request, _("Choose the pictures to take out first."))
        return redirect("gallery:album-arrange", shown.pk)
    request.session[REMOVED] = [str(shown.pk), [(str(pk), at) for pk, at in places]]
    said = ngettext(
        "%(count)d picture taken out. It is still in your gallery.",
        "%(count)d pictures taken out. They are still in your gallery.",
        len(places),
    )
    undo = "undo:" + reverse("gallery:album-put-back", args=[shown.pk])
    messages.success(request, said % {"count": len(places)}, extra_tags=undo)
    return redirect("gallery:album-arrange", shown.pk)


@require_POST
@owners_only
def put_back(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    shown = own_album(request.user, album_id)
    of, places = request.session.get(REMOVED, ["", []])
    if of == str(shown.pk):
        albums.put_back(shown, [(UUID(pk), at) for pk, at in places])
        del request.session[REMOVED]
        messages.success(request, _("They hang where they hung."))
    return redirect("gallery:album", shown.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@owners_only
def delete(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    """Asks first: the album and the links to it cannot be brought back, its pictures stay."""
    shown = own_album(request.user, album_id)
    if request.method != "POST":
        links = ShareLink.objects.open(timezone.now()).filter(album=shown).count()
        return render(request, "gallery/album_delete.html", {"album": shown, "links": links})
    albums.delete(shown)
    said = _("The album “%(title)s” is gone; its pictures are in your gallery.")
    messages.success(request, said % {"title": shown.title})
    return redirect("gallery:albums")


@require_http_methods(["GET", "HEAD", "POST"])
@owners_only
def choose(request: SignedInRequest, artwork_id: UUID) -> HttpResponse:
    """Into which albums one picture goes."""
    artwork = own_artwork(request.user, artwork_id)
    own = Album.objects.owned_by(request.user)
    holding = set(own.filter(places__artwork=artwork).values_list("pk", flat=True))
    if request.method == "POST":
        for shown in own.filter(pk__in=filter(None, map(as_uuid, request.POST.getlist("album")))):
            albums.add(shown, [artwork])
            said = _("“%(title)s” is in the album “%(album)s”.")
            messages.success(request, said % {"title": artwork.title, "album": shown.title})
        return redirect("gallery:artwork", artwork.pk)
    context = {"artwork": artwork, "albums": own, "holding": holding}
    return render(request, "gallery/album_choose.html", context)


def _back_to(shown: Album, request: SignedInRequest, artwork_id: UUID) -> HttpResponse:
    """The page of the list where one was, at the picture one changed."""
    page = request.POST.get("page", "")
    query = f"?page={page}" if page.isascii() and page.isdigit() else ""
    address = reverse("gallery:album-arrange", args=[shown.pk])
    return redirect(f"{address}{query}#picture-{artwork_id}")
