"""Migrations build indexes beside everybody else's work, and can be run anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext

from stylesite.management.commands import prepare

pytestmark = pytest.mark.django_db(transaction=True)

AUDIT, PAUSED = ("accounts", "accounts_auditentry"), ("transfers", "transfers_transfer")
BEFORE = {"accounts": "0009_letters_about_accounts", "transfers": "0019_waiting_for_memory"}
AFTER = {
    "accounts": "0010_recent_entries_of_the_audit_log",
    "transfers": "0020_paused_pictures",
}


def go_to(app: str, migration: str) -> list[str]:
    """What is done to indexes on the way there."""
    executor = MigrationExecutor(connection)
    with CaptureQueriesContext(connection) as asked:
        executor.migrate([(app, migration)])
    asked_for = [query["sql"] for query in asked.captured_queries]
    return [sql for sql in asked_for if sql.startswith(("CREATE INDEX", "DROP INDEX"))]


def indexes_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, table))


@pytest.fixture(autouse=True)
def all_migrated_again() -> Iterator[None]:
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.parametrize(("app", "table"), [AUDIT, PAUSED])
def test_an_index_is_built_and_taken_away_beside_everybody_else(app: str, table: str) -> None:
    now = indexes_of(table)
    taken_away = go_to(app, BEFORE[app])
    before = indexes_of(table)
    assert before != now
    built = go_to(app, AFTER[app])
    assert indexes_of(table) == now
    is_postgres = connection.vendor == "postgresql"
    for sql in taken_away + built:
        assert ("CONCURRENTLY" in sql) == is_postgres


@pytest.mark.parametrize(
    ("app", "table", "name"), [(*AUDIT, "audit_of_kind"), (*PAUSED, "transfer_paused")]
)
def test_what_was_interrupted_is_built_anew(app: str, table: str, name: str) -> None:
    now = indexes_of(table)
    go_to(app, BEFORE[app])
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX {name} ON {table} (id)")
    go_to(app, AFTER[app])
    assert indexes_of(table) == now


def test_in_a_transaction_it_is_built_as_ever() -> None:
    """A restore makes all tables in one."""
    app, table = AUDIT
    now = indexes_of(table)
    go_to(app, BEFORE[app])
    with connection.constraint_checks_disabled(), transaction.atomic():
        built = go_to(app, AFTER[app])
    assert not any("CONCURRENTLY" in sql for sql in built)
    assert indexes_of(table) == now


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one host alone")
def test_a_host_that_waits_for_its_turn_keeps_no_index_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between two looks it runs no statement that the other would have to wait for."""
    other = connection.copy()
    pauses_s: list[float] = []

    def end_other(pause_s: float) -> None:
        pauses_s.append(pause_s)
        other.close()

    monkeypatch.setattr(prepare.time, "sleep", end_other)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [prepare.PREPARING])
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '20s'")
    try:
        with prepare.one_host_at_a_time():
            assert pauses_s
    finally:
        other.close()
