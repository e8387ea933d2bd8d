"""The page of one artwork, its files, and what its owner does with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, owners_only
from accounts.models import User
from gallery import artworks
from gallery.access import own_artwork
from gallery.downloads import download_response
from gallery.files import file_response
from gallery.forms import ArtworkTitleForm
from gallery.models import Artwork, Style
from gallery.recipes import recipe_lines

RENDITIONS = ("original", "display", "thumbnail", "before")


@require_safe
@owners_only
def artwork(request: SignedInRequest, artwork_id: UUID) -> HttpResponse:
    return _artwork_page(request, own_artwork(request.user, artwork_id))


@require_POST
@owners_only
def rename(request: SignedInRequest, artwork_id: UUID) -> HttpResponse:
    shown = own_artwork(request.user, artwork_id)
    form = ArtworkTitleForm(request.POST, instance=Artwork(pk=shown.pk, title=shown.title))
    if not form.is_valid():
        return _artwork_page(request, shown, form=form, status=422)
    Artwork.objects.filter(pk=shown.pk).update(title=form.cleaned_data["title"])
    return redirect("gallery:artwork", shown.pk)


@require_safe
@owners_only
def artwork_file(request: SignedInRequest, artwork_id: UUID, rendition: str) -> HttpResponseBase:
    """Also for what is in the trash: its page shows the thumbnails."""
    if rendition not in RENDITIONS:
        raise Http404
    found = get_object_or_404(Artwork, pk=artwork_id, owner=request.user)
    return file_response(request, getattr(found, rendition))


@require_safe
@owners_only
def download(request: SignedInRequest, artwork_id: UUID, file_format: str) -> HttpResponseBase:
    """The picture itself, as PNG or JPEG."""
    return download_response(request, own_artwork(request.user, artwork_id), file_format)


@require_POST
@owners_only
def delete(request: SignedInRequest, artwork_id: UUID) -> HttpResponse:
    found = own_artwork(request.user, artwork_id)
    artworks.trash(found)
    messages.success(
        request,
        _("“%(title)s” is in the trash.") % {"title": found.title},
        extra_tags="undo:" + reverse("gallery:restore", args=[found.pk]),
    )
    return redirect("gallery:list")


@require_POST
@owners_only
def restore(request: SignedInRequest, artwork_id: UUID) -> HttpResponse:
    found = get_object_or_404(Artwork, pk=artwork_id, owner=request.user)
    artworks.restore(found)
    messages.success(request, _("“%(title)s” is back.") % {"title": found.title})
    return redirect("gallery:artwork", found.pk)


def _artwork_page(
    request: SignedInRequest,
    shown: Artwork,
    *,
    form: ArtworkTitleForm | None = None,
    status: int = 200,
) -> HttpResponse:
    newer, older = _neighbours(request.user, shown)
    context = {
        "artwork": shown,
        "form": form or ArtworkTitleForm(instance=shown),
        "recipe": recipe_lines(shown.recipe, (shown.width, shown.height)),
        "style": _style_still_here(request.user, shown.recipe),
        "photo_id": (shown.recipe.get("content") or {}).get("photo_id"),
        "newer": newer,
        "older": older,
    }
    return render(request, "gallery/artwork.html", context, status=status)


def _neighbours(user: User, shown: Artwork) -> tuple[Artwork | None, Artwork | None]:
    """The next newer and the next older artwork, in the order of the wall."""
    at, pk = shown.created_at, shown.pk
    works = Artwork.objects.visible_to(user)
    newer = works.filter(Q(created_at__gt=at) | Q(created_at=at, id__lt=pk))
    older = works.filter(Q(created_at__lt=at) | Q(created_at=at, id__gt=pk))
    return newer.order_by("created_at", "-id").first(), older.order_by("-created_at", "id").first()


def _style_still_here(user: User, recipe: dict[str, Any]) -> Style | None:
    """The first style of the recipe that can still be painted in."""
    ids = [style["style_id"] for style in recipe.get("styles") or [] if style.get("style_id")]
    usable = {str(style.pk): style for style in Style.objects.usable_by(user).filter(pk__in=ids)}
    return next((usable[pk] for pk in ids if pk in usable), None)
