"""A mask as a picture, for its owner's pages."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, owners_only
from gallery.files import YEAR_S, harden
from gallery.models import Mask


@require_safe
@owners_only
def mask_file(request: SignedInRequest, mask_id: UUID) -> HttpResponseBase:
    """It never changes, so browsers may keep it.

    From here also where files are in a bucket: what the editor draws on must come from this site,
    or the browser would not let it be read again.
    """
    mask = get_object_or_404(Mask.objects.owned_by(request.user), pk=mask_id)
    try:
        with mask.original.open("rb") as file:
            data = file.read()
    except FileNotFoundError as missing:
        raise Http404 from missing
    return harden(HttpResponse(data, content_type="image/png"), max_age_s=YEAR_S)
