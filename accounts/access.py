"""Who is asking: the request and the decorators of views that need a signed-in person.

Which objects that person may open, each app says itself.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.models import User

SAFE = {"GET", "HEAD", "OPTIONS"}

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """A request whose user is a person, as the decorators below make sure."""

    user: User
    htmx: HtmxDetails


SignedInView = Callable[Concatenate[SignedInRequest, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def of_api(request: HttpRequest) -> bool:
    """Whether a program asks: the API says for itself what it refuses and how it answers."""
    return request.path_info.startswith("/api/")


def of_script(request: HttpRequest) -> bool:
    """Whether a script of one of our pages asks, and reads JSON: browsers never ask for it."""
    return "application/json" in request.headers.get("Accept", "")


def signed_in_page(view: SignedInView[P]) -> View[P]:
    """Visitors are asked to sign in, and come back to the page they wanted.

    A fragment asked for by htmx sends the whole page there, not a sign-in form into a corner.
    """

    @wraps(view)
    def signed_in(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(cast(SignedInRequest, request), *args, **kwargs)
        htmx = cast(SignedInRequest, request).htmx
        if htmx:
            sign_in = redirect_to_login(htmx.current_url_abs_path or "/")
            return HttpResponseClientRedirect(sign_in.url)
        return redirect_to_login(request.get_full_path())

    return signed_in


def owners_only(view: SignedInView[P]) -> View[P]:
    """Visitors get 404: what is private does not say that it exists."""

    @wraps(view)
    def signed_in(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            raise Http404
        return view(cast(SignedInRequest, request), *args, **kwargs)

    return signed_in


def password_asked_anew(view: SignedInView[P]) -> SignedInView[P]:
    """Being signed in is not enough: that may be somebody else at this device.

    Where an account has a second step, that is asked for in the password's place. A form that was
    left open for too long comes back after it, to be sent once more.
    """
    guarded = reauthentication_required(view)

    @wraps(view)
    def asked(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            response: HttpResponseBase = guarded(request, *args, **kwargs)
        except ReauthenticationRequired:
            if request.method == "POST":
                return redirect(request.path)
            raise
        return response

    return asked


def is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def may_act_on(request: HttpRequest, person: User) -> bool:
    """Staff look after people; who looks after staff may do everything."""
    return is_superuser(request) or not (person.is_staff or person.is_superuser)


def onward(request: HttpRequest) -> str:
    """Where ``next`` of the form or the address leads: only within this site, else ""."""
    said = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        said, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return said if safe else ""
