"""Share links as their owner sees them: all of them, a new one, and changing or ending one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SignedInRequest, owners_only, signed_in_page
from accounts.quotas import QuotaError
from gallery import recorded, shares
from gallery.access import own_album, own_artwork, own_link
from gallery.models import Album, Artwork, ShareLink
from gallery.sharing_forms import ShareForm

LIST_SIZE = 50


@require_safe
@signed_in_page
def share_list(request: SignedInRequest) -> HttpResponse:
    own = ShareLink.objects.owned_by(request.user).select_related("album", "artwork")
    page = Paginator(own, LIST_SIZE).get_page(request.GET.get("page"))
    return render(request, "gallery/shares.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@owners_only
def share_album(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    return _share(request, album=own_album(request.user, album_id))


@require_http_methods(["GET", "HEAD", "POST"])
@owners_only
def share_artwork(request: SignedInRequest, artwork_id: UUID) -> HttpResponse:
    return _share(request, artwork=own_artwork(request.user, artwork_id))


def _share(
    request: SignedInRequest, *, album: Album | None = None, artwork: Artwork | None = None
) -> HttpResponse:
    form = ShareForm(request.POST or None)
    if form.is_valid():
        try:
            link = recorded.share(
                request, request.user, album=album, artwork=artwork, **form.values
            )
        except QuotaError as error:
            form.add_error(None, error.sentence)
        else:
            return redirect("gallery:share", link.pk)
    shown: Any = album or artwork
    about = ShareLink.objects.owned_by(request.user).filter(album=album, artwork=artwork)
    context = {"form": form, "album": album, "artwork": artwork, "subject": shown.title}
    context["others"] = about.count()
    # Said before anything is typed, and not once more beside the error.
    context["limit"] = "" if form.errors else shares.limit_sentence(request.user)
    return render(request, "gallery/share_add.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@owners_only
def share(request: SignedInRequest, link_id: UUID) -> HttpResponse:
    """One link: its address to copy, and what it allows."""
    link = own_link(request.user, link_id)
    form = ShareForm(request.POST or None, instance=own_link(request.user, link_id))
    if form.is_valid():
        try:
            recorded.change(request, link, **form.values)
        except QuotaError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("The link is changed; its address is the same."))
            return redirect("gallery:share", link.pk)
    whole = request.build_absolute_uri(shares.address(link))
    context = {"link": link, "form": form, "address": whole}
    return render(request, "gallery/share.html", context, status=422 if form.errors else 200)


@require_POST
@owners_only
def withdraw(request: SignedInRequest, link_id: UUID) -> HttpResponse:
    link = own_link(request.user, link_id)
    recorded.withdraw(request, link)
    said = _("The link to “%(title)s” leads nowhere any more.") % {"title": link.subject}
    undo = "undo:" + reverse("gallery:share-restore", args=[link.pk])
    messages.success(request, said, extra_tags=undo)
    return redirect("gallery:shares")


@require_POST
@owners_only
def restore(request: SignedInRequest, link_id: UUID) -> HttpResponse:
    link = own_link(request.user, link_id)
    try:
        recorded.restore(request, link)
    except QuotaError as error:
        messages.error(request, error.sentence)
    else:
        said = _("The link to “%(title)s” works again.") % {"title": link.subject}
        messages.success(request, said)
    return redirect("gallery:shares")


@require_POST
@owners_only
def again(request: SignedInRequest, link_id: UUID) -> HttpResponse:
    """A new address for the same thing; the old one stays as it is."""
    try:
        made = recorded.share_again(request, own_link(request.user, link_id))
    except QuotaError as error:
        messages.error(request, error.sentence)
        return redirect("gallery:shares")
    messages.success(request, _("Here is a new link. The old address stays as it was."))
    return redirect("gallery:share", made.pk)
