"""Explore and profiles: what people have published, for everybody.

Each page and each file asks anew what is published, so that taking a picture back works at once.
"""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from gallery import publishing
from gallery.access import as_uuid
from gallery.files import file_response
from gallery.models import Artwork, Profile, Style
from gallery.views.objections import object_to


@require_safe
def explore(request: HttpRequest) -> HttpResponse:
    """Everybody's, newest first; ``style`` leaves only what was painted in one preset."""
    publishing.require_public_gallery()
    shown = Artwork.objects.published()
    styles = list(publishing.styles_seen())
    wanted = as_uuid(request.GET.get("style", ""))
    style = next((one for one in styles if one.pk == wanted), None)
    if style is not None:
        shown = shown.filter(styles=style)
    context = {
        "page": publishing.page(shown, request.GET.get("cursor", "")),
        "styles": styles,
        "style": style,
        "query": f"style={style.pk}&" if style else "",
        "is_first": "cursor" not in request.GET,
    }
    return render(request, "gallery/explore.html", context)


@require_safe
def profile(request: HttpRequest, handle: str) -> HttpResponse:
    publishing.require_public_gallery()
    found = get_object_or_404(Profile, handle=handle.lower(), is_public=True, owner__is_active=True)
    shown = Artwork.objects.published().filter(owner=found.owner_id)
    context = {
        "profile": found,
        "page": publishing.page(shown, request.GET.get("cursor", "")),
        "is_owner": request.user.is_authenticated and request.user.pk == found.owner_id,
        "is_first": "cursor" not in request.GET,
    }
    return render(request, "gallery/profile.html", context)


@require_safe
def artwork(request: HttpRequest, artwork_id: UUID) -> HttpResponse:
    """A published picture: title, styles and who, and of its recipe nothing else."""
    shown = _published(artwork_id)
    ids = [style.get("style_id") for style in shown.recipe.get("styles") or []]
    presets = Style.objects.presets().filter(pk__in=[pk for pk in ids if as_uuid(str(pk))])
    context = {
        "artwork": shown,
        "profile": shown.owner.profile,
        "presets": presets,
        "display_url": reverse("gallery:explored-file", args=[shown.pk, "display"]),
        "is_owner": request.user.is_authenticated and request.user.pk == shown.owner_id,
    }
    if shown.publishes_before and shown.before:
        context["before_url"] = reverse("gallery:explored-file", args=[shown.pk, "before"])
    return render(request, "gallery/explored.html", context)


@require_safe
def artwork_file(request: HttpRequest, artwork_id: UUID, rendition: str) -> HttpResponseBase:
    """Never the original: what is published is to be looked at."""
    shown = _published(artwork_id)
    allowed = {"display", "thumbnail"} | ({"before"} if shown.publishes_before else set())
    if rendition not in allowed:
        raise Http404
    return file_response(request, getattr(shown, rendition), immutable=False)


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, artwork_id: UUID) -> HttpResponse:
    shown = _published(artwork_id)
    back = reverse("gallery:explored", args=[shown.pk])
    thumbnail = reverse("gallery:explored-file", args=[shown.pk, "thumbnail"])
    return object_to(request, shown, back=back, thumbnail=thumbnail)


def _published(artwork_id: UUID) -> Artwork:
    shown = Artwork.objects.published().select_related("owner__profile")
    return get_object_or_404(shown, pk=artwork_id)
