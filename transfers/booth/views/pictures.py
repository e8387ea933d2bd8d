"""What a host sees of the guests' pictures. The photos they were painted from are the guests'."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, owners_only, signed_in_page
from gallery.files import file_response
from transfers.booth import deletion
from transfers.booth.views.hosts import own_booth
from transfers.models import Sitting

RENDITIONS = ("display", "thumbnail")


@require_POST
@signed_in_page
def delete(request: SignedInRequest, booth_id: UUID, sitting_id: UUID) -> HttpResponse:
    """With its photo and its link, for good; cancelled where it is still being painted."""
    sitting = _own_sitting(request, booth_id, sitting_id)
    deletion.delete(Sitting.objects.filter(pk=sitting.pk))
    messages.success(request, _("The picture is deleted, with its photo and its link."))
    return redirect("transfers:booth", booth_id)


@require_safe
@owners_only
def file(
    request: SignedInRequest, booth_id: UUID, sitting_id: UUID, rendition: str
) -> HttpResponseBase:
    sitting = _own_sitting(request, booth_id, sitting_id)
    picture = getattr(sitting, "picture", None)
    if rendition not in RENDITIONS or picture is None:
        raise Http404
    return file_response(request, getattr(picture, rendition), immutable=False)


def _own_sitting(request: SignedInRequest, booth_id: UUID, sitting_id: UUID) -> Sitting:
    there = own_booth(request, booth_id).sittings.there(timezone.now())
    return get_object_or_404(there.select_related("picture"), pk=sitting_id)
