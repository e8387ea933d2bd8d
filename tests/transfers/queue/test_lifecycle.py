from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django_q.models import OrmQ
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from gallery.artworks import frame_artwork
from gallery.models import Artwork
from transfers.models import Transfer
from transfers.queue import checkpoints, lifecycle, rescue, steering, submission, workers
from transfers.queue.lifecycle import LeaseLostError, Progress

State = Transfer.State
Submit = Callable[..., Transfer]

ENDED = [State.SUCCEEDED, State.FAILED, State.CANCELLED]
NOT_RUNNING = [State.QUEUED, *ENDED]


def set_row(transfer: Transfer, **values: Any) -> None:
    Transfer.objects.filter(pk=transfer.pk).update(**values)
    transfer.refresh_from_db()


def row(transfer: Transfer) -> Transfer:
    return Transfer.objects.get(pk=transfer.pk)


def claim() -> Transfer:
    claimed = lifecycle.claim("here")
    assert claimed is not None
    return claimed


def expire(transfer: Transfer, settings: Settings) -> None:
    long_ago = timezone.now() - timedelta(seconds=settings.TRANSFER_LEASE_S + 1)
    Transfer.objects.filter(pk=transfer.pk).update(heartbeat_at=long_ago)


def artwork_for(user: User) -> Artwork:
    picture = Image.new("RGB", (64, 48), "teal")
    return frame_artwork(owner=user, image=picture, before=picture, title="Harbour", recipe={})


def content(file: FieldFile) -> bytes:
    with file.open("rb") as opened:
        return opened.read()


def files_below(folder: Path, kind: str) -> list[Path]:
    return [path for path in folder.rglob(f"*{kind}-*") if path.is_file()]


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


# put back


def test_putting_back_takes_it_from_its_worker_and_keeps_the_checkpoint(submit: Submit) -> None:
    transfer = submit()
    held = claim()
    lifecycle.checkpoint(held, b"half", 3, 9)
    OrmQ.objects.all().delete()
    assert steering.put_back(row(transfer)) is True
    stored = row(transfer)
    assert (stored.state, stored.attempts, stored.token) == (State.QUEUED, 0, None)
    assert content(stored.checkpoint) == b"half"
    assert OrmQ.objects.count() == 1
    with pytest.raises(LeaseLostError):
        lifecycle.heartbeat(held)
    assert claim().checkpoint_step == 3


def test_what_changed_hands_meanwhile_is_not_put_back(submit: Submit, settings: Settings) -> None:
    submit()
    seen = claim()
    expire(seen, settings)
    rescue.from_the_dead()
    heir = claim()
    assert steering.put_back(seen) is False
    assert lifecycle.look(heir) is False


@pytest.mark.parametrize("state", NOT_RUNNING)
def test_only_what_is_running_is_put_back(submit: Submit, state: str) -> None:
    transfer = submit()
    set_row(transfer, state=state)
    assert steering.put_back(transfer) is False
    assert row(transfer).state == state


# cancel


def test_a_waiting_transfer_is_cancelled_at_once(submit: Submit) -> None:
    transfer = submit()
    assert steering.request_cancel(transfer) is True
    assert transfer.state == State.CANCELLED
    assert lifecycle.claim("here") is None


def test_cancelling_a_running_transfer_takes_it_from_its_worker(
    submit: Submit, media_root: Path
) -> None:
    transfer = submit()
    held = claim()
    lifecycle.checkpoint(held, b"x", 3, 9)
    assert steering.request_cancel(transfer) is True
    assert row(held).state == State.CANCELLED
    with pytest.raises(LeaseLostError):
        lifecycle.look(held)
    assert not files_below(media_root, "checkpoint")
    with pytest.raises(LeaseLostError):
        lifecycle.succeed(held, artwork_for(held.owner))


@pytest.mark.parametrize("state", ENDED)
def test_what_has_ended_cannot_be_cancelled(submit: Submit, state: str) -> None:
    transfer = submit()
    Transfer.objects.filter(pk=transfer.pk).update(state=state)
    assert steering.request_cancel(transfer) is False
    assert transfer.state == state


# keep


def test_a_running_transfer_is_kept_when_its_worker_looks(submit: Submit) -> None:
    transfer = submit()
    held = claim()
    assert lifecycle.look(held) is False
    assert steering.request_keep(transfer) is True
    assert lifecycle.look(held) is True


def test_one_that_waits_painted_in_part_is_kept_and_comes_first_of_its_owners(
    submit: Submit,
) -> None:
    fine = submit(size_px=1024)
    held = claim()
    lifecycle.checkpoint(held, b"half", 3, 9)
    lifecycle.give_back(held)
    submit()
    assert steering.request_keep(fine) is True
    again = claim()
    assert (again.pk, again.keep_requested) == (fine.pk, True)


@pytest.mark.parametrize("state", [State.QUEUED, *ENDED])
def test_what_is_not_painted_or_has_ended_cannot_be_kept(submit: Submit, state: str) -> None:
    transfer = submit()
    set_row(transfer, state=state)
    assert steering.request_keep(transfer) is False
    assert transfer.keep_requested is False


# rescue


def test_an_expired_lease_goes_back_to_the_queue_and_rings(
    submit: Submit, settings: Settings
) -> None:
    submit()
    held = claim()
    OrmQ.objects.all().delete()
    expire(held, settings)
    assert rescue.from_the_dead() == 1
    stored = row(held)
    assert (stored.state, stored.attempts, stored.token) == (State.QUEUED, 1, None)
    assert stored.rescues == 1
    assert OrmQ.objects.count() == 1


def test_a_fresh_lease_of_another_host_is_left_alone(submit: Submit) -> None:
    submit()
    lifecycle.claim("elsewhere~1/99.1")
    assert rescue.from_the_dead() == 0


def test_a_living_worker_of_this_host_keeps_its_transfer(submit: Submit) -> None:
    submit()
    lifecycle.claim(workers.this_worker())
    assert rescue.from_the_dead() == 0


def test_a_killed_worker_of_this_host_is_noticed_before_its_lease_expires(submit: Submit) -> None:
    submit()
    lifecycle.claim(f"{workers.system()}/{2**22 + 1}.1")
    assert rescue.from_the_dead() == 1


def test_a_worker_killed_by_us_does_not_cost_an_attempt(submit: Submit) -> None:
    transfer = submit()
    lifecycle.claim(f"{workers.system()}/{2**22 + 1}.1")
    assert rescue.from_the_dead(spend_attempt=False) == 1
    stored = row(transfer)
    assert (stored.attempts, stored.rescues) == (0, 0)


def test_the_worker_of_another_host_that_fell_silent_costs_an_attempt_all_the_same(
    submit: Submit, settings: Settings
) -> None:
    transfer = submit()
    lifecycle.claim("elsewhere~1~boot/99.1")
    expire(transfer, settings)
    assert rescue.from_the_dead(spend_attempt=False) == 1
    assert row(transfer).attempts == 1


def test_while_the_clock_cannot_be_trusted_only_dead_processes_are_rescued(
    submit: Submit, settings: Settings
) -> None:
    silent, dead = submit(), submit()
    lifecycle.claim(workers.this_worker())
    lifecycle.claim(f"{workers.system()}/{2**22 + 1}.1")
    expire(silent, settings)
    assert rescue.from_the_dead(by_lease=False) == 1
    assert (row(silent).state, row(dead).state) == (State.RUNNING, State.QUEUED)


def test_used_up_attempts_end_in_a_sentence(submit: Submit, settings: Settings) -> None:
    transfer = submit()
    for _attempt in range(settings.TRANSFER_MAX_ATTEMPTS):
        claim()
        expire(transfer, settings)
        rescue.from_the_dead()
    stored = row(transfer)
    assert stored.state == State.FAILED
    assert "try again" in stored.error
    assert (stored.failure, stored.rescues) == ("attempts", settings.TRANSFER_MAX_ATTEMPTS)
    assert lifecycle.claim("here") is None


def test_a_heartbeat_in_the_same_moment_beats_the_rescue(
    submit: Submit, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit()
    held = claim()
    expire(held, settings)
    abandoned = rescue._abandoned(by_lease=True)
    lifecycle.heartbeat(held)
    monkeypatch.setattr(rescue, "_abandoned", lambda by_lease: abandoned)
    assert rescue.from_the_dead() == 0
    assert lifecycle.look(held) is False


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


def test_what_no_row_ever_named_goes_with_the_transfer(submit: Submit, media_root: Path) -> None:
    transfer, other = submit(), submit()
    left_over = checkpoints.write(transfer, "checkpoint", b"left over", "bin")
    kept = checkpoints.write(other, "checkpoint", b"another's", "bin")
    steering.request_cancel(transfer)
    assert not (media_root / left_over).exists()
    assert (media_root / kept).exists()
