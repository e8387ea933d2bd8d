"""The cache in Redis, which goes on in the database while Redis is away.

Limits are counted in the cache: failed sign-ins, requests to the API, tests of a webhook. Without
one, whatever counts would answer with an error; with none counted, passwords could be tried
without end. So they are counted in the table that a site without Redis uses. A count begins anew
when Redis goes and when it comes back, so at most one allowance more is given each time.

Django's own backend passes Redis's errors on. `django-redis` can swallow them, but then nothing is
counted, and each call waits for a server that does not answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

WHILE_AWAY = "while_away"
"""The alias, in CACHES, of the cache that is used meanwhile."""

# After an error Redis is left alone for so long: a server that is silent, not gone, costs whoever
# asks two seconds.
ASK_AGAIN_S = 10.0

# An outage is logged when it begins, every so often, and when it ends.
SAY_AGAIN_S = 300.0


class Outage:
    """Whether Redis is away, as far as this process knows; shared by its threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._since: float | None = None
        self._ask_at = 0.0
        self._say_at = 0.0

    @property
    def lasts(self) -> bool:
        return self._since is not None

    def may_ask(self) -> bool:
        """Whether the caller asks Redis; while it is away, one thread every ASK_AGAIN_S."""
        if self._since is None:
            return True
        with self._lock:
            if monotonic() < self._ask_at:
                return False
            self._ask_at = monotonic() + ASK_AGAIN_S
            return True

    def saw(self, error: RedisError) -> None:
        with self._lock:
            now = monotonic()
            if self._since is None:
                self._since, self._say_at = now, now
            self._ask_at = now + ASK_AGAIN_S
            if now < self._say_at:
                return
            self._say_at = now + SAY_AGAIN_S
        logger.error(
            "Redis does not answer (%s: %s); limits are counted in the database meanwhile",
            type(error).__name__,
            error,
        )

    def ended(self) -> None:
        with self._lock:
            if self._since is None:
                return
            lasted_s, self._since = monotonic() - self._since, None
        logger.warning("Redis answers again after %.0f s; limits are counted there", lasted_s)


outage = Outage()


def is_away() -> bool:
    """Ask Redis, unless it was asked a moment ago."""
    caches["default"].get("is-away")
    return outage.lasts


def _steady(name: str) -> Callable[..., Any]:
    """The method of that name, of Redis or, while that is away, of the other cache."""
    of_redis: Callable[..., Any] = getattr(RedisCache, name)

    def method(self: SteadyRedisCache, *given: Any, **named: Any) -> Any:
        if outage.may_ask():
            try:
                answer = of_redis(self, *given, **named)
            except RedisError as error:
                outage.saw(error)
            else:
                if outage.lasts:
                    outage.ended()
                return answer
        return getattr(caches[WHILE_AWAY], name)(*given, **named)

    return method


class SteadyRedisCache(RedisCache):
    """Every method that asks the server; what Django builds from these is steady with them."""

    add = _steady("add")
    get = _steady("get")
    set = _steady("set")
    touch = _steady("touch")
    delete = _steady("delete")
    get_many = _steady("get_many")
    has_key = _steady("has_key")
    incr = _steady("incr")
    set_many = _steady("set_many")
    delete_many = _steady("delete_many")
    clear = _steady("clear")
