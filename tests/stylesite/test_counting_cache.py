"""Counters of limits in the database's cache: exact, whoever else counts at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.limits import counted

THREADS, EACH = 8, 30


def counted_in_a_thread(key: str) -> list[int]:
    try:
        return [counted(key) for _time in range(EACH)]
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_nobody_is_left_out_who_counts_in_the_same_moment() -> None:
    cache.clear()
    with ThreadPoolExecutor(THREADS) as threads:
        told = [
            n for some in threads.map(counted_in_a_thread, ["together"] * THREADS) for n in some
        ]
    assert sorted(told) == list(range(1, THREADS * EACH + 1))
    assert cache.get("together") == THREADS * EACH


@pytest.mark.django_db
def test_counting_on_takes_two_queries_and_keeps_the_end() -> None:
    cache.set("some", 4, timeout=-1)
    with pytest.raises(ValueError, match="some"):
        cache.incr("some")
    cache.set("some", 4, timeout=None)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert cache.incr("some", 3) == 7
    told = [query["sql"] for query in asked if "cache_key" in query["sql"]]
    assert [sql.split()[0] for sql in told] == ["SELECT", "UPDATE"]
    assert "expires" not in told[1]
    assert cache.decr("some") == 6
