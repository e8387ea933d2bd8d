"""Where somebody is signed in: the devices on the page of sessions, and when each was last seen.

allauth keeps the rows (``allauth.usersessions``). Its own middleware would write one with every
request; ours writes each at most every few minutes. Of addresses only the network is kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from time import monotonic
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import networks
from accounts.models import User

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
    return _shortened(networks.parsed(address))


def network_of_visitor(request: HttpRequest) -> str:
    """The network that `request` came from, past the proxies that the site trusts."""
    return _shortened(networks.visitor_address(request))


def _shortened(address: networks.Address | None) -> str:
    return str(networks.network_of(address).network_address) if address else UNKNOWN_ADDRESS


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
    """That the session of `request` was seen, from where, and with what.

    A session that began before there were such rows gets one.
    """
    most = UserSession._meta.get_field("user_agent").max_length
    seen = {
        "user": request.user,
        "last_seen_at": timezone.now(),
        "ip": network_of_visitor(request),
        "user_agent": request.META.get("HTTP_USER_AGENT", "")[:most],
    }
    key = request.session.session_key
    UserSession.objects.update_or_create(session_key=key, defaults=seen)


def end_all(user: User, but: str | None = None) -> int:
    """Sign ``user`` out everywhere, by the list of devices that their page of sessions shows.

    The session with the key ``but`` goes on: it is the one that asks. Gives how many ended, without
    those on the list that had ended by themselves.
    """
    devices = UserSession.objects.filter(user=user).exclude(session_key=but or "")
    keys = list(devices.values_list("session_key", flat=True))
    ended: int = Session.objects.filter(pk__in=keys).delete()[0]
    devices.delete()
    return ended


def kept() -> timedelta:
    """For so long after it was last seen, a session that ended by itself stays on the list."""
    return 2 * timedelta(seconds=settings.SESSION_COOKIE_AGE)


def long_over() -> QuerySet[UserSession]:
    """Those that ended by themselves long ago."""
    long_ago = timezone.now() - kept()
    ended: QuerySet[UserSession] = UserSession.objects.filter(last_seen_at__lt=long_ago)
    return ended
