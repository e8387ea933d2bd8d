"""From which browsers and networks somebody signed in before.

Two things hang on it. A letter tells of a sign-in from a place that is new. And failed sign-ins
from a browser that the account knows are counted apart from those of all others, so that nobody
who guesses from elsewhere can keep the owner out (https://owasp.org/www-community/
Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).

A browser is known by a cookie of random bytes, which says nothing of who uses it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.account import signals
from allauth.core import context, ratelimit
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import KnownPlace, User
from accounts.sessions import network_of_visitor

COOKIE_BYTES = 32
MARK = re.compile(r"[A-Za-z0-9_-]{43}")
KEPT = timedelta(days=400)
MOST_OF_A_KIND = 20
"""So many browsers, and networks, an account knows; the one of longest ago makes room."""

Kind = KnownPlace.Kind


class KnownBrowser:
    """Gives the cookie to a browser in which somebody has just proved who they are."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if mark := getattr(request, "browser_mark", ""):
            response.set_cookie(
                settings.BROWSER_COOKIE_NAME,
                mark,
                max_age=KEPT,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response


def listen() -> None:
    """Connect everything; for ``AccountsConfig.ready``."""
    signals.user_logged_in.connect(_signed_in, dispatch_uid="alert of a new place")
    signals.password_reset.connect(_reset, dispatch_uid="remember who reset a password")


def knows_browser(email: str, request: HttpRequest) -> str:
    """The digest of this browser where the account of `email` knows it, else ""."""
    mark = _mark_of(request)
    if not mark:
        return ""
    digest = _digest(mark)
    known = KnownPlace.objects.filter(user__email=email, kind=Kind.BROWSER, digest=digest)
    return digest if known.exists() else ""


def count_with_strangers(request: HttpRequest) -> None:
    """What is tried from here counts with tries from elsewhere: others are at this browser, too."""
    request.COOKIES.pop(settings.BROWSER_COOKIE_NAME, None)


def remember(request: HttpRequest, user: User) -> list[str]:
    """Note where `user` is now; which kinds of place are new to an account that knows some."""
    known = set(KnownPlace.objects.filter(user=user).values_list("kind", "digest"))
    mark = getattr(request, "browser_mark", "") or _mark_of(request)
    if not mark or (Kind.BROWSER, _digest(mark)) not in known:
        mark = secrets.token_urlsafe(COOKIE_BYTES)  # somebody may have planted another
    request.browser_mark = mark  # type: ignore[attr-defined]
    here = {
        Kind.BROWSER: _digest(mark),
        Kind.NETWORK: _digest(network_of_visitor(request)),
    }
    for kind, digest in here.items():
        KnownPlace.objects.update_or_create(
            user=user, kind=kind, digest=digest, defaults={"last_at": timezone.now()}
        )
        _make_room(user, kind)
    return [str(kind) for kind, digest in here.items() if known and (kind, digest) not in known]


def forget_all(user: User) -> None:
    """No place is known any more: the next sign-in is the first, and no browser counts apart."""
    KnownPlace.objects.filter(user=user).delete()


def forget_others(user: User) -> None:
    """All but the browser and network in which `user` asks for it; all, where somebody else does.

    Of a reset by letter nobody is known to be `user` before it is done: see ``_reset``.
    """
    places = KnownPlace.objects.filter(user=user)
    request = context.request
    if getattr(request, "user", None) == user:
        here = [_digest(_mark_of(request)), _digest(network_of_visitor(request))]
        places = places.exclude(digest__in=here)
    places.delete()


def long_over() -> QuerySet[KnownPlace]:
    """Those that nobody signed in from for more than a year."""
    return KnownPlace.objects.filter(last_at__lt=timezone.now() - KEPT)


def _signed_in(request: HttpRequest, user: User, **_more: Any) -> None:
    from accounts import alerts  # uses allauth's adapter, which is ours, which uses this module

    new = remember(request, user)
    if new:
        alerts.tell(request, user, "accounts/email/new_place", new_browser=Kind.BROWSER in new)


def _reset(request: HttpRequest, user: User, **_more: Any) -> None:
    """Whoever can read the owner's mail gets in, whoever else is guessing password or codes."""
    remember(request, user)
    ratelimit.clear(request, action="login_failed", key=f"mfa-auth-user-{user.pk}")
    ratelimit.clear(request, action="login_failed_at_homes", key=user.email.lower())


def _make_room(user: User, kind: Kind) -> None:
    """Otherwise whoever knows the password has as many browsers to guess from, once it is new."""
    latest = KnownPlace.objects.filter(user=user, kind=kind).order_by("-last_at", "-pk")
    surplus = list(latest.values_list("pk", flat=True)[MOST_OF_A_KIND:])
    KnownPlace.objects.filter(pk__in=surplus).delete()


def _mark_of(request: HttpRequest) -> str:
    """What the browser's cookie says, if it can be one of ours, else ""."""
    mark = request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")
    return mark if MARK.fullmatch(mark) else ""


def _digest(place: str) -> str:
    """Keyed, so that a network cannot be found by trying all of them."""
    return salted_hmac("accounts.places", place, algorithm="sha256").hexdigest()
