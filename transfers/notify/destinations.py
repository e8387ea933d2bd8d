"""Where a webhook may go, so that nobody makes this site talk to what only this site can reach.

A destination is an http or https address whose host resolves to public addresses only. Whoever
sends connects to exactly an address that was checked here: a name that resolves differently a
moment later changes nothing. What is refused is that of OWASP's "Server Side Request Forgery
Prevention Cheat Sheet"; an operator opens networks of their own with STYLESITE_WEBHOOK_NETWORKS.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from transfers.notify.models import Notice

Outcome = Notice.Outcome
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# A gateway between the two internets turns these into the IPv4 address at their end (RFC 6052).
NAT64 = ipaddress.ip_network("64:ff9b::/96")

# Special by IANA's registries, and taken for public by `ipaddress` of some Python versions.
NOT_PUBLIC = [
    ipaddress.ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "3fff::/20", "64:ff9b:1::/48")
]


class BadAddressError(ValueError):
    """No address a webhook could go to; ``sentence`` tells its owner why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class UndeliverableError(Exception):
    """It could not be delivered; `outcome` says what was met."""

    def __init__(self, outcome: Notice.Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Destination:
    """The parts of an address that an HTTP request needs."""

    is_https: bool
    host: str
    port: int
    target: str


def parse(url: str) -> Destination:
    """Take an address apart. Raises BadAddressError."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
    except (ValueError, UnicodeError):
        raise BadAddressError(_("This is no address that we can read.")) from None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise BadAddressError(_("Give an address that begins with https:// or http://."))
    if parts.username is not None or parts.password is not None:
        raise BadAddressError(
            _("Leave user name and password out: the signature shows that it comes from here.")
        )
    is_https = parts.scheme == "https"
    target = quote(parts.path or "/", safe="/%:=&+!$,;'@()*~")
    if parts.query:
        target += "?" + quote(parts.query, safe="/%:=&?+!$,;'@()*~[]")
    return Destination(is_https, host, port or (443 if is_https else 80), target)


def checked_addresses(destination: Destination, limit_s: float) -> list[str]:
    """The addresses that its host has now, each of them allowed. Raises UndeliverableError.

    One that is not allowed spoils them all: a name that mixes them was made to deceive.
    """
    found = _resolve(destination, limit_s)
    if not all(is_allowed(ipaddress.ip_address(address)) for address in found):
        raise UndeliverableError(Outcome.PRIVATE)
    return found


def is_allowed(address: IPAddress) -> bool:
    """Whether a webhook may go there: a public address, or one of the operator's own networks."""
    address = _inner(address)
    networks = settings.WEBHOOK_NETWORKS
    return is_public(address) or any(address in network for network in networks)


def is_public(address: IPAddress) -> bool:
    """Whether everybody can reach it, and so nobody gains by going through this site."""
    address = _inner(address)
    if any(address in network for network in NOT_PUBLIC):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inner(address: IPAddress) -> IPAddress:
    """The IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address


def _resolve(destination: Destination, limit_s: float) -> list[str]:
    """Ask the system's resolver, which knows no time limit, in a thread that may be left behind."""
    found: list[str] = []
    failed: list[OSError] = []

    def ask() -> None:
        try:
            infos = socket.getaddrinfo(destination.host, destination.port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(info[4][0]) for info in infos))
        except (OSError, UnicodeError) as error:
            failed.append(OSError(str(error)))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(limit_s)
    if asking.is_alive():
        raise UndeliverableError(Outcome.TIMEOUT)
    if failed or not found:
        raise UndeliverableError(Outcome.NO_HOST)
    return found
