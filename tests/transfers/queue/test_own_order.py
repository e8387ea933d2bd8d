from collections.abc import Callable

import pytest

from accounts.models import User
from engine.params import Params
from gallery.models import Style
from transfers.models import ContentImage, Transfer
from transfers.queue import lifecycle, own_order, submission
from transfers.queue.own_order import Whither

Submit = Callable[..., Transfer]


@pytest.fixture
def five(submit: Submit) -> list[Transfer]:
    return [submit(seed=number) for number in range(5)]


def order(owner: User) -> list[int]:
    """The waiting transfers, by the number that is their seed."""
    waiting = Transfer.objects.queued().owned_by(owner).in_own_order()
    return [row.params["seed"] for row in waiting]


@pytest.mark.parametrize(
    ("number", "whither", "expected"),
    [
        (3, Whither.FIRST, [3, 0, 1, 2, 4]),
        (3, Whither.EARLIER, [0, 1, 3, 2, 4]),
        (1, Whither.LATER, [0, 2, 1, 3, 4]),
        (1, Whither.LAST, [0, 2, 3, 4, 1]),
        (0, Whither.EARLIER, [0, 1, 2, 3, 4]),
        (0, Whither.FIRST, [0, 1, 2, 3, 4]),
        (4, Whither.LATER, [0, 1, 2, 3, 4]),
    ],
)
def test_a_waiting_transfer_is_moved(
    five: list[Transfer], user: User, number: int, whither: Whither, expected: list[int]
) -> None:
    assert own_order.move(five[number], whither) is True
    assert order(user) == expected


def test_earlier_and_later_pass_what_the_list_does_not_show(
    five: list[Transfer], user: User
) -> None:
    sweep, look = Transfer.Purpose.SWEEP, Transfer.Purpose.LOOK
    for number, purpose in ((1, sweep), (2, look), (4, sweep)):
        Transfer.objects.filter(pk=five[number].pk).update(purpose=purpose)
    own_order.move(five[3], Whither.EARLIER)
    assert order(user) == [3, 0, 1, 2, 4]
    own_order.move(five[3], Whither.LATER)
    assert order(user) == [0, 3, 1, 2, 4]
    own_order.move(five[3], Whither.LATER)
    assert order(user) == [0, 3, 1, 2, 4]
    own_order.move(five[0], Whither.EARLIER)
    assert order(user) == [0, 3, 1, 2, 4]
    own_order.move(five[3], Whither.LAST)
    assert order(user) == [0, 1, 2, 4, 3]


def test_the_next_claim_follows_the_new_order(five: list[Transfer]) -> None:
    own_order.move(five[3], Whither.FIRST)
    claimed = lifecycle.claim("here")
    assert claimed is not None
    assert claimed.pk == five[3].pk


def test_one_of_many_submitted_together_is_moved_without_the_others(
    user: User, photo: ContentImage, style: Style, submit: Submit
) -> None:
    orders = [
        submission.Order(
            content_image=photo, styles=[(style, 1.0)], params=Params(size_px=1024, seed=seed)
        )
        for seed in range(12)
    ]
    together = submission.submit_all(user, orders)
    before = {row.pk: row.rank for row in Transfer.objects.all()}
    own_order.move(together[7], Whither.EARLIER)
    assert order(user) == [0, 1, 2, 3, 4, 5, 7, 6, 8, 9, 10, 11]
    changed = [row for row in Transfer.objects.all() if row.rank != before[row.pk]]
    assert len(changed) <= 3
    submit(size_px=64, seed=99)
    assert order(user)[0] == 99  # a draft still comes before all that nobody has moved


def test_ranks_that_are_all_alike_can_be_moved(five: list[Transfer], user: User) -> None:
    Transfer.objects.update(rank=4e11)
    own_order.move(five[3], Whither.EARLIER)
    assert order(user) == [0, 1, 3, 2, 4]


def test_moving_back_and_forth_never_runs_out_of_places_between(
    five: list[Transfer], user: User
) -> None:
    # Each move halves the room between two neighbours; a double has 52 halves at most.
    for _number in range(60):
        own_order.move(five[2], Whither.LATER)
        own_order.move(five[3], Whither.LATER)
    assert order(user) == [0, 1, 2, 3, 4]


def test_a_draft_submitted_later_still_comes_after_what_was_moved_to_the_front(
    submit: Submit, user: User
) -> None:
    fine = submit(size_px=1024, seed=1)
    own_order.move(fine, Whither.FIRST)
    submit(size_px=64, seed=2)
    assert order(user) == [1, 2]


def test_what_runs_already_stays_where_it_is(five: list[Transfer]) -> None:
    lifecycle.claim("here")
    assert own_order.move(five[0], Whither.LAST) is False


def test_somebody_elses_queue_is_left_alone(
    five: list[Transfer], stranger: User, photo: ContentImage, style: Style
) -> None:
    theirs = submission.submit(stranger, photo, [(style, 1.0)], Params(size_px=64))
    before = theirs.rank
    own_order.move(five[4], Whither.FIRST)
    theirs.refresh_from_db()
    assert theirs.rank == before
