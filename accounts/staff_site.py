"""The door to Django's admin and to the site's own pages for staff, which use its ``admin_view``.

Nobody signs in or changes a password here: allauth's pages do that, with their limits and the
second step. Where ADMIN_TWO_FACTOR is on, staff without a second step are led to set one up, and
who proved long ago who they are proves it anew.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from accounts import proof, second_factor
from accounts.access import SAFE, onward

PROVEN_FOR_S = 2 * 3600
"""For so long a proof opens the admin."""

GRACE_S = 3600
"""A form that was opened in time may be sent for so much longer: nothing typed is lost."""

View = Callable[..., HttpResponseBase]


class StaffSite(AdminSite):
    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        within: View = super().admin_view(view, cacheable)
        if view == self.logout:
            return within  # nobody has to prove anything before they may leave

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if self.has_permission(request) and (detour := detour_of(request)):
                return detour
            return within(request, *args, **kwargs)

        return update_wrapper(guarded, within)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Never Django's own form: it would count no failures and skip the second step."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(onward(request) or resolve_url("admin:index"))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")


def detour_of(request: HttpRequest) -> HttpResponse | None:
    """Where staff go before they may go on; None for whom the door is open."""
    if not settings.ADMIN_TWO_FACTOR:
        return None
    if not second_factor.has_one(request.user):
        return render(request, "accounts/second_step_needed.html", status=403)
    opens_for_s = PROVEN_FOR_S if request.method in SAFE else PROVEN_FOR_S + GRACE_S
    if proof.age_s(request) < opens_for_s:
        return None
    back = request.get_full_path() if request.method in SAFE else resolve_url("admin:index")
    ways = get_adapter(request).get_reauthentication_methods(request.user)
    to_proof = redirect_to_login(back, login_url=ways[0]["url"])
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(to_proof.url)
    return to_proof
