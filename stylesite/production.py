"""What a site that others can reach must not start with: debug pages, and secrets to be guessed.

On a laptop the same values are fine; there `manage.py doctor` mentions them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from stylesite.stores import redis_parts

HERE_ONLY = {"localhost", "127.0.0.1", "[::1]"}

KEY_LENGTH = 50
"""What Django asks of a signing key (security.W009)."""
TOKEN_LENGTH = 16
PASSWORD_LENGTH = 8
DISTINCT = 6
"""So many different characters at least, or what is long is still one key held down."""

FROM_EXAMPLES = re.compile(
    r"django-insecure|change-?me|your-?(secret|password|key)|example|known to everyone|…|\.\.\.",
    re.IGNORECASE,
)
TRIED_FIRST = {
    "12345678", "123456789", "1234567890", "access-key", "admin123", "administrator", "letmein1",
    "minioadmin", "password", "password1", "passw0rd", "postgres", "postgresql", "qwertyuiop",
    "secret-key", "secretkey", "stylesite", "stylesite1", "topsecret",
}  # fmt: skip


def reached_by_others(hosts: Iterable[str]) -> bool:
    """Whether the site answers to names that other machines can reach it by."""
    return bool(set(hosts) - HERE_ONLY)


def weakness(secret: str, at_least: int, *, besides: str = "") -> str:
    """Why ``secret`` can be guessed, as the end of a sentence; empty for one that cannot.

    ``besides`` is what stands next to it in the same settings, such as the user's name.
    """
    if len(secret) < at_least:
        return f"is shorter than {at_least} characters"
    if FROM_EXAMPLES.search(secret):
        return "is an example’s"
    if secret.lower() in TRIED_FIRST or (besides and secret.lower() == besides.lower()):
        return "is one that is tried first"
    repeats = secret in (secret + secret)[1:-1]
    if repeats or len(set(secret)) < DISTINCT:
        return "repeats itself"
    return ""


def refuse_unsafe(values: Mapping[str, Any]) -> None:
    """Raise ImproperlyConfigured where settings are unfit for a site that others can reach."""
    if not values["BEHIND_HTTPS"] and not reached_by_others(values["ALLOWED_HOSTS"]):
        return
    if values["DEBUG"]:
        raise ImproperlyConfigured(
            "Unset STYLESITE_DEBUG: its pages show settings and code to everybody who can reach "
            "this site."
        )
    for name, secret, at_least, besides in _secrets(values):
        if secret and (why := weakness(secret, at_least, besides=besides)):
            raise ImproperlyConfigured(
                f"Set {name} to something random: what it is now {why}, and others can reach this "
                "site. python3 -c 'import secrets; print(secrets.token_urlsafe(50))' draws one."
            )


def _secrets(values: Mapping[str, Any]) -> Iterable[tuple[str, str, int, str]]:
    """Name, value, shortest length and neighbour of each secret that there is."""
    key_file = f"STYLESITE_SECRET_KEY, or what {values['DATA_DIR'] / 'secret_key'} holds,"
    yield key_file, values["SECRET_KEY"], KEY_LENGTH, ""
    for former in values["SECRET_KEY_FALLBACKS"]:
        yield "every key in STYLESITE_SECRET_KEY_FALLBACKS", former, KEY_LENGTH, ""
    yield "STYLESITE_METRICS_TOKEN", values["METRICS_TOKEN"], TOKEN_LENGTH, ""
    yield from _passwords(values)
    bucket = values["STORAGES"]["default"].get("OPTIONS", {})
    keys = str(bucket.get("secret_key") or ""), str(bucket.get("access_key") or "")
    yield "STYLESITE_S3_SECRET_KEY", keys[0], TOKEN_LENGTH, keys[1]


def _passwords(values: Mapping[str, Any]) -> Iterable[tuple[str, str, int, str]]:
    """The same of those inside the addresses of servers."""
    database = values["DATABASES"]["default"]
    password = str(database.get("PASSWORD") or "")
    user = str(database.get("USER") or "")
    yield "the password in STYLESITE_DATABASE_URL", password, PASSWORD_LENGTH, user
    redis = redis_parts(values["REDIS_URL"])
    keys = str(redis.get("password") or ""), str(redis.get("username") or "")
    yield "the password in STYLESITE_REDIS_URL", keys[0], PASSWORD_LENGTH, keys[1]
    keys = str(values["EMAIL_HOST_PASSWORD"] or ""), str(values["EMAIL_HOST_USER"] or "")
    yield "the password in STYLESITE_EMAIL_URL", keys[0], PASSWORD_LENGTH, keys[1]
