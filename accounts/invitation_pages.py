"""The link of an invitation, which leads to the page of signing up."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import invitations


@never_cache
@require_safe
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """The secret leaves the address bar: the browser goes on with a note in its session."""
    if request.user.is_authenticated:
        return redirect("home")
    if not invitations.open_link(request, secret):
        return render(request, "accounts/invitation_nowhere.html", status=404)
    return redirect("account_signup")
