"""The host's way out of a booth, at its device: with the password of the account, and no other."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import places
from transfers.booth import devices
from transfers.booth.forms import LeaveForm
from transfers.booth.views.device import for_guests
from transfers.models import Booth

TRIED_TOO_OFTEN = gettext_lazy(
    "A wrong password was tried too often. Wait a few minutes and try again, or end the booth from "
    "another device."
)


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
    try:
        opens = _is_the_hosts(request, booth, form.cleaned_data["password"])
    except ValidationError:
        form.add_error("password", TRIED_TOO_OFTEN)
        return 429
    if not opens:
        form.add_error("password", _("This isn’t the host’s password."))
        return 422
    return 303


def _is_the_hosts(request: HttpRequest, booth: Booth, password: str) -> bool:
    """Counted and written down as signing in is: all booths and that page share one allowance.

    Of tries from elsewhere, even where the host's account knows this browser. Raises
    ValidationError where that allowance is used up.
    """
    places.count_with_strangers(request)
    given = {"email": booth.owner.email, "password": password}
    return bool(get_adapter(request).authenticate(request, **given) == booth.owner)
