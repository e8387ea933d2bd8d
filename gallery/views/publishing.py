"""Publishing: one's public profile, and what hangs there."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access
from accounts.access import SignedInRequest, signed_in_page
from accounts.quotas import QuotaError
from gallery import publishing, recorded
from gallery.access import own_artworks
from gallery.models import Artwork, Profile
from gallery.sharing_forms import ProfileForm

MOST_AT_ONCE = 200


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def publish(request: SignedInRequest) -> HttpResponse:
    """Says plainly what publishing means, then does it: for the pictures named ``artwork``.

    Somebody without a profile is asked for one first.
    """
    publishing.require_public_gallery()
    named = request.POST if request.method == "POST" else request.GET
    chosen = own_artworks(request.user, named.getlist("artwork")[:MOST_AT_ONCE])
    chosen = [artwork for artwork in chosen if not artwork.taken_down_at]
    if not chosen:
        messages.warning(request, _("Choose the pictures to publish first."))
        return redirect("gallery:list")
    profile = publishing.profile_of(request.user)
    if profile is None:
        onward = f"{reverse('gallery:publish')}?{_query(chosen)}"
        return redirect(f"{reverse('gallery:profile-edit')}?{urlencode({'next': onward})}")
    if request.method != "POST":
        context = {"artworks": chosen, "profile": profile}
        return render(request, "gallery/publish.html", context)
    fresh = [artwork for artwork in chosen if artwork.published_at is None]
    with_photo = "with_photo" in request.POST
    try:
        count = recorded.publish(request, request.user, chosen, with_photo=with_photo)
    except QuotaError as error:
        context = {"artworks": chosen, "profile": profile}
        context |= {"refusal": error.sentence, "with_photo": with_photo}
        return render(request, "gallery/publish.html", context, status=429)
    said = ngettext(
        "%(count)d picture can be seen by everybody now.",
        "%(count)d pictures can be seen by everybody now.",
        count,
    )
    undone = f"{reverse('gallery:unpublish')}?{_query(fresh)}"
    undo = f"undo:{undone}" if 0 < len(fresh) <= 20 else ""
    messages.success(request, said % {"count": count}, extra_tags=undo)
    return redirect("gallery:profile", profile.handle)


@require_POST
@signed_in_page
def unpublish(request: SignedInRequest) -> HttpResponse:
    """At once, for those named ``artwork`` in the form or, from an undo, in the address."""
    publishing.require_public_gallery()
    named = request.POST.getlist("artwork") or request.GET.getlist("artwork")
    chosen = own_artworks(request.user, named[:MOST_AT_ONCE])
    count = recorded.unpublish(request, request.user, chosen)
    said = ngettext(
        "%(count)d picture is yours alone again.",
        "%(count)d pictures are yours alone again.",
        count,
    )
    messages.success(request, said % {"count": count})
    return redirect("gallery:profile-edit")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def profile(request: SignedInRequest) -> HttpResponse:
    """What is said on one's profile, whether it is seen, and what one has published."""
    publishing.require_public_gallery()
    own = publishing.profile_of(request.user) or Profile(owner=request.user, name=request.user.name)
    is_new = own.pk is None
    handle = own.handle
    form = ProfileForm(request.POST or None, instance=own)
    onward = access.onward(request)
    if form.is_valid() and _saved(request, form):
        messages.success(request, _("Your profile is saved."))
        return redirect(onward or "gallery:profile-edit")
    published = Artwork.objects.visible_to(request.user).filter(published_at__isnull=False)
    context = {
        "form": form,
        "is_new": is_new,
        "handle": handle,
        "next": onward,
        "published": published.order_by("-published_at", "id")[:MOST_AT_ONCE],
    }
    return render(request, "gallery/profile_edit.html", context, status=422 if form.errors else 200)


def _saved(request: SignedInRequest, form: ProfileForm) -> bool:
    """False, with a sentence in the form, where it may not be or somebody was faster."""
    try:
        return recorded.save_profile(request, form)
    except QuotaError as error:
        form.add_error("is_public", error.sentence)
        return False


def _query(artworks: list[Artwork]) -> str:
    return urlencode([("artwork", str(artwork.pk)) for artwork in artworks])
