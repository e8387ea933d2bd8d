"""The people and things of ``access``, for the tests that ask every address there is."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.stylesite.access.world import World


@pytest.fixture
def unlimited(settings: Settings) -> Iterator[None]:
    """Whoever asks everything asks often."""
    settings.API_READS_PER_MINUTE = settings.API_WRITES_PER_MINUTE = 10**6
    settings.ACCOUNT_RATE_LIMITS = False
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(db: None, unlimited: None) -> World:
    return World()
