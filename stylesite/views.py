"""The home page, the one page that belongs to no app."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gallery.models import Style


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html", {"presets": Style.objects.presets()})
