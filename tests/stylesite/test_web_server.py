"""What gunicorn is told before it starts."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from stylesite import web_server


@pytest.fixture
def files() -> Iterator[int]:
    """The system lets this process have 1,024 files, and more if it asks."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, before[1]))
    yield 1024
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_the_system_is_asked_for_as_many_files_as_connections_need(files: int) -> None:
    room = web_server.connections_that_fit()
    allowed, _most = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert files < room + web_server.OTHER_FILES <= allowed


def test_no_more_connections_are_let_in_than_files_may_be_open(
    files: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _of: (files, files))
    monkeypatch.setattr(resource, "setrlimit", lambda _of, _to: None)
    assert web_server.connections_that_fit() == files - web_server.OTHER_FILES
