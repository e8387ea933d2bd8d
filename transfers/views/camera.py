"""The camera page. Taking the picture is up to the browser (``camera.js``); the API stores it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from transfers.requests import SignedInRequest, page


@require_safe
@page
def camera(request: SignedInRequest) -> HttpResponse:
    return render(request, "transfers/camera.html")
