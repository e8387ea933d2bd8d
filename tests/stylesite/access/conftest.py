"""One world for all tests of a module: the matrix undoes each request when it has been answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from pytest_django import DjangoDbBlocker, Settings

from tests.stylesite.access.world import World


@pytest.fixture(scope="module")
def standing(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[World, Path]]:
    media_root = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(MEDIA_ROOT=media_root, ACCOUNT_RATE_LIMITS=False):
            world = World()
        yield world, media_root
        transaction.set_rollback(True)


@pytest.fixture
def world(
    standing: tuple[World, Path],
    media_root: Path,
    db: None,
    unlimited: None,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """With the door to the pages for staff as it is on the internet.

    The pages that say 403 and 404 are not drawn, which would take a fifth of the time; what they
    say is in test_error_pages.
    """
    for status in (403, 404):
        plain = not_drawn(status)
        monkeypatch.setattr(f"stylesite.urls.handler{status}", plain, raising=False)
    world, settings.MEDIA_ROOT = standing
    settings.ADMIN_TWO_FACTOR = True
    # However long the matrix takes, what was proved at its start counts.
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = settings.ACCOUNT_LOGIN_TIMEOUT = 24 * 3600
    return world


def not_drawn(status: int) -> Callable[..., HttpResponse]:
    def answer(request: HttpRequest, exception: Exception) -> HttpResponse:
        return HttpResponse(status=status)

    return answer
