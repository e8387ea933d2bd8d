"""Where somebody is signed in: the devices on the page of sessions, and when each was last seen.

allauth keeps the rows (``allauth.usersessions``). Its own middleware would write one with every
request; ours writes each at most every few minutes. Of addresses only the network is kept.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from time import monotonic
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

NOTED_EVERY_S = 300.0

REMEMBERED = 10_000
"""So many sessions a process knows to have been noted a moment ago."""

UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104  # nothing listens there
"""Of whom no address is known: behind a socket, without a proxy that tells."""

# Who says to be an older or another browser comes after who is that browser only.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Macintosh": "Mac",
    "Linux": "Linux",
}


def network_of(address: str) -> str:
    """`address` shortened to its network: 192.0.2.0 of 192.0.2.7, or the first 48 bits of IPv6."""
    try:
        whole = ipaddress.ip_address(address)
    except ValueError:
        return UNKNOWN_ADDRESS
    mapped = getattr(whole, "ipv4_mapped", None) or whole
    bits = 24 if mapped.version == 4 else 48
    return str(ipaddress.ip_network(f"{mapped}/{bits}", strict=False).network_address)


def network_of_visitor(request: HttpRequest) -> str:
    """The network that `request` came from, past the proxies that the site trusts."""
    try:
        return network_of(get_adapter().get_client_ip(request))
    except (ImproperlyConfigured, PermissionDenied):  # fewer proxies than the settings say, or none
        return UNKNOWN_ADDRESS


def device(user_agent: str) -> tuple[str, str]:
    """Browser and system by what the browser says of itself; "" for what nobody knows."""
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), "")
    return browser, system


@receiver(pre_save, sender=UserSession, dispatch_uid="shorten address")
def _shorten(instance: UserSession, **_given: Any) -> None:
    instance.ip = network_of(instance.ip)


class Noted:
    """Which sessions this process noted a moment ago; shared by its threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._at: OrderedDict[str, float] = OrderedDict()

    def is_due(self, session_key: str) -> bool:
        """Whether to note it now; who asks next is told no, for NOTED_EVERY_S."""
        now = monotonic()
        with self._lock:
            if now - self._at.get(session_key, float("-inf")) < NOTED_EVERY_S:
                return False
            self._at[session_key] = now
            self._at.move_to_end(session_key)
            if len(self._at) > REMEMBERED:
                self._at.popitem(last=False)
            return True


noted = Noted()


class LastSeen:
    """Notes when each session was last seen, once its page is ready."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        key = request.session.session_key
        # Where nobody looked at the session, nobody is asked for it.
        if key and request.session.accessed and request.user.is_authenticated and noted.is_due(key):
            note(request)
        return response


def note(request: HttpRequest) -> None:
    """That the session of `request` was seen, from where, and with what."""
    seen = UserSession.objects.filter(session_key=request.session.session_key, user=request.user)
    most = UserSession._meta.get_field("user_agent").max_length
    changed = seen.update(
        last_seen_at=timezone.now(),
        ip=network_of_visitor(request),
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:most],
    )
    if not changed:
        _begin(request)


def _begin(request: HttpRequest) -> None:
    """The row of a session that began before there were such rows."""
    most = UserSession._meta.get_field("user_agent").max_length
    UserSession.objects.get_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": request.user,
            "ip": network_of_visitor(request),
            "user_agent": request.META.get("HTTP_USER_AGENT", "")[:most],
        },
    )


def kept() -> timedelta:
    """For so long after it was last seen, a session that ended by itself stays on the list."""
    return 2 * timedelta(seconds=settings.SESSION_COOKIE_AGE)


def forget_old(most: int) -> int:
    """Forget some sessions that ended by themselves long ago; how many."""
    long_ago = timezone.now() - kept()
    old = UserSession.objects.filter(last_seen_at__lt=long_ago).order_by("last_seen_at")
    some = list(old.values_list("pk", flat=True)[:most])
    gone: int = UserSession.objects.filter(pk__in=some).delete()[0]
    return gone
