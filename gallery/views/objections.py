"""The form with which anybody says that a picture should not be seen.

Who may see the picture at all, the page that leads here has asked.
"""

from __future__ import annotations

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from gallery import reports
from gallery.models import Artwork
from gallery.sharing_forms import ReportForm


def object_to(request: HttpRequest, artwork: Artwork, *, back: str, thumbnail: str) -> HttpResponse:
    """``back`` is the page of the picture, ``thumbnail`` the address of it that they may see."""
    form = ReportForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = _send(request, artwork, form)
    if status == 303:
        said = _("Thank you. Somebody who looks after this site will look at it.")
        messages.success(request, said)
        return redirect(back)
    context = {"artwork": artwork, "form": form, "back": back, "thumbnail": thumbnail}
    return render(request, "gallery/report.html", context, status=status)


def _send(request: HttpRequest, artwork: Artwork, form: ReportForm) -> int:
    if not form.is_valid():
        return 422
    if not ratelimit.consume(request, action="report"):
        form.add_error(None, _("These are many reports at once. Try again in an hour."))
        return 429
    reporter = request.user if request.user.is_authenticated else None
    reports.report(artwork, reporter, form.cleaned_data["reason"], form.cleaned_data["text"])
    return 303
