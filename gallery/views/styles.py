"""The wall of styles: presets for everyone, and each person's own library."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SignedInRequest, owners_only, signed_in_page
from accounts.quotas import QuotaError
from gallery import styles, uploads
from gallery.access import own_style, visible_style
from gallery.files import file_response
from gallery.forms import NewStyleForm, StyleForm
from gallery.models import Style
from gallery.recipes import setting_lines

# The renditions in addresses, and the fields that hold them.
RENDITIONS = {
    "original": "original",
    "display": "display",
    "thumbnail": "thumbnail",
    "example": "example",
    "example-photo": "example_photo",
}


@require_safe
def style_list(request: HttpRequest) -> HttpResponse:
    own = Style.objects.owned_by(request.user) if request.user.is_authenticated else None
    context = {"presets": Style.objects.presets(), "own_styles": own}
    return render(request, "gallery/styles.html", context)


@require_safe
def style(request: HttpRequest, style_id: UUID) -> HttpResponse:
    shown = visible_style(style_id, lambda: request.user)
    if shown.trashed_at:
        raise Http404
    is_owner = request.user.is_authenticated and shown.owner_id == request.user.pk
    context = {"style": shown, "is_owner": is_owner, "facts": _facts(shown)}
    return render(request, "gallery/style.html", context)


@require_safe
def style_file(request: HttpRequest, style_id: UUID, rendition: str) -> HttpResponseBase:
    """Also for what is in the trash: its page shows the thumbnails.

    An admin may give a preset another picture, so only addresses with the picture's version (query
    ``v``) are cached for good.
    """
    if rendition not in RENDITIONS:
        raise Http404
    found = visible_style(style_id, lambda: request.user)
    return file_response(
        request,
        getattr(found, RENDITIONS[rendition]),
        public=found.is_public,
        immutable=request.GET.get("v") == found.version and not rendition.startswith("example"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def add(request: SignedInRequest) -> HttpResponse:
    onward = _safe_next(request)
    form = NewStyleForm(request.POST, request.FILES) if request.method == "POST" else NewStyleForm()
    uploads.refuse_too_large(request, form, "image")
    added = _added(request, form) if form.is_valid() else None
    if added:
        messages.success(request, _("“%(title)s” is in your styles.") % {"title": added.title})
        return redirect(_with_style(onward, added) if onward else reverse("gallery:styles"))
    context = {"form": form, "next": onward}
    return render(request, "gallery/style_add.html", context, status=422 if form.errors else 200)


def _added(request: SignedInRequest, form: NewStyleForm) -> Style | None:
    try:
        return styles.add_style(owner=request.user, **form.cleaned_data)
    except QuotaError as error:
        form.add_error("image", error.sentence)
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@owners_only
def edit(request: SignedInRequest, style_id: UUID) -> HttpResponse:
    shown = own_style(request.user, style_id)
    form = StyleForm(request.POST or None, instance=shown)
    if form.is_valid():
        # Not the whole row: it may be on its way to the trash in another tab.
        shown.save(update_fields=list(form.cleaned_data))
        return redirect("gallery:style", shown.pk)
    context = {"form": form, "style": shown}
    return render(request, "gallery/style_edit.html", context, status=422 if form.errors else 200)


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
    return redirect("gallery:styles")


@require_POST
@owners_only
def restore(request: SignedInRequest, style_id: UUID) -> HttpResponse:
    found = get_object_or_404(Style, pk=style_id, owner=request.user)
    styles.restore(found)
    messages.success(request, _("“%(title)s” is back.") % {"title": found.title})
    return redirect("gallery:style", found.pk)


def _facts(shown: Style) -> list[tuple[str, str]]:
    facts = [
        (_("Licence"), shown.licence),
        (_("Source"), shown.source),
        (_("Tags"), ", ".join(shown.tags)),
        *setting_lines(shown.params),
        (_("Size"), f"{shown.width} × {shown.height} px"),
    ]
    return [(label, value) for label, value in facts if value]


def _safe_next(request: HttpRequest) -> str:
    """Where to go after adding a style: only to an address of this site."""
    onward = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        onward, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return onward if safe else ""


def _with_style(address: str, added: Style) -> str:
    """``address`` with the new style chosen: ``?photo=…`` becomes ``?photo=…&style=…``."""
    parts = urlsplit(address)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "style"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("style", str(added.pk))])))
