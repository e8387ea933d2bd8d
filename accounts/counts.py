"""What limits count under somebody's name, so that it can be forgotten with the account.

allauth's counts (failed sign-ins, letters, changes of password) lie in the cache for as long as
their limit lasts, up to a day, under the number of an account or the SHA-256 of a name: an e-mail
address, mostly. Whoever knows an address could look there whether it has, or had, an account.
Beside them lie the site's own counts of alerts (``alert_limits``).
"""

from __future__ import annotations

from collections.abc import Iterator

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from django.core.cache import caches
from django.http import HttpRequest

from accounts import alert_limits
from accounts.models import KnownPlace, User

APP = "allauth.account"


def forget(user: User) -> None:
    """In every cache: a site with Redis counts in the database while that is away."""
    keys = list(_keys(user))
    for cache in caches.all(initialized_only=False):
        cache.delete_many(keys)


def _keys(user: User) -> Iterator[str]:
    """Each that a limit may have for `user`; there is no need to look which are there.

    A key that is new to the site and holds an address fails the test of erasing: name it here.
    """
    yield from alert_limits.keys(user)
    names = list(_names(user))
    for action in app_settings.RATE_LIMITS:
        for rate in ratelimit.get_rates(app=APP, action=action):
            for name in names if rate.per != "ip" else ():
                yield ratelimit.get_cache_key(
                    HttpRequest(), app=APP, action=action, rate=rate, key=name, user=user
                )


def _names(user: User) -> Iterator[str]:
    """By which allauth and the site (`adapter`) call somebody whom they count."""
    addresses = set(EmailAddress.objects.filter(user=user).values_list("email", flat=True))
    emails = {email.lower() for email in {*addresses, user.email} if email}
    browsers = KnownPlace.objects.filter(user=user, kind=KnownPlace.Kind.BROWSER)
    digests = list(browsers.values_list("digest", flat=True))
    yield f"mfa-auth-user-{user.pk}"
    for email in emails:
        yield email
        yield from (f"{email}:{digest}" for digest in digests)
