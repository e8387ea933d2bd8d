"""The trash: what is in it and for how long, taken back or deleted for good, many at once."""

from __future__ import annotations

import math
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SignedInRequest, owners_only, signed_in_page
from gallery import bulk, paging
from gallery import trash as trash_can
from gallery.bulk import BulkError
from gallery.models import Artwork, Style
from gallery.paging import BadCursorError, Order

PAGE_SIZE = 60
LATEST_FIRST = Order(("-trashed_at", "id"))
SHOWN = ("title", "recipe", "width", "height", "trashed_at")


@require_safe
@signed_in_page
def trash(request: SignedInRequest) -> HttpResponse:
    trashed = Artwork.objects.trashed_by(request.user).only(*SHOWN)
    try:
        page = paging.page(trashed, LATEST_FIRST, request.GET.get("cursor", ""), PAGE_SIZE)
    except BadCursorError:
        return redirect("gallery:trash")
    context = {
        "page": page,
        "artworks": [(work, _days_left(work)) for work in page],
        "styles": Style.objects.trashed_by(request.user).order_by("-trashed_at"),
        "kept_days": settings.TRASH_DAYS,
    }
    return render(request, "gallery/trash.html", context)


@require_POST
@owners_only
def act(request: SignedInRequest) -> HttpResponse:
    """``action`` is restore or delete, of the pictures ``ids``, or restore-all.

    What nothing can undo is asked about first.
    """
    action = request.POST.get("action", "")
    if action == "restore-all":
        return _restored(request, bulk.restore(Artwork.objects.trashed_by(request.user)))
    try:
        ids = bulk.read_ids(request.POST.getlist("ids"))
    except BulkError as error:
        messages.error(request, error.sentence)
        return redirect("gallery:trash")
    chosen = bulk.thrown_away(request.user, ids)
    if action == "restore":
        return _restored(request, bulk.restore(chosen))
    if action != "delete":
        messages.error(request, _("Choose what to do with the pictures."))
        return redirect("gallery:trash")
    if "sure" in request.POST:
        return _deleted(request, trash_can.delete(chosen))
    if not (count := chosen.count()):
        return redirect("gallery:trash")
    return render(request, "gallery/empty_trash.html", {"count": count, "ids": ids})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def empty_trash(request: SignedInRequest) -> HttpResponse:
    """Delete the pictures in the trash for good, after a question.

    Styles stay for their days there, or as long as something was painted in them.
    """
    if request.method == "POST":
        return _deleted(request, trash_can.delete(Artwork.objects.trashed_by(request.user)))
    if not (count := Artwork.objects.trashed_by(request.user).count()):
        return redirect("gallery:trash")
    return render(request, "gallery/empty_trash.html", {"count": count})


def _restored(request: SignedInRequest, count: int) -> HttpResponse:
    said = ngettext("%(count)d picture is back.", "%(count)d pictures are back.", count)
    messages.success(request, said % {"count": count})
    return redirect("gallery:trash")


def _deleted(request: SignedInRequest, count: int) -> HttpResponse:
    said = ngettext(
        "%(count)d picture was deleted for good.",
        "%(count)d pictures were deleted for good.",
        count,
    )
    messages.success(request, said % {"count": count})
    return redirect("gallery:trash")


def _days_left(work: Artwork) -> int:
    """Whole days until ``work`` leaves for good; never a day too few."""
    kept = timedelta(days=settings.TRASH_DAYS)
    left = (work.trashed_at or timezone.now()) + kept - timezone.now()
    return max(0, math.ceil(left / timedelta(days=1)))
