"""What the owner of a picture says about it: title, notes, stars, favourite, tags.

Each is a form of its own that is saved by itself. With JavaScript htmx sends it and puts the
answer in its place; without, the page comes back.
"""

from __future__ import annotations

from uuid import UUID

from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, owners_only
from accounts.quotas import QuotaError
from gallery import artworks, tags
from gallery.access import own_artwork
from gallery.forms import ArtworkNotesForm, ArtworkRatingForm, ArtworkTagsForm, ArtworkTitleForm
from gallery.models import Artwork
from gallery.views.artworks import artwork_page, words_context


@require_POST
@owners_only
def rename(request: SignedInRequest, artwork_id: UUID) -> HttpResponse:
    shown = own_artwork(request.user, artwork_id)
    form = ArtworkTitleForm(request.POST, instance=_copy(shown))
    if form.is_valid():
        artworks.rename(shown, form.cleaned_data["title"])
    return _answer(request, shown, "_artwork_label", title_form=form)


@require_POST
@owners_only
def annotate(request: SignedInRequest, artwork_id: UUID) -> HttpResponse:
    shown = own_artwork(request.user, artwork_id)
    form = ArtworkNotesForm(request.POST, instance=_copy(shown))
    if form.is_valid():
        artworks.annotate(shown, form.cleaned_data["notes"])
    return _answer(request, shown, "_artwork_notes", notes_form=form)


@require_POST
@owners_only
def rate(request: SignedInRequest, artwork_id: UUID) -> HttpResponse:
    shown = own_artwork(request.user, artwork_id)
    form = ArtworkRatingForm(request.POST, instance=_copy(shown))
    if form.is_valid():
        artworks.rate(shown, form.cleaned_data["rating"])
    return _answer(request, shown, "_artwork_stars", rating_form=form)


@require_POST
@owners_only
def favourite(request: SignedInRequest, artwork_id: UUID) -> HttpResponse:
    """``favourite`` is 1 or 0: sent twice, it does no harm."""
    shown = own_artwork(request.user, artwork_id)
    artworks.mark_favourite(shown, request.POST.get("favourite") == "1")
    return _answer(request, shown, "_artwork_favourite")


@require_POST
@owners_only
def tag(request: SignedInRequest, artwork_id: UUID) -> HttpResponse:
    shown = own_artwork(request.user, artwork_id)
    form = ArtworkTagsForm(request.POST)
    if form.is_valid():
        try:
            tags.set_tags(shown, form.cleaned_data["tags"])
        except QuotaError as error:
            form.add_error("tags", error.sentence)
    return _answer(request, shown, "_artwork_tags", tags_form=form)


def _copy(shown: Artwork) -> Artwork:
    """For a form to write on: what is refused must not be shown as if it were so."""
    return Artwork(pk=shown.pk, title=shown.title, notes=shown.notes, rating=shown.rating)


def _answer(request: SignedInRequest, shown: Artwork, part: str, **forms: BaseForm) -> HttpResponse:
    """The part of the page that was changed, or the whole page."""
    refused = {name: form for name, form in forms.items() if form.errors}
    if request.htmx:
        context = words_context(request, shown) | refused
        said = "" if refused else _("Saved.")
        return render(
            request, "gallery/_artwork_saved.html", context | {"part": part, "said": said}
        )
    if refused:
        return artwork_page(request, shown, status=422, **refused)
    view = request.POST.get("view")
    query = "?" + urlencode({"view": view}) if view else ""
    return redirect(reverse("gallery:artwork", args=[shown.pk]) + query)
