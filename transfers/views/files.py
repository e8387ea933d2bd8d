"""Photos and previews, handed to their owner and to nobody else."""

from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, owners_only
from gallery.files import file_response
from gallery.pictures import RENDITIONS
from transfers.models import ContentImage, Transfer


@require_safe
@owners_only
def photo_file(request: SignedInRequest, photo_id: UUID, rendition: str) -> HttpResponseBase:
    photo = get_object_or_404(ContentImage.objects.owned_by(request.user), pk=photo_id)
    if rendition not in RENDITIONS:
        raise Http404
    return file_response(request, getattr(photo, rendition))


@require_safe
@owners_only
def preview(request: SignedInRequest, transfer_id: UUID) -> HttpResponseBase:
    """The newest preview. Only the address that names its step may be kept by the browser."""
    own = Transfer.objects.owned_by(request.user).in_sight()
    transfer = get_object_or_404(own, pk=transfer_id)
    if not transfer.preview:
        raise Http404
    is_named = request.GET.get("v") == str(transfer.preview_step)
    return file_response(request, transfer.preview, immutable=is_named)
