"""The camera page. Taking the photo is up to the browser (``js/camera/``); the API stores it."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, signed_in_page
from accounts.models import User
from gallery import uploads


@require_safe
@signed_in_page
def camera(request: SignedInRequest) -> HttpResponse:
    context = {
        "owner_word": owner_word(request.user),
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "too_large": uploads.too_large_sentence(),
    }
    return render(request, "transfers/camera.html", context)


def owner_word(user: User) -> str:
    """Whose a photo is that waits in the browser to be sent: the same for them after signing in
    again, and no number that says who they are."""
    return salted_hmac("transfers.camera", str(user.pk), algorithm="sha256").hexdigest()[:32]
