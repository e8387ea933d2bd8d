"""Every address of the site as its URL patterns have it, the admin's and allauth's too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLResolver, get_resolver

PLACE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")

View = Callable[..., Any]


def walk(
    resolver: URLResolver, before: str = "", space: str = ""
) -> Iterator[tuple[str, str, View]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).lstrip("^").rstrip("$").replace("\\Z", "")
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from walk(pattern, route, inner)
        else:
            name = f"{space}{pattern.name}" if pattern.name else f"{space}{route}"
            yield name, route, pattern.callback


def every_route() -> dict[str, str]:
    """The route of each name; what has no name goes by its route."""
    return {name: route for name, (route, _view) in _told_apart().items()}


def every_view() -> dict[str, View]:
    """Who answers there, by the same names."""
    return {name: view for name, (_route, view) in _told_apart().items()}


# The first of two that answer at one address is the one that Django asks.
BEHIND_ANOTHER = {
    # allauth's own, behind ours
    "account_change_password",
    "account_confirm_email",
    "account_set_password",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_login_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "api:api/v1/",  # what is not there, behind the first page of the API
}


def _told_apart() -> dict[str, tuple[str, View]]:
    """A second route of a name that is taken goes by both, so that none hides behind another."""
    found: dict[str, tuple[str, View]] = {}
    for name, route, view in walk(get_resolver()):
        taken = found.get(name)
        if taken and taken[0] == route:
            assert name in BEHIND_ANOTHER, f"Two views answer at {route}: one is never asked."
            continue
        found[f"{name}@{route}" if taken else name] = (route, view)
    return found


def filled(route: str, parts: dict[str, object]) -> str:
    """The address that ``route`` stands for, with ``parts`` in the places that vary."""
    return "/" + PLACE.sub(lambda place: str(parts[place[1] or place[2]]), route)
