"""Whether the admin has a path of its own: a check that every command of the site runs first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.urls import URLResolver, get_resolver, resolve

OUTSIDE = {"static", "media"}
"""First words of addresses that no pattern of ours answers."""


def is_free(**_kwargs: Any) -> list[CheckMessage]:
    """The first pattern that fits an address answers, so of two the other is never heard."""
    word = settings.ADMIN_PATH.partition("/")[0]
    taken = [
        path
        for path, is_admins in _pages(get_resolver())
        if ("admin" in resolve(path).namespaces) is not is_admins
    ]
    if not taken and word not in OUTSIDE:
        return []
    named = taken[0] if taken else f"/{word}/"
    return [
        Error(
            f"Set STYLESITE_ADMIN_PATH to something else: {named} is the address of another page.",
            id="stylesite.E001",
        )
    ]


def _pages(
    resolver: URLResolver, before: str = "/", is_admins: bool = False
) -> Iterator[tuple[str, bool]]:
    """The addresses in which nothing varies, and whether the admin shall answer there."""
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLResolver):
            yield from _pages(pattern, path, is_admins or pattern.namespace == "admin")
        elif not set(path) & set("<(\\"):
            yield path, is_admins
