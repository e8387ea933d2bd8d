"""One's own photos, and deleting them: for those that something was painted from with a question
more, as pictures hold copies of them.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SignedInRequest, signed_in_page
from transfers import photo_deletion
from transfers.models import ContentImage, ContentImageQuerySet
from transfers.photos import delete_photos

# As many as can be chosen at once: their ids are in the address of the question.
PAGE_SIZE = 60


@require_safe
@signed_in_page
def photos(request: SignedInRequest) -> HttpResponse:
    """Newest first, the unused ones; with ``?show=used`` those that something was painted from."""
    own = ContentImage.objects.owned_by(request.user)
    shows_used = request.GET.get("show") == "used"
    shown = own.in_use() if shows_used else own.unused()
    count, used_count = own.count(), own.in_use().count()
    context = {
        "page": Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page")),
        "shows_used": shows_used,
        "count": count,
        "used_count": used_count,
        "unused_count": count - used_count,
    }
    return render(request, "transfers/photos.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def delete(request: SignedInRequest) -> HttpResponse:
    """Delete the photos ``photo`` for good, after a question: nothing can undo it.

    Unless ``keep_copies`` is sent, pictures lose their copies of them.
    """
    asked = request.POST if request.method == "POST" else request.GET
    chosen = _chosen(ContentImage.objects.owned_by(request.user), asked)
    if request.method == "POST":
        gone = delete_photos(chosen)
        keeps = request.POST.get("keep_copies") == "yes"
        gone += photo_deletion.delete(chosen, keep_copies=keeps)
        _say_what_went(request, gone, list(photo_deletion.busy(chosen)))
        return redirect("transfers:photos")
    going, staying = list(photo_deletion.idle(chosen)), list(photo_deletion.busy(chosen))
    if not going:
        _say_what_went(request, 0, staying)
        return redirect("transfers:photos")
    context = {
        "photos": going,
        "staying": _staying(staying),
        "painted": photo_deletion.painted_from(going),
    }
    return render(request, "transfers/photos_delete.html", context)


def _chosen(own: ContentImageQuerySet, asked: QueryDict) -> ContentImageQuerySet:
    ids: list[UUID] = []
    for value in asked.getlist("photo"):
        try:
            ids.append(UUID(value))
        except ValueError:
            continue
    return own.filter(pk__in=ids)


def _say_what_went(request: SignedInRequest, deleted: int, staying: list[ContentImage]) -> None:
    if deleted:
        sentence = ngettext(
            "%(count)d photo was deleted for good.",
            "%(count)d photos were deleted for good.",
            deleted,
        )
        messages.success(request, sentence % {"count": deleted})
    elif not staying:
        messages.info(request, _("Choose the photos first, then delete them."))
    if staying:
        messages.warning(request, _staying(staying))


def _staying(photos: list[ContentImage]) -> str:
    if not photos:
        return ""
    return ngettext(
        "A picture of “%(title)s” is waiting or being painted, so it stays.",
        "Pictures of %(count)d of these photos are waiting or being painted, so they stay.",
        len(photos),
    ) % {"title": photos[0].title, "count": len(photos)}
