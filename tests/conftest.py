"""What every test gets: files in a folder of its own, and people to sign in as."""

import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings
from xdist.scheduler import LoadScopeScheduling

from accounts import sessions
from accounts.models import User
from gallery import reading
from gallery.reading import Turns
from tests.services.fixtures import bucket, postgres, redis_server, s3
from transfers.queue import forecast

__all__ = ["bucket", "postgres", "redis_server", "s3"]

PASSWORD = "correct horse battery"
"""What the fixtures of people give."""

BEGIN_FIRST = ("chaos", "vgg", "browser")
"""Marks of what takes longest, so that nothing long is left to one process in the end."""

COMMITTING_FIXTURES = {"transactional_db", "live_server"}

DATABASE_FIXTURES = {"db", "django_db_setup", *COMMITTING_FIXTURES}


class OneFileOneProcess(LoadScopeScheduling):
    """Of those that run at once: the tests of a file never meet, nor those that kill processes.

    xdist's own groups would say the same by marks, which it reads from where pytest 9.2 does not
    look any more: each test was a group of its own.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "chaos" if file.startswith("tests/chaos/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return OneFileOneProcess(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What asks no database is not run on PostgreSQL once more."""
    if "STYLESITE_TEST_DATABASE_URL" in os.environ:
        others = [item for item in items if not asks_a_database(item)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if asks_a_database(item)]
    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: no use in looking for garbage in it."""
    gc.collect()
    gc.freeze()


def place(item: pytest.Item) -> int:
    """In the order of BEGIN_FIRST; what has no such mark comes last."""
    found = (n for n, mark in enumerate(BEGIN_FIRST) if item.get_closest_marker(mark))
    return next(found, len(BEGIN_FIRST))


def asks_a_database(item: pytest.Item) -> bool:
    fixtures = DATABASE_FIXTURES.intersection(getattr(item, "fixturenames", ()))
    return bool(fixtures) or item.get_closest_marker("django_db") is not None


@pytest.fixture(autouse=True)
def media_root(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture(autouse=True)
def queue_not_looked_at_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process keeps a long queue for a while; the queue of another test is not this one's.

    Nor is a short one long because the machine has much else to do.
    """
    monkeypatch.setattr(forecast, "_seen", forecast._Seen())
    monkeypatch.setattr(forecast, "QUICK_S", 0.5)


@pytest.fixture(autouse=True)
def nothing_stays_counted(request: pytest.FixtureRequest) -> Iterator[None]:
    """Limits are counted in a table of no model, which is not emptied after what commits."""
    mark = request.node.get_closest_marker("django_db")
    marked = mark is not None and mark.kwargs.get("transaction", False)
    if not marked and COMMITTING_FIXTURES.isdisjoint(request.fixturenames):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    cache.clear()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where what is uploaded waits, in the test's own folder."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def nobody_may_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if as many pictures were being read, and waited for, as there may be."""
    full = Turns(at_once=0, each=1, waiting=1, waiting_each=1, patience_s=0)
    monkeypatch.setattr(reading, "turns", full)


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("ada@example.org", PASSWORD)


@pytest.fixture
def stranger(db: None) -> User:
    return User.objects.create_user("bob@example.org", PASSWORD)


@pytest.fixture
def signed_in(client: Client, user: User, settings: Settings) -> Client:
    client.force_login(user)
    # As on its second page: that it was seen is noted once in some minutes, by queries of its own.
    sessions.noted.is_due(client.cookies[settings.SESSION_COOKIE_NAME].value)
    return client
