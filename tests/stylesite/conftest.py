"""The people and things of ``access.world``, for the tests that ask every address there is."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.stylesite.access.world import World


@pytest.fixture
def world(db: None, settings: Settings) -> Iterator[World]:
    settings.API_READS_PER_MINUTE = settings.API_WRITES_PER_MINUTE = 10**6
    settings.ACCOUNT_RATE_LIMITS = False
    logging.disable(logging.CRITICAL)
    yield World()
    logging.disable(logging.NOTSET)
