"""The page of one artwork, its files, and what its owner does with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, owners_only
from accounts.models import User
from gallery import artwork_recipes, artworks, recipes, tags
from gallery.access import own_artwork
from gallery.downloads import WEB_SIDE_PX, Wish, download_response, recipe_response
from gallery.files import file_response
from gallery.forms import ArtworkNotesForm, ArtworkTagsForm, ArtworkTitleForm, DownloadForm
from gallery.listing import View
from gallery.models import Artwork, Style
from gallery.models.artworks import MOST_STARS
from gallery.neighbours import neighbours
from gallery.recipe_files import RecipeFileError

MOST_OTHERS = 12
"""Pictures of the same photo that a page shows."""

RENDITIONS = ("original", "display", "thumbnail", "before")


@require_safe
@owners_only
def artwork(request: SignedInRequest, artwork_id: UUID) -> HttpResponse:
    return artwork_page(request, own_artwork(request.user, artwork_id))


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
def download(request: SignedInRequest, artwork_id: UUID, file_format: str = "") -> HttpResponseBase:
    """The picture as a file, as the query says: ``format`` where the address names none, ``size``
    and ``recipe``."""
    shown = own_artwork(request.user, artwork_id)
    said = request.GET
    wish = Wish(
        file_format=file_format or said.get("format", "png"),
        size=said.get("size", "original"),
        with_recipe=bool(said.get("recipe")),
    )
    try:
        return download_response(request, shown, wish)
    except RecipeFileError as error:
        messages.error(request, error.sentence)
        return redirect("gallery:artwork", shown.pk)


@require_safe
@owners_only
def recipe_file(request: SignedInRequest, artwork_id: UUID) -> HttpResponseBase:
    """The recipe as a file of its own."""
    shown = own_artwork(request.user, artwork_id)
    try:
        return recipe_response(shown)
    except RecipeFileError as error:
        messages.error(request, error.sentence)
        return redirect("gallery:artwork", shown.pk)


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


def artwork_page(
    request: SignedInRequest, shown: Artwork, *, status: int = 200, **forms: BaseForm
) -> HttpResponse:
    """The page of one picture; ``forms`` are those that were refused, by their names there."""
    user, recipe = request.user, shown.recipe
    wall = View.from_query(QueryDict(_view(request)))
    works = wall.apply(Artwork.objects.visible_to(user))
    before, after = neighbours(shown, works, wall.order)
    photo = recipe.get("content") or {}
    context = {
        **words_context(request, shown),
        **forms,
        "view": wall.query(),
        "before": before,
        "after": after,
        "styles": recipes.style_shares(recipe, _styles_still_here(user, recipe)),
        "places": recipes.places(recipe, {mask.sha256: mask for mask in shown.masks.all()}),
        "photo": photo,
        "photo_here": photo_still_here(user, photo.get("photo_id")),
        "settings": list(recipes.setting_lines(recipe.get("params") or {})),
        "facts": recipes.fact_lines(recipe, (shown.width, shown.height)),
        "losses": recipes.loss_lines(recipe),
        "versions": recipes.version_lines(recipe),
        "hashes": recipes.hash_lines(recipe, shown.sha256, shown.pixels_sha256),
        "others": _others_of_photo(user, shown),
        "has_recipe_file": artwork_recipes.can_be_written(shown),
        "download_form": DownloadForm(),
        "web_side_px": WEB_SIDE_PX,
        "repeats": recipe.get("repeats") and not recipe.get("frame_of"),
    }
    return render(request, "gallery/artwork.html", context, status=status)


def words_context(request: SignedInRequest, shown: Artwork) -> dict[str, Any]:
    """What the parts of the page need that one changes in place."""
    names = [tag.name for tag in shown.tags.all()]
    return {
        "artwork": shown,
        "view": _view(request),
        "title_form": ArtworkTitleForm(instance=shown),
        "notes_form": ArtworkNotesForm(instance=shown),
        "stars": range(1, MOST_STARS + 1),
        "tag_names": names,
        "tags_form": ArtworkTagsForm(initial={"tags": ", ".join(names)}),
        "own_tags": tags.own_names(request.user),
    }


def photo_still_here(user: User, photo_id: Any) -> Any:
    """The photo of a recipe, where its owner still has it."""
    try:
        return user.content_images.filter(pk=photo_id).first() if photo_id else None
    except ValidationError:  # something that is no id
        return None


def _view(request: SignedInRequest) -> str:
    """The query of the wall that somebody came from, carried along from page to page."""
    return request.GET.get("view") or request.POST.get("view") or ""


def _others_of_photo(user: User, shown: Artwork) -> list[Artwork]:
    if not shown.content_sha256:
        return []
    same = Artwork.objects.visible_to(user).filter(content_sha256=shown.content_sha256)
    return list(same.exclude(pk=shown.pk).order_by("-created_at", "id")[:MOST_OTHERS])


def _styles_still_here(user: User, recipe: dict[str, Any]) -> dict[str, Style]:
    """Those of the recipe that can still be painted in, by their ids."""
    ids = [style["style_id"] for style in recipe.get("styles") or [] if style.get("style_id")]
    return {str(style.pk): style for style in Style.objects.usable_by(user).filter(pk__in=ids)}
