"""A real Redis goes away, and the site goes on: what was counted there is counted elsewhere."""

from collections.abc import Iterator
from time import monotonic

import pytest
from django.core.cache import cache, caches
from django.test import Client
from pytest_django import Settings

from accounts import tokens
from accounts.models import User
from stylesite import steady_cache, stores
from stylesite.operating.doctor import stores as doctor_stores
from stylesite.operating.doctor.findings import Level
from tests.conftest import PASSWORD
from tests.services.redis import RedisServer

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


@pytest.fixture
def redis(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisServer]:
    """A server of this test's own, which the site uses."""
    server = RedisServer()
    settings.REDIS_URL = server.url
    settings.CACHES = stores.caches(server.url)
    monkeypatch.setattr(steady_cache, "outage", steady_cache.Outage())
    yield server
    server.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis is asked each time, whether it is back."""
    monkeypatch.setattr(steady_cache, "ASK_AGAIN_S", 0.0)


def api(user: User) -> Client:
    _token, secret = tokens.issue(user, "Script", ["read"])
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_people_sign_in_and_programs_ask_while_redis_is_away(
    redis: RedisServer, client: Client, user: User
) -> None:
    redis.stop()
    signed_in = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert signed_in.status_code == 302
    assert client.get("/new/").status_code == 200
    assert api(user).get("/api/v1/me/").status_code == 200


def test_limits_hold_while_redis_is_away(
    redis: RedisServer, client: Client, user: User, settings: Settings
) -> None:
    redis.stop()
    for _ in range(10):
        client.post(LOGIN, {"login": user.email, "password": "wrong"})
    response = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert "several times in a row" in response.content.decode()
    settings.API_READS_PER_MINUTE = 2
    program = api(user)
    answers = [program.get("/api/v1/me/").status_code for _ in range(4)]
    assert answers[-1] == 429


@pytest.mark.usefixtures("impatient")
def test_what_is_counted_is_counted_in_redis_again_once_it_is_back(redis: RedisServer) -> None:
    cache.set("count", 5)
    redis.stop()
    assert cache.add("count", 1)
    assert cache.incr("count") == 2
    redis.start()
    assert cache.add("count", 7)
    assert cache.incr("count") == 8
    assert caches["while_away"].get("count") == 2
    assert not steady_cache.is_away()


@pytest.mark.usefixtures("redis")
def test_a_key_that_is_not_there_is_no_outage() -> None:
    with pytest.raises(ValueError, match="not found"):
        cache.incr("nothing")
    assert not steady_cache.outage.lasts


def test_every_way_to_use_a_cache_is_there_while_redis_is_away(redis: RedisServer) -> None:
    redis.stop()
    cache.set_many({"a": 1, "b": 2})
    assert cache.get_many(["a", "b", "c"]) == {"a": 1, "b": 2}
    assert cache.touch("a", 60)
    assert "a" in cache
    assert cache.decr("b") == 1
    assert cache.get_or_set("c", 3) == 3
    cache.delete_many(["b", "c"])
    assert cache.delete("a")
    assert cache.get("b", "gone") == "gone"
    cache.clear()


def test_a_server_that_is_silent_costs_one_wait_and_no_more(redis: RedisServer) -> None:
    redis.freeze()
    began = monotonic()
    cache.get("anything")
    first_s = monotonic() - began
    began = monotonic()
    for _ in range(20):
        cache.get("anything")
    assert first_s >= 1
    assert monotonic() - began < 1


@pytest.mark.usefixtures("impatient")
def test_an_outage_is_logged_when_it_begins_and_when_it_ends(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "stylesite")
    redis.stop()
    for _ in range(5):
        cache.get("anything")
    redis.start()
    for _ in range(5):
        cache.get("anything")
    said = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert [level for level, _words in said] == ["ERROR", "WARNING"]
    assert said[0][1].startswith("Redis does not answer (ConnectionError: ")
    assert said[1][1].startswith("Redis answers again after ")


@pytest.mark.usefixtures("impatient")
def test_the_operator_is_told_and_the_site_stays_ready(
    redis: RedisServer, client: Client, settings: Settings
) -> None:
    settings.METRICS_TOKEN = "a token that nobody guesses"
    bearer = {"Authorization": f"Bearer {settings.METRICS_TOKEN}"}

    def told() -> tuple[list[Level], bool]:
        metrics = client.get("/metrics", headers=bearer).content.decode()
        levels = [finding.level for finding in doctor_stores.cache_check()]
        return levels, "\nstylesite_redis_up 1.0\n" in metrics

    assert told() == ([Level.OK, Level.OK], True)
    redis.stop()
    assert told() == ([Level.WRONG, Level.OK, Level.OK], False)
    assert "Redis does not answer" in next(doctor_stores.cache_check()).sentence
    assert client.get("/readyz").status_code == 200


def test_a_site_without_redis_has_no_metric_of_it(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "a token that nobody guesses"
    bearer = {"Authorization": f"Bearer {settings.METRICS_TOKEN}"}
    assert "stylesite_redis_up" not in client.get("/metrics", headers=bearer).content.decode()
