"""Limits at work: at submission, at upload, at claiming, and on the page that shows them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertRedirects

from accounts.models import Quota, User
from accounts.quotas import QuotaError
from engine import pyramid
from engine.params import Params
from gallery.models import Style
from tests.transfers.drawings import as_file, quadrants
from transfers import quotas
from transfers.models import ContentImage, MachineSpeed, Transfer
from transfers.queue import forecast, lifecycle, submission
from transfers.studies.models import Purpose

Submit = Callable[..., Transfer]
State = Transfer.State
DRAFT = Params(size_px=256)


@pytest.fixture
def submit(user: User, photo: ContentImage, preset: Style) -> Submit:
    def submit_one(owner: User = user, **params: object) -> Transfer:
        chosen = Params(**{"size_px": 256, **params})
        return submission.submit(owner, photo, [(preset, 1.0)], chosen)

    return submit_one


@pytest.fixture
def a_minute_each(db: None) -> None:
    """A machine on which a draft of the photo takes 60 seconds."""
    cost = pyramid.plan(120, 80, DRAFT).pixel_steps
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=cost / 50, overhead_s=10)


def ended(transfer: Transfer, *, painting_s: float, hours_ago: float) -> None:
    Transfer.objects.filter(pk=transfer.pk).update(
        state=State.SUCCEEDED,
        painting_s=painting_s,
        finished_at=timezone.now() - timedelta(hours=hours_ago),
    )


# Waiting


def test_one_more_than_may_wait_is_refused_and_the_others_stay(submit: Submit) -> None:
    Quota.objects.create(waiting=2)
    submit(), submit()
    with pytest.raises(QuotaError, match="2 pictures waiting, and 2 are waiting") as refused:
        submit()
    assert refused.value.reason == "waiting"
    assert Transfer.objects.count() == 2


def test_where_no_limit_is_set_there_is_still_one_for_waiting(
    submit: Submit,
    user: User,
    photo: ContentImage,
    preset: Style,
    settings: Settings,
    signed_in: Client,
) -> None:
    settings.WAITING_PER_PERSON = 3
    submit(), submit()
    order = submission.Order(content_image=photo, styles=[(preset, 1.0)], params=DRAFT)
    with pytest.raises(QuotaError, match="3 pictures waiting, and 2 are waiting") as refused:
        submission.submit_all(user, [order, order])
    assert refused.value.reason == "waiting"
    submit()
    response = signed_in.post("/new/", {"photo": photo.pk, "style": preset.pk, "quality": "draft"})
    assertContains(response, "You may have 3 pictures waiting", status_code=422)
    assertContains(signed_in.get("/use/"), "3 pictures of 3")
    assert Transfer.objects.count() == 3
    submission.submit_all(user, [replace(order, purpose=Purpose.LOOK)])
    Quota.objects.create(user=user, waiting=4)
    submit()


def test_what_is_painted_already_does_not_wait(submit: Submit) -> None:
    Quota.objects.create(waiting=1)
    submit()
    lifecycle.claim("here")
    assert submit().state == State.QUEUED


def test_the_form_says_so_and_keeps_every_choice(
    signed_in: Client, submit: Submit, photo: ContentImage, preset: Style
) -> None:
    Quota.objects.create(waiting=1)
    submit()
    chosen = {"photo": photo.pk, "style": preset.pk, "quality": "fine", "style_strength": 33}
    response = signed_in.post("/new/", chosen)
    assertContains(response, "You may have 1 picture waiting", status_code=422)
    assertContains(response, 'value="33"', status_code=422)
    assertContains(response, f'name="photo" value="{photo.pk}"', status_code=422)
    assert Transfer.objects.count() == 1


def test_trying_again_says_so(signed_in: Client, submit: Submit) -> None:
    Quota.objects.create(waiting=1)
    failed = submit()
    Transfer.objects.filter(pk=failed.pk).update(state=State.FAILED)
    submit()
    response = signed_in.post(f"/transfers/{failed.pk}/retry/", follow=True)
    assertContains(response, "You may have 1 picture waiting")


# Painting


@pytest.mark.usefixtures("a_minute_each")
def test_what_was_painted_and_what_waits_count_for_the_day(submit: Submit, user: User) -> None:
    Quota.objects.create(painting_minutes_a_day=4)
    ended(submit(), painting_s=120, hours_ago=20)
    submit()
    assert quotas.use_of(user).painting_s == pytest.approx(180)
    submit()
    with pytest.raises(QuotaError, match=r"0\.0 are left, and this needs 1\.0") as refused:
        submit()
    assert "try again in about 4 hours" in refused.value.sentence
    assert refused.value.reason == "painting"


@pytest.mark.usefixtures("a_minute_each")
def test_yesterdays_painting_is_forgotten(submit: Submit, user: User) -> None:
    Quota.objects.create(painting_minutes_a_day=2)
    ended(submit(), painting_s=120, hours_ago=24.1)
    submit()
    assert quotas.use_of(user).painting_s == pytest.approx(60)


@pytest.mark.usefixtures("a_minute_each")
def test_more_than_a_whole_days_painting_asks_for_a_smaller_size(submit: Submit) -> None:
    Quota.objects.create(painting_minutes_a_day=2)
    with pytest.raises(QuotaError, match=r"2 minutes of painting a day, and this needs \d+\."):
        submit(size_px=1024)
    assert submit().state == State.QUEUED


@pytest.mark.usefixtures("a_minute_each")
def test_where_what_waits_takes_the_rest_it_says_so(submit: Submit) -> None:
    Quota.objects.create(painting_minutes_a_day=2)
    submit(), submit()
    with pytest.raises(QuotaError, match="what you have waiting takes the rest"):
        submit()


def test_of_many_that_are_too_many_none_counts_against_the_others(
    user: User, photo: ContentImage, preset: Style
) -> None:
    Quota.objects.create(waiting=3)
    order = submission.Order(content_image=photo, styles=[(preset, 1.0)], params=DRAFT)
    with pytest.raises(QuotaError, match="3 pictures waiting, and 0 are waiting"):
        submission.submit_all(user, [order] * 5)


# Running


def test_of_one_person_no_more_is_painted_at_once_than_may_be(
    submit: Submit, stranger: User
) -> None:
    Quota.objects.create(running=1)
    submit(), submit()
    theirs = submit(stranger)
    first, second = lifecycle.claim("a"), lifecycle.claim("b")
    assert first is not None
    assert second is not None
    assert second.pk == theirs.pk
    assert lifecycle.claim("c") is None
    ended(first, painting_s=1, hours_ago=0)
    assert lifecycle.claim("c") is not None


@pytest.mark.usefixtures("a_minute_each")
def test_the_forecast_knows_how_many_may_be_painted_at_once(
    submit: Submit, stranger: User, settings: Settings
) -> None:
    settings.WORKERS = 3
    Quota.objects.create(running=1)
    mine = [submit(), submit()]
    theirs = submit(stranger)
    turns = forecast.turns_of([*mine, theirs])
    starts = [turns[row.pk].starts_in_s for row in (*mine, theirs)]
    assert starts == [0, pytest.approx(60), 0]


# Storage


def test_a_photo_that_has_no_room_is_refused_and_leaves_no_file(
    signed_in: Client, user: User, photo: ContentImage, media_root: object
) -> None:
    ContentImage.objects.update(bytes=2_000_000)
    Quota.objects.create(storage_mb=2)
    kept = ContentImage.objects.count()
    file = SimpleUploadedFile("other.jpg", as_file(quadrants(300, 200)))
    response = signed_in.post("/api/v1/content-images/", {"image": file})
    assert response.status_code == 403
    assert response.json()["reason"] == "quota_storage"
    assert "2 of your 2 MB" in response.json()["detail"]
    assert ContentImage.objects.count() == kept


def test_a_style_that_has_no_room_is_refused_beside_its_field(
    signed_in: Client, photo: ContentImage
) -> None:
    ContentImage.objects.update(bytes=2_000_000)
    Quota.objects.create(storage_mb=2)
    file = SimpleUploadedFile("tiles.png", as_file(quadrants(90, 90), "PNG"))
    response = signed_in.post("/styles/add/", {"image": file, "next": "/new/"})
    assertContains(response, "There is no room for another picture", status_code=422)
    assertContains(response, 'name="next" value="/new/"', status_code=422)
    assert not Style.objects.filter(title="tiles").exists()


def test_with_a_full_store_nothing_new_is_painted(submit: Submit) -> None:
    submit()
    ContentImage.objects.update(bytes=2_000_000)
    Quota.objects.create(storage_mb=2)
    with pytest.raises(QuotaError) as refused:
        submit()
    assert refused.value.reason == "storage"


# The page


def test_everyone_sees_their_use_and_their_limits(
    signed_in: Client, submit: Submit, stranger: User
) -> None:
    Quota.objects.create(waiting=5, storage_mb=100)
    submit(), submit()
    submit(stranger)
    ContentImage.objects.update(bytes=7_400_000)
    response = signed_in.get("/use/")
    assertContains(response, "2 pictures of 5")
    assertContains(response, "7 MB of 100")
    assertContains(signed_in.get("/accounts/settings/"), 'href="/use/"')


def test_visitors_are_asked_to_sign_in(client: Client, db: None) -> None:
    assertRedirects(client.get("/use/"), "/accounts/login/?next=/use/")


def test_wrong_methods_are_not_allowed(signed_in: Client) -> None:
    assert signed_in.post("/use/").status_code == 405
