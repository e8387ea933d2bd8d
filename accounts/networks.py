"""Where a request comes from: the visitor's address, past the proxies, and the network it is of."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest

Address = IPv4Address | IPv6Address

KEPT_BITS = {4: 24, 6: 48}
"""So much of an address is kept, where it is shortened."""

ONES_OWN_BITS = {4: 32, 6: 64}
"""Within the rest of an address somebody can have as many as they like."""


def visitor_address(request: HttpRequest) -> Address | None:
    """None where no address is known: a socket, or fewer proxies than the settings say."""
    from allauth.account.adapter import get_adapter  # needs apps; the web server has none yet

    try:
        return parsed(get_adapter().get_client_ip(request))
    except (ImproperlyConfigured, PermissionDenied):
        return None


def counted_as(request: HttpRequest) -> str:
    """Who a limit for addresses counts: an address, or the network within which it is free to
    change. All whose address is not known count as one."""
    address = visitor_address(request)
    return str(network_of(address, ONES_OWN_BITS)) if address else ""


def parsed(address: str) -> Address | None:
    """``address``, as IPv4 where it is one in the clothes of IPv6; None for what is no address."""
    try:
        whole = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return getattr(whole, "ipv4_mapped", None) or whole


def network_of(address: Address, bits: Mapping[int, int] = KEPT_BITS) -> IPv4Network | IPv6Network:
    return ipaddress.ip_network((address, bits[address.version]), strict=False)
