"""The camera page. Taking the picture is up to the browser (``camera.js``); the API stores it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, signed_in_page


@require_safe
@signed_in_page
def camera(request: SignedInRequest) -> HttpResponse:
    return render(request, "transfers/camera.html")
