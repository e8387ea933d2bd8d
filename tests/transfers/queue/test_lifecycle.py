"""What a worker does with a transfer, from its claim to its end."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import Settings

from accounts.models import User
from gallery.models import Artwork
from tests.transfers.queue.rows import (
    ENDED,
    NOT_RUNNING,
    Submit,
    artwork_for,
    claim,
    content,
    expire,
    files_below,
    row,
    set_row,
)
from transfers.models import Transfer
from transfers.queue import lifecycle, rescue, steering, submission
from transfers.queue.lifecycle import LeaseLostError, Progress

State = Transfer.State


WORKER_WRITES = {
    "heartbeat": lambda t: lifecycle.heartbeat(t),
    "report": lambda t: lifecycle.report(
        t,
        Progress(
            step=3,
            total_steps=9,
            level=1,
            levels=2,
            content_loss=1.0,
            style_loss=2.0,
            seconds_left=4.0,
            activity=Transfer.Activity.PAINTING,
        ),
    ),
    "checkpoint": lambda t: lifecycle.checkpoint(t, b"late", 3, 9),
    "preview": lambda t: lifecycle.show_preview(t, b"late", 3),
    "fail": lambda t: lifecycle.fail(t, "It went wrong."),
    "succeed": lambda t: lifecycle.succeed(t, artwork_for(t.owner)),
    "give_back": lambda t: lifecycle.give_back(t),
}


WORKER_FILES = {
    "checkpoint": lambda t, data, step: lifecycle.checkpoint(t, data, step, 9),
    "preview": lifecycle.show_preview,
}


every_worker_write = pytest.mark.parametrize("name", WORKER_WRITES)


# claim


def test_claiming_takes_the_oldest_waiting_transfer_under_a_fresh_token(submit: Submit) -> None:
    first, second = submit(), submit()
    assert [claim().pk, claim().pk] == [first.pk, second.pk]
    assert lifecycle.claim("here") is None
    stored = row(first)
    assert stored.state == State.RUNNING
    assert stored.worker == "here"
    assert stored.attempts == 1
    assert stored.started_at is not None
    assert stored.token is not None
    assert stored.token != row(second).token


def test_a_lost_race_for_a_row_makes_the_claim_look_for_the_next(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    contested, next_one = submit(), submit()
    tokens = iter(range(9))

    def rival_first() -> Any:
        # Between choosing the row and claiming it, another worker takes it.
        if next(tokens) == 0:
            set_row(contested, state=State.RUNNING, heartbeat_at=timezone.now(), worker="rival")
        return original()

    original = lifecycle.uuid.uuid4
    monkeypatch.setattr(lifecycle.uuid, "uuid4", rival_first)
    assert claim().pk == next_one.pk
    assert row(contested).worker == "rival"


def test_an_expired_lease_is_inherited_and_its_first_holder_can_write_no_more(
    submit: Submit, settings: Settings
) -> None:
    submit()
    sleeper = claim()
    expire(sleeper, settings)
    assert rescue.from_the_dead() == 1
    heir = claim()
    assert (heir.pk, heir.attempts) == (sleeper.pk, 2)
    for write in WORKER_WRITES.values():
        with pytest.raises(LeaseLostError):
            write(sleeper)
    assert row(heir).token == heir.token
    assert not Artwork.objects.exists()


def test_what_is_painted_is_not_claimed_however_old_its_lease(
    submit: Submit, settings: Settings
) -> None:
    submit()
    expire(claim(), settings)
    assert lifecycle.claim("elsewhere") is None


@pytest.mark.parametrize("state", ENDED)
def test_ended_transfers_are_not_claimed(submit: Submit, state: str) -> None:
    set_row(submit(), state=state)
    assert lifecycle.claim("here") is None


# what a worker writes


@every_worker_write
@pytest.mark.parametrize("state", NOT_RUNNING)
def test_a_worker_writes_nothing_to_a_transfer_that_is_not_running(
    submit: Submit, media_root: Path, name: str, state: str
) -> None:
    submit()
    held = claim()
    Transfer.objects.filter(pk=held.pk).update(state=state)
    before = Transfer.objects.filter(pk=held.pk).values().get()
    with pytest.raises(LeaseLostError):
        WORKER_WRITES[name](held)
    assert Transfer.objects.filter(pk=held.pk).values().get() == before
    assert not files_below(media_root, "checkpoint")
    assert not files_below(media_root, "preview")
    assert not Artwork.objects.exists()


def test_a_heartbeat_renews_the_lease_and_adds_up_the_work(
    submit: Submit, settings: Settings
) -> None:
    submit()
    held = claim()
    expire(held, settings)
    lifecycle.heartbeat(held, 2.5)
    lifecycle.heartbeat(held, 1.5)
    stored = row(held)
    assert stored.painting_s == 4
    assert stored.heartbeat_at is not None
    assert timezone.now() - stored.heartbeat_at < timedelta(seconds=5)


def test_a_report_reaches_the_row(submit: Submit) -> None:
    submit()
    held = claim()
    WORKER_WRITES["report"](held)
    stored = row(held)
    assert (stored.step, stored.total_steps, stored.level, stored.levels) == (3, 9, 1, 2)
    assert (stored.content_loss, stored.style_loss, stored.seconds_left) == (1, 2, 4)
    assert stored.activity == Transfer.Activity.PAINTING


@pytest.mark.parametrize("kind", ["checkpoint", "preview"])
def test_a_newer_file_replaces_the_older_one(submit: Submit, media_root: Path, kind: str) -> None:
    submit()
    held = claim()
    write = WORKER_FILES[kind]
    write(held, b"older", 3)
    older = row(held)
    write(held, b"newer", 5)
    stored = row(held)
    assert getattr(stored, kind).name != getattr(older, kind).name
    assert content(getattr(stored, kind)) == b"newer"
    assert getattr(stored, f"{kind}_step") == 5
    assert len(files_below(media_root, kind)) == 1


# succeed


def test_succeeding_keeps_the_artwork_and_drops_the_working_files(
    submit: Submit, media_root: Path
) -> None:
    submit()
    held = claim()
    lifecycle.checkpoint(held, b"x", 3, 9)
    lifecycle.show_preview(held, b"x", 3)
    artwork = artwork_for(held.owner)
    lifecycle.succeed(held, artwork)
    stored = row(held)
    assert stored.state == State.SUCCEEDED
    assert stored.artwork == artwork
    assert stored.finished_at is not None
    assert not stored.checkpoint
    assert not files_below(media_root, "checkpoint")
    assert not files_below(media_root, "preview")


def test_two_workers_that_finish_the_same_transfer_keep_one_artwork(
    submit: Submit, settings: Settings, media_root: Path
) -> None:
    submit()
    first = claim()
    expire(first, settings)
    rescue.from_the_dead()
    second = claim()
    lifecycle.succeed(second, artwork_for(second.owner))
    with pytest.raises(LeaseLostError):
        lifecycle.succeed(first, artwork_for(first.owner))
    kept = Artwork.objects.get()
    assert row(first).artwork == kept
    originals = media_root.rglob("artworks/**/original-*")
    assert [str(path) for path in originals] == [kept.original.path]


def test_an_artwork_whose_row_cannot_be_written_leaves_the_transfer_running_and_no_file(
    submit: Submit, media_root: Path
) -> None:
    submit()
    held = claim()
    kept = {path for path in media_root.rglob("*") if path.is_file()}
    artwork = artwork_for(held.owner)
    artwork.recipe = {"x": object()}
    with pytest.raises(TypeError, match="not JSON serializable"):
        lifecycle.succeed(held, artwork)
    assert lifecycle.look(held) is False
    assert {path for path in media_root.rglob("*") if path.is_file()} == kept


# fail


def test_failing_tells_the_owner_why_and_keeps_the_last_preview(
    submit: Submit, media_root: Path
) -> None:
    submit()
    held = claim()
    lifecycle.checkpoint(held, b"x", 3, 9)
    lifecycle.show_preview(held, b"x", 3)
    lifecycle.fail(held, "The photo is too narrow.", "ab12cd34", kind="too_narrow")
    stored = row(held)
    assert stored.state == State.FAILED
    assert (stored.error, stored.error_reference) == ("The photo is too narrow.", "ab12cd34")
    assert stored.failure == "too_narrow"
    assert content(stored.preview) == b"x"
    assert not files_below(media_root, "checkpoint")


# give back


def test_giving_back_spends_no_attempt_keeps_the_checkpoint_and_rings_again(
    submit: Submit,
) -> None:
    submit()
    held = claim()
    lifecycle.checkpoint(held, b"half", 3, 9)
    OrmQ.objects.all().delete()
    lifecycle.give_back(held)
    stored = row(held)
    assert (stored.state, stored.attempts, stored.token) == (State.QUEUED, 0, None)
    assert content(stored.checkpoint) == b"half"
    assert OrmQ.objects.count() == 1
    assert claim().checkpoint_step == 3


# the log


def test_every_transition_says_which_transfer_it_is_about(
    submit: Submit, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "transfers.queue")
    transfer = submit()
    claim()
    expire(transfer, settings)
    rescue.from_the_dead()
    lifecycle.give_back(claim())
    steering.put_back(claim())
    lifecycle.fail(claim(), "It went wrong.")
    again = submission.retry(row(transfer))
    held = claim()
    lifecycle.succeed(held, artwork_for(held.owner))
    steering.request_cancel(submit())
    said = [getattr(record, "transfer", "") for record in caplog.records]
    assert "" not in said
    assert said.count(str(transfer.pk)) == 9
    assert said.count(str(again.pk)) == 3


# A database that goes away between asking and answering


def test_a_success_whose_answer_was_lost_is_not_a_second_artwork(
    submit: Submit, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfer = submit()
    held, artwork = claim(), artwork_for(user)
    keep = lifecycle._keep_artwork

    def lost(*given: Any) -> None:
        keep(*given)
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(lifecycle, "_keep_artwork", lost)
        with pytest.raises(OperationalError):
            lifecycle.succeed(held, artwork)
    lifecycle.succeed(held, artwork)
    assert row(transfer).artwork == artwork
    assert Artwork.objects.count() == 1
    assert content(artwork.original)


@pytest.mark.parametrize("gone", [OperationalError, InterfaceError])
def test_files_stay_when_nobody_knows_whether_their_row_was_kept(
    submit: Submit, user: User, monkeypatch: pytest.MonkeyPatch, gone: type[Exception]
) -> None:
    submit()
    held, artwork = claim(), artwork_for(user)
    lifecycle.checkpoint(held, b"first", 1, 9)
    write = lifecycle._write

    def lost(transfer: Transfer, **values: Any) -> None:
        write(transfer, **values)
        raise gone("server closed the connection unexpectedly")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(lifecycle, "_write", lost)
        with pytest.raises(gone):
            lifecycle.checkpoint(held, b"second", 2, 9)
        assert content(row(held).checkpoint) == b"second"
        with pytest.raises(gone):
            lifecycle.succeed(held, artwork)
    assert content(artwork.original)
