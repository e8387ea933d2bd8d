"""The host's way out of a booth, at its device: with the password of the account, and no other."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from transfers.booth import devices
from transfers.booth.forms import LeaveForm
from transfers.booth.views.device import for_guests
from transfers.models import Booth


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@for_guests
def leave(request: HttpRequest, booth: Booth) -> HttpResponse:
    """Nobody is signed in by it: the host, who may need a second factor, does that next."""
    form = LeaveForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = _answer(request, booth, form)
    if status != 303:
        return render(request, "booth/leave.html", {"form": form, "booth": booth}, status=status)
    onward = urlencode({"next": reverse("transfers:booth", args=[booth.pk])})
    response = redirect(f"{reverse('account_login')}?{onward}")
    devices.close(response)
    return response


def _answer(request: HttpRequest, booth: Booth, form: LeaveForm) -> int:
    """303 for the right password, else the status of the form that is shown again."""
    if not form.is_valid():
        return 422
    key = str(booth.pk)
    allowed = ratelimit.consume(request, action="booth_leave", key=key) and ratelimit.consume(
        request, action="booth_leave_long", key=key
    )
    if not allowed:
        form.add_error(
            "password",
            _("That was wrong several times in a row. Wait a few minutes and try again."),
        )
        return 429
    if not booth.owner.check_password(form.cleaned_data["password"]):
        form.add_error("password", _("This isn’t the host’s password."))
        return 422
    ratelimit.clear(request, action="booth_leave", key=key)
    return 303
