"""A mask as a picture, for its owner's pages."""

from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, owners_only
from gallery.files import file_response
from gallery.models import Mask


@require_safe
@owners_only
def mask_file(request: SignedInRequest, mask_id: UUID) -> HttpResponseBase:
    """It never changes, so browsers may keep it."""
    mask = get_object_or_404(Mask.objects.owned_by(request.user), pk=mask_id)
    return file_response(request, mask.original, immutable=True)
