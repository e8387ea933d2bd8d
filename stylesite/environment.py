"""Reads one variable of the environment each; a wrong value stops the start with one sentence.

Which variables there are say ``settings`` and ``stores``; README.md documents them in one table.
"""

import ipaddress

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

env = Env()


def whole_number(name: str, default: int, *, at_least: int, at_most: int | None = None) -> int:
    try:
        value = env.int(name, default)
    except EnvError:
        value = at_least - 1
    if at_most is not None and not at_least <= value <= at_most:
        raise ImproperlyConfigured(f"Set {name} to a whole number from {at_least} to {at_most}.")
    if value < at_least:
        raise ImproperlyConfigured(f"Set {name} to a whole number of {at_least} or more.")
    return value


def yes_or_no(name: str, default: bool) -> bool:
    try:
        return env.bool(name, default)
    except EnvError:
        raise ImproperlyConfigured(f"Set {name} to true or false.") from None


def web_address(name: str, schemes: tuple[str, ...], example: str) -> str:
    value = env.str(name, "").strip().rstrip("/")
    scheme, found, rest = value.partition("://")
    if value and not (found and rest and scheme in schemes):
        raise ImproperlyConfigured(f"Set {name} to an address such as {example}.")
    return value


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    try:
        values: list[str] = env.list(name, [])
        return [ipaddress.ip_network(value.strip()) for value in values]
    except ValueError:
        raise ImproperlyConfigured(
            f"Set {name} to networks such as 10.1.0.0/16,fd00::/8, or unset it."
        ) from None
