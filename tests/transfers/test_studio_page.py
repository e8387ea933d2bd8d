"""The studio: what is painted, what waits in which order, and changing that order."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from engine.params import Params
from gallery.models import Style
from transfers.models import ContentImage, MachineSpeed, Transfer
from transfers.queue import lifecycle, submission

Submit = Callable[..., Transfer]


@pytest.fixture
def submit(user: User, photo: ContentImage, preset: Style) -> Submit:
    def submit_one(seed: int = 0) -> Transfer:
        return submission.submit(user, photo, [(preset, 1.0)], Params(size_px=256, seed=seed))

    return submit_one


def waiting_seeds(user: User) -> list[int]:
    return [row.params["seed"] for row in Transfer.objects.queued().owned_by(user).in_own_order()]


def test_running_waiting_and_ended_ones_are_shown_apart_in_their_order(
    signed_in: Client, submit: Submit
) -> None:
    running, waiting, last = submit(), submit(), submit()
    failed = submit()
    Transfer.objects.filter(pk=failed.pk).update(state="failed")
    lifecycle.claim("here")
    html = signed_in.get("/transfers/").content.decode()
    places = [html.index(str(row.pk)) for row in (running, waiting, last, failed)]
    assert places == sorted(places)
    assert "2 wait" in html


def test_it_says_when_each_waiting_one_will_be_ready(signed_in: Client, submit: Submit) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=2e4, overhead_s=2)
    submit(), submit()
    html = signed_in.get("/transfers/").content.decode()
    assert "ready in about 40 seconds" in html
    assert "ready in about 1 minute" in html


def test_the_number_of_queries_does_not_grow_with_the_queue(
    signed_in: Client, submit: Submit, django_assert_max_num_queries: Callable[..., object]
) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=2e4, overhead_s=2)
    for _number in range(12):
        submit()
    with django_assert_max_num_queries(16):
        signed_in.get("/transfers/")


def test_the_number_of_queries_does_not_grow_with_what_is_painted(
    signed_in: Client, submit: Submit
) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=2e4, overhead_s=2)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            html = signed_in.get("/transfers/").content.decode()
        assert html.count("left</span>") == Transfer.objects.running().count()
        return len(asked)

    # As it is between a worker's claim and its second step: nobody knows yet how long it takes.
    as_begun = {"state": "running", "total_steps": 10, "step": 1, "started_at": timezone.now()}
    submit()
    Transfer.objects.update(**as_begun)
    with_one = queries()
    for _number in range(5):
        submit()
    Transfer.objects.update(**as_begun)
    assert queries() == with_one


def test_an_empty_studio_invites(signed_in: Client, db: None) -> None:
    assertContains(signed_in.get("/transfers/"), "Nothing on the easel")


def test_a_waiting_one_is_moved(signed_in: Client, submit: Submit, user: User) -> None:
    submit(1), submit(2)
    third = submit(3)
    response = signed_in.post(f"/transfers/{third.pk}/move/", {"whither": "first"})
    assertRedirects(response, "/transfers/")
    assert waiting_seeds(user) == [3, 1, 2]


def test_what_has_started_meanwhile_is_said_to_stay(signed_in: Client, submit: Submit) -> None:
    started = submit()
    lifecycle.claim("here")
    response = signed_in.post(f"/transfers/{started.pk}/move/", {"whither": "last"}, follow=True)
    assertContains(response, "no longer waiting")


def test_an_unknown_direction_is_refused(signed_in: Client, submit: Submit) -> None:
    waiting = submit()
    for words in ({"whither": "sideways"}, {}):
        assert signed_in.post(f"/transfers/{waiting.pk}/move/", words).status_code == 400


def test_all_that_wait_are_cancelled_and_the_running_one_goes_on(
    signed_in: Client, submit: Submit, stranger: User, photo: ContentImage, preset: Style
) -> None:
    running, first, second = submit(), submit(), submit()
    lifecycle.claim("here")
    half_done = lifecycle.claim("here")
    assert half_done is not None
    lifecycle.checkpoint(half_done, b"half", 3, 9)
    lifecycle.give_back(half_done)
    theirs = submission.submit(stranger, photo, [(preset, 1.0)], Params(size_px=256))
    response = signed_in.post("/transfers/cancel-waiting/", follow=True)
    assertContains(response, "2 waiting pictures were taken from the queue")
    states = {row.pk: row.state for row in Transfer.objects.all()}
    assert states == {
        running.pk: "running",
        first.pk: "cancelled",
        second.pk: "cancelled",
        theirs.pk: "queued",
    }
    assert not Transfer.objects.get(pk=half_done.pk).checkpoint


def test_a_stranger_sees_and_moves_nothing(
    client: Client, submit: Submit, user: User, stranger: User
) -> None:
    submit(1)
    second = submit(2)
    client.force_login(stranger)
    assertNotContains(client.get("/transfers/"), str(second.pk))
    response = client.post(f"/transfers/{second.pk}/move/", {"whither": "first"})
    assert response.status_code == 404
    client.post("/transfers/cancel-waiting/")
    assert waiting_seeds(user) == [1, 2]


def test_visitors_are_asked_to_sign_in(client: Client, submit: Submit, user: User) -> None:
    waiting = submit(1)
    assert client.get("/transfers/").status_code == 302
    assert client.post("/transfers/cancel-waiting/").status_code == 302
    assert client.post(f"/transfers/{waiting.pk}/move/", {"whither": "first"}).status_code == 302
    assert waiting_seeds(user) == [1]


def test_wrong_methods_are_not_allowed(signed_in: Client, submit: Submit) -> None:
    waiting = submit()
    assert signed_in.post("/transfers/").status_code == 405
    assert signed_in.get("/transfers/cancel-waiting/").status_code == 405
    assert signed_in.get(f"/transfers/{waiting.pk}/move/").status_code == 405
