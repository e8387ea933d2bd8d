"""What keeps a process from serving pages, with real causes; and that asking never hangs."""

import logging
import threading
from pathlib import Path
from time import monotonic

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from stylesite.operating import readiness
from stylesite.operating.readiness import Check, NotReadyError

SECRET = "postgres://stylesite:hunter2@db/stylesite"


def broken() -> None:
    raise NotReadyError("It is broken.") from OperationalError(SECRET)


def settled(check: Check) -> str | None:
    return check.problem(check.begin(), 5)


@pytest.mark.django_db
def test_a_whole_installation_has_no_problem_and_leaves_no_file(media_root: Path) -> None:
    assert readiness.problems() == []
    assert not [path for path in media_root.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_a_migration_that_was_not_applied_is_noticed() -> None:
    MigrationRecorder(connection).record_unapplied("transfers", "0001_initial")
    with pytest.raises(NotReadyError, match=r"manage\.py migrate"):
        readiness.ask_database()


@pytest.mark.django_db
def test_a_database_that_is_away_is_said_without_its_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(self: MigrationRecorder) -> None:
        raise OperationalError(f"could not connect to {SECRET}")

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", away)
    assert readiness.problems() == [readiness.NO_DATABASE]


@pytest.mark.django_db
def test_a_storage_that_cannot_be_written_to_is_noticed(media_root: Path) -> None:
    media_root.write_text("a file where the folder should be")
    assert readiness.problems() == [readiness.NO_STORAGE]


def test_a_check_that_hangs_is_given_up_and_no_second_one_is_sent_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, released = [], threading.Event()

    def hang() -> None:
        asked.append(monotonic())
        released.wait(10)

    monkeypatch.setattr(readiness, "DATABASE", Check("database", hang))
    monkeypatch.setattr(readiness, "STORAGE", Check("storage", hang))
    monkeypatch.setattr(readiness, "LONGEST_S", 0.2)
    began = monotonic()
    for _probe in range(3):
        assert len(readiness.problems()) == 2
    assert monotonic() - began < 2
    assert len(asked) == 2  # one for the database, one for the storage
    released.set()


def test_a_good_answer_is_believed_for_a_while_and_a_bad_one_is_not() -> None:
    answers = iter([None, "never asked"])
    good = Check("storage", lambda: next(answers), trusted_s=60)  # type: ignore[arg-type, return-value]
    assert settled(good) is None
    assert settled(good) is None
    assert next(answers) == "never asked"
    bad = Check("storage", broken, trusted_s=60)
    assert settled(bad) == "It is broken."
    bad._ask = lambda: None
    assert settled(bad) is None


def test_the_reason_is_logged_once_while_it_lasts(caplog: pytest.LogCaptureFixture) -> None:
    check = Check("database", broken)
    for _probe in range(3):
        assert settled(check) == "It is broken."
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert SECRET in caplog.text


def test_a_check_that_breaks_is_a_problem_too(caplog: pytest.LogCaptureFixture) -> None:
    def bug() -> None:
        raise ZeroDivisionError

    assert settled(Check("database", bug)) == (
        "The database could not be checked: the log says why."
    )
    assert "ZeroDivisionError" in caplog.text
