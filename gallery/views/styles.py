"""The wall of styles, a style's page, and the files of both kinds: presets and personal ones."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, owners_only
from gallery import paging, palettes, similar_styles, style_listing, styles
from gallery.access import own_style, visible_style
from gallery.files import file_response
from gallery.models import Artwork, Style, StyleOffer, StyleQuerySet
from gallery.recipes import setting_lines
from gallery.style_listing import GROUP_NAMES, View

# The renditions in addresses, and the fields that hold them.
RENDITIONS = {
    "original": "original",
    "display": "display",
    "thumbnail": "thumbnail",
    "example": "example",
    "example-photo": "example_photo",
}
WHOLE = "whole"
"""The picture before it was cropped: for its owner, who may crop it anew."""

PUBLIC_SHOWN = 24
OWN_SHOWN = 12


@require_safe
def style_list(request: HttpRequest) -> HttpResponse:
    """The wall; asked for by htmx with ``cursor``, only the pictures that come next."""
    view = View.from_query(request.GET)
    if view.own and not request.user.is_authenticated:
        view = View()
    base = _base(request, view)
    cursor = request.GET.get("cursor", "")
    page = paging.page_or_first(view.apply(base), view.order, cursor, style_listing.PAGE_SIZE)
    context: dict[str, Any] = {"view": view, "page": page, "more": view.query()}
    if cursor and getattr(request, "htmx", False):
        return render(request, "gallery/_style_items.html", context)
    groups, tags = style_listing.occurring(base)
    context |= {
        "colors": style_listing.colors(view, groups),
        "tags": style_listing.tags(view, tags),
        "collections": [] if view.own else style_listing.collections(view),
        "is_first": not cursor,
        "everything": view.query(q="", collection="", color="", tag=""),
    }
    if request.user.is_authenticated:
        context["own_count"] = Style.objects.owned_by(request.user).count()
    return render(request, "gallery/styles.html", context)


def _base(request: HttpRequest, view: View) -> StyleQuerySet:
    if view.own and request.user.is_authenticated:
        return Style.objects.owned_by(request.user)
    return Style.objects.presets()


@require_safe
def style(request: HttpRequest, style_id: UUID) -> HttpResponse:
    shown = visible_style(style_id, lambda: request.user)
    if shown.trashed_at:
        raise Http404
    user = request.user
    is_owner = user.is_authenticated and shown.owner_id == user.pk
    context: dict[str, Any] = {"style": shown, "is_owner": is_owner, "facts": _facts(shown)}
    context |= {"bands": palettes.bands(shown.palette), "groups": _groups(shown)}
    context["tags"] = [(tag, View(own=is_owner, tag=tag).query()) for tag in shown.tags]
    public = Artwork.objects.published().filter(styles=shown).select_related("owner__profile")
    context["public_works"] = public.order_by("-published_at", "id")[:PUBLIC_SHOWN]
    if user.is_authenticated:
        own = Artwork.objects.visible_to(user).filter(styles=shown)
        context["own_works"] = own.order_by("-created_at", "id")[:OWN_SHOWN]
        usable = Style.objects.usable_by(user)
    else:
        usable = Style.objects.presets()
    context["similar"] = similar_styles.of(shown, usable)
    if is_owner:
        context["offer"] = StyleOffer.objects.filter(style=shown).order_by("-offered_at").first()
    return render(request, "gallery/style.html", context)


@require_safe
def style_file(request: HttpRequest, style_id: UUID, rendition: str) -> HttpResponseBase:
    """Also for what is in the trash: its page shows the thumbnails.

    An admin may give a preset another picture, so only addresses with the picture's version (query
    ``v``) are cached for good.
    """
    if rendition == WHOLE:
        return _whole_file(request, style_id)
    if rendition not in RENDITIONS:
        raise Http404
    found = visible_style(style_id, lambda: request.user)
    return file_response(
        request,
        getattr(found, RENDITIONS[rendition]),
        public=found.is_public,
        immutable=request.GET.get("v") == found.version and not rendition.startswith("example"),
    )


def _whole_file(request: HttpRequest, style_id: UUID) -> HttpResponseBase:
    if not request.user.is_authenticated:
        raise Http404
    found = get_object_or_404(Style, pk=style_id, owner=request.user)
    return file_response(request, found.uncropped or found.display, immutable=False)


@require_POST
@owners_only
def delete(request: SignedInRequest, style_id: UUID) -> HttpResponse:
    found = own_style(request.user, style_id)
    styles.trash(found)
    messages.success(
        request,
        _("“%(title)s” is in the trash.") % {"title": found.title},
        extra_tags="undo:" + reverse("gallery:style-restore", args=[found.pk]),
    )
    return redirect(reverse("gallery:styles") + "?of=own")


@require_POST
@owners_only
def restore(request: SignedInRequest, style_id: UUID) -> HttpResponse:
    found = get_object_or_404(Style, pk=style_id, owner=request.user)
    styles.restore(found)
    messages.success(request, _("“%(title)s” is back.") % {"title": found.title})
    return redirect("gallery:style", found.pk)


def _groups(shown: Style) -> str:
    """Its main colours in words, for whoever cannot see them."""
    return ", ".join(str(GROUP_NAMES[name]).lower() for name in shown.color_groups.split())


def _facts(shown: Style) -> list[tuple[str, str]]:
    used = ngettext("%(count)d picture", "%(count)d pictures", shown.times_used)
    facts = [
        (_("Licence"), shown.licence),
        (_("Source"), shown.source),
        *setting_lines(shown.params),
        (_("Size"), f"{shown.width} × {shown.height} px"),
        (_("Painted with it"), used % {"count": shown.times_used} if shown.times_used else ""),
    ]
    return [(label, value) for label, value in facts if value]
