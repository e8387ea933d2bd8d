"""Guesses that come at once; a thousand against real processes are in ``tests/chaos``."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.models import AuditEntry, User
from tests.accounts.conftest import LOGIN, PASSWORD, is_signed_in, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def counts_are_forgotten() -> Iterator[None]:
    """The cache's table is no model's, so that the end of the test would leave it as it is."""
    yield
    cache.clear()


def test_of_many_at_once_from_many_addresses_five_are_looked_at(user: User) -> None:
    home = Client(REMOTE_ADDR="192.0.2.7")
    sign_in(home)
    home.post("/accounts/logout/")

    def guess(number: int) -> bool:
        try:
            form = {"login": user.email, "password": f"wrong {number}"}
            page = Client(REMOTE_ADDR=f"10.0.{number}.1").post(LOGIN, form).content.decode()
            return "don’t go together" in page
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        looked_at = sum(pool.map(guess, range(24)))
    assert looked_at == AuditEntry.objects.filter(action="sign_in_failed").count() == 5

    late = Client(REMOTE_ADDR="10.0.99.1")
    sign_in(late, password=PASSWORD)
    assert not is_signed_in(late)
    sign_in(home)
    assert is_signed_in(home)
