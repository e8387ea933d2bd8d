"""Quick looks: one at a time for each person, small, soon there, and soon gone."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Quota, User
from accounts.quotas import QuotaError
from engine import pyramid
from engine.params import Params
from gallery.models import Artwork, Style
from tests.transfers.queue.fake_engine import FakeEngine
from transfers import housekeeping, photos, quotas
from transfers.models import ContentImage, MachineSpeed, Notice, NoticeChoices, Transfer
from transfers.queue import checkpoints, fair_share, lifecycle, runner, submission
from transfers.queue.submission import Order
from transfers.studies import looks

Look = Callable[..., Transfer]
State = Transfer.State
Purpose = Transfer.Purpose


def row(transfer: Transfer) -> Transfer:
    return Transfer.objects.get(pk=transfer.pk)


def files_of(transfer: Transfer, media_root: Path) -> list[Path]:
    return [path for path in media_root.rglob(f"{transfer.pk}-*") if path.is_file()]


@pytest.fixture
def a_minute_each(db: None) -> None:
    """A machine on which a draft of the photo takes 60 seconds."""
    cost = pyramid.plan(120, 80, Params(size_px=256)).pixel_steps
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=cost / 50, overhead_s=10)


# What is painted


def test_a_look_has_the_settings_of_the_picture_at_256_px(look: Look, order: Order) -> None:
    begun = look()
    expected = order.params.to_json() | {"size_px": 256}
    assert (begun.params, begun.purpose, begun.keeps_time_lapse) == (expected, Purpose.LOOK, False)
    assert [share.style for share in begun.style_shares.all()] == [order.styles[0][0]]
    assert begun.content_image == order.content_image


def test_the_look_comes_before_all_else_of_its_owner(
    look: Look, user: User, photo: ContentImage, preset: Style
) -> None:
    submission.submit(user, photo, [(preset, 1.0)], Params(size_px=64))
    begun = look()
    assert fair_share.next_in_turn() == begun


# One at a time


def test_the_next_look_cancels_the_one_before(look: Look) -> None:
    first = look()
    second = look()
    assert (row(first).state, row(second).state) == (State.CANCELLED, State.QUEUED)
    assert Transfer.objects.looks().unfinished().get() == second


def test_somebody_elses_look_goes_on(
    look: Look, stranger: User, order: Order, preset: Style
) -> None:
    theirs_photo = ContentImage.objects.get()
    theirs_photo.pk, theirs_photo.owner = None, stranger
    theirs_photo.save(force_insert=True)
    theirs = looks.begin(
        stranger,
        Order(content_image=theirs_photo, styles=[(preset, 1.0)], params=Params()),
        asked=False,
    )
    look(asked=True)
    assert row(theirs).state == State.QUEUED


def test_the_database_refuses_a_second_unfinished_look(look: Look, user: User) -> None:
    begun = look()
    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.create(
            owner=user,
            content_image=begun.content_image,
            params=begun.params,
            purpose=Purpose.LOOK,
        )


@pytest.mark.parametrize("order_of_arrival", ["leave first", "look first"])
def test_a_page_that_is_left_before_its_answer_has_no_look_painted(
    user: User, order: Order, order_of_arrival: str
) -> None:
    if order_of_arrival == "leave first":
        looks.leave(user, "page-1")
    begun = looks.begin(user, order, asked=False, sent_as="page-1")
    if order_of_arrival == "look first":
        looks.leave(user, "page-1")
    assert row(begun).state == State.CANCELLED
    assert row(looks.begin(user, order, asked=False, sent_as="page-2")).state == State.QUEUED


def test_leaving_a_page_stops_nobody_elses_look(look: Look, stranger: User) -> None:
    begun = look()
    looks.leave(stranger, "page-1")
    assert row(begun).state == State.QUEUED


def test_a_look_cancels_no_picture(look: Look, user: User, order: Order) -> None:
    picture = submission.submit_all(user, [order])[0]
    look(), look()
    assert row(picture).state == State.QUEUED


@pytest.mark.django_db(transaction=True)
def test_a_worker_at_a_superseded_look_stops_within_two_seconds(
    look: Look, engine: FakeEngine, media_root: Path
) -> None:
    first = look()
    engine.total = 1000
    superseded_at: list[float] = []

    def supersede_at_three(index: int) -> None:
        if index == 3:
            look()
            superseded_at.append(monotonic())
        sleep(0.1)

    engine.before = supersede_at_three
    began = monotonic()
    assert runner.paint_next() is True
    assert monotonic() - superseded_at[0] < 2
    assert row(first).state == State.CANCELLED
    # Far less than a beat apart, and all the same its owner had the worker for those steps.
    assert 0.3 <= row(first).painting_s <= monotonic() - began
    assert not files_of(first, media_root)


# What comes of it


@pytest.mark.django_db(transaction=True)
def test_a_finished_look_is_a_picture_of_every_pixel_that_hangs_nowhere(
    look: Look, engine: FakeEngine, user: User
) -> None:
    NoticeChoices.objects.create(owner=user, webhook_url="https://example.org/hook")
    begun = look()
    assert runner.paint_next() is True
    stored = row(begun)
    assert (stored.state, stored.preview_step, stored.token) == (State.SUCCEEDED, 5, None)
    assert stored.preview.name.endswith(".png")
    with stored.preview.open("rb") as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"
    assert stored.recipe["params"] == begun.params
    assert not Artwork.objects.exists()
    assert not Notice.objects.exists()
    assert not MachineSpeed.objects.exists()  # it saves less than a picture, so it teaches nothing


@pytest.mark.django_db(transaction=True)
def test_only_the_finished_picture_is_left_of_a_look(
    look: Look, engine: FakeEngine, media_root: Path
) -> None:
    begun = look()
    seen: list[str] = []
    engine.before = lambda index: seen.extend(p.name for p in files_of(begun, media_root))
    runner.paint_next()
    assert [path.name for path in files_of(begun, media_root)] == [
        row(begun).preview.name.rpartition("/")[2]
    ]
    assert any("-preview-" in name for name in seen)
    assert not any("-checkpoint-" in name for name in seen)


@pytest.mark.django_db(transaction=True)
def test_the_picture_goes_when_the_next_look_begins(
    look: Look, engine: FakeEngine, media_root: Path
) -> None:
    first = look()
    runner.paint_next()
    assert files_of(first, media_root)
    look()
    assert not files_of(first, media_root)
    assert (row(first).preview.name, row(first).recipe) == ("", None)


@pytest.mark.django_db(transaction=True)
def test_housekeeping_removes_the_picture_after_an_hour_and_the_row_after_a_day(
    look: Look, engine: FakeEngine, media_root: Path
) -> None:
    begun = look()
    runner.paint_next()

    def ended(hours_ago: float) -> None:
        finished_at = timezone.now() - timedelta(hours=hours_ago)
        Transfer.objects.filter(pk=begun.pk).update(finished_at=finished_at)

    ended(0.9)
    housekeeping.tidy()
    assert files_of(begun, media_root)
    ended(1.1)
    housekeeping.tidy()
    assert not files_of(begun, media_root)
    assert row(begun).recipe is None
    ended(23.9)
    housekeeping.tidy()
    assert Transfer.objects.filter(pk=begun.pk).exists()
    ended(24.1)
    housekeeping.tidy()
    assert not Transfer.objects.exists()


def test_housekeeping_leaves_pictures_and_unfinished_looks_alone(
    look: Look, user: User, order: Order
) -> None:
    picture = submission.submit_all(user, [order])[0]
    long_ago = timezone.now() - timedelta(days=9)
    Transfer.objects.filter(pk=picture.pk).update(state=State.FAILED, finished_at=long_ago)
    begun = look()
    Transfer.objects.filter(pk=begun.pk).update(created_at=long_ago)
    housekeeping.tidy()
    assert Transfer.objects.count() == 2


# Limits


def test_a_look_takes_no_place_among_the_waiting(look: Look, user: User, order: Order) -> None:
    Quota.objects.create(waiting=1)
    submission.submit_all(user, [order])
    begun = look()
    assert begun.state == State.QUEUED
    Transfer.objects.pictures().delete()
    assert submission.submit_all(user, [order])


def test_a_running_look_keeps_no_picture_waiting(look: Look, user: User, order: Order) -> None:
    Quota.objects.create(running=1)
    look()
    assert lifecycle.claim("here")
    picture = submission.submit_all(user, [order])[0]
    assert lifecycle.claim("there") == picture


def test_at_the_limit_of_minutes_a_look_is_refused_with_a_sentence(
    look: Look, a_minute_each: None
) -> None:
    Quota.objects.create(painting_minutes_a_day=1)
    Transfer.objects.filter(pk=look(asked=True).pk).update(
        state=State.SUCCEEDED, painting_s=55, finished_at=timezone.now()
    )
    with pytest.raises(QuotaError, match="1 minutes of painting a day") as refused:
        look(asked=True)
    assert refused.value.reason == "painting"


def test_looks_count_in_fair_share(look: Look, user: User) -> None:
    Transfer.objects.filter(pk=look().pk).update(
        state=State.CANCELLED, painting_s=30, finished_at=timezone.now()
    )
    assert fair_share.painted_lately_s([user.pk], [], None) == {user.pk: 30.0}


def test_deleting_the_photo_of_a_look_gives_no_painting_back(
    look: Look, user: User, media_root: Path
) -> None:
    """Neither to the minutes of a day nor to the turns of the last hour."""
    begun = look()
    begun.preview.name = checkpoints.write(begun, "study", b"a picture", "png")
    begun.state, begun.painting_s, begun.finished_at = State.SUCCEEDED, 30, timezone.now()
    begun.save()
    assert photos.delete_photos(ContentImage.objects.owned_by(user)) == 1
    assert not Transfer.objects.exists()
    assert quotas.use_of(user).painting_s == 30
    assert fair_share.painted_lately_s([user.pk], [], None) == {user.pk: 30.0}


@pytest.mark.django_db(transaction=True)
def test_deleting_the_photo_of_a_look_takes_its_picture_along(
    look: Look, user: User, engine: FakeEngine, media_root: Path
) -> None:
    begun = look()
    runner.paint_next()
    assert files_of(begun, media_root)
    photos.delete_photos(ContentImage.objects.owned_by(user))
    assert not files_of(begun, media_root)


# By itself or not


def test_one_that_would_take_long_begins_only_when_asked_for(
    look: Look, a_minute_each: None
) -> None:
    with pytest.raises(looks.NotByItselfError, match="would take about 1 minute right now"):
        look()
    assert not Transfer.objects.exists()
    assert look(asked=True).state == State.QUEUED


def test_what_is_superseded_stops_even_if_the_next_does_not_begin(
    look: Look, a_minute_each: None
) -> None:
    first = look(asked=True)
    with pytest.raises(looks.NotByItselfError):
        look()
    assert row(first).state == State.CANCELLED


def test_on_a_machine_that_is_not_measured_it_begins_where_nothing_else_waits(
    look: Look, stranger: User, order: Order
) -> None:
    assert look().state == State.QUEUED
    theirs = ContentImage.objects.get()
    theirs.pk, theirs.owner = None, stranger
    theirs.save(force_insert=True)
    others = Order(content_image=theirs, styles=order.styles, params=Params(size_px=64))
    submission.submit_all(stranger, [others])
    with pytest.raises(looks.NotByItselfError, match="Other pictures are being painted"):
        look()
