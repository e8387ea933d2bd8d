"""What failed is tried again by an operator, and stays its guest's."""

from __future__ import annotations

import pytest

from accounts.models import User
from tests.transfers.booth.conftest import Paint, Take
from transfers.booth import deletion
from transfers.models import Sitting, Transfer
from transfers.queue import lifecycle, submission

pytestmark = pytest.mark.django_db


def fail_next() -> Transfer:
    claimed = lifecycle.claim("worker")
    assert claimed
    lifecycle.fail(claimed, "The paint ran out.")
    return claimed


def test_a_retry_by_an_operator_stays_the_guests(take: Take, user: User, paint: Paint) -> None:
    sitting, _code = take()
    claimed = lifecycle.claim("worker")
    assert claimed
    lifecycle.fail(claimed, "The paint ran out.")
    again = submission.retry(claimed)
    sitting.refresh_from_db()
    assert (sitting.transfer, again.booth) == (again, sitting.booth)
    paint()
    sitting = Sitting.objects.get()
    assert sitting.picture.title == "Stripes"
    deletion.delete(Sitting.objects.all())
    assert not Transfer.objects.exists()


def test_retried_from_whichever_that_failed_it_stays_the_guests(take: Take, paint: Paint) -> None:
    """The operator's page lists them all, the latest first or not."""
    take()
    first = fail_next()
    submission.retry(first)
    fail_next()
    third = submission.retry(first)
    assert Sitting.objects.get().transfer == third
    assert paint() == third
    assert Sitting.objects.get().picture.title == "Stripes"


def test_of_a_guests_that_failed_twice_one_is_painted_again(take: Take) -> None:
    take()
    first = fail_next()
    submission.retry(first)
    second = fail_next()
    third = submission.retry(second)
    assert submission.retry(first) == third
    assert Sitting.objects.get().transfer == third
    assert Transfer.objects.queued().get() == third


def test_a_guest_who_has_the_picture_or_left_is_painted_no_more(take: Take, paint: Paint) -> None:
    take()
    first = fail_next()
    submission.retry(first)
    paint()
    with pytest.raises(submission.WrongStateError):
        submission.retry(first)
    assert Transfer.objects.count() == 2
    deletion.delete(Sitting.objects.all())
    with pytest.raises(submission.WrongStateError):
        submission.retry(first)
    assert not Transfer.objects.exists()
