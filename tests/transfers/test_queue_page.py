"""The operator's page of the queue: what it shows, what may be done on it, and by whom."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from engine.params import Params
from gallery.models import Style
from transfers.models import ContentImage, Notice, Transfer, WorkerHost
from transfers.queue import lifecycle, submission
from transfers.templatetags.queue_page import spoken_exactly

State = Transfer.State
PAGE = "/admin/queue/"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_user("olga@example.org", "correct horse", is_staff=True)


@pytest.fixture
def may(person: User) -> Callable[..., None]:
    def grant(*names: str) -> None:
        person.user_permissions.set(Permission.objects.filter(codename__in=names))

    return grant


@pytest.fixture
def operator(person: User, may: Callable[..., None]) -> Client:
    """Someone of the staff who may look at transfers and act on them, and nothing else."""
    may("view_transfer", "manage_queue")
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def running(transfer: Transfer) -> Transfer:
    held = lifecycle.claim("paint-07~1~boot/77.1")
    assert held is not None
    return held


@pytest.fixture
def failed(running: Transfer) -> Transfer:
    sentence = "Something went wrong on our side."
    lifecycle.fail(running, sentence, "ab12cd34", kind="crash")
    return running


def act(transfer: Transfer, name: str) -> str:
    return reverse("transfers:queue-act", args=[transfer.pk, name])


def state(transfer: Transfer) -> str:
    return Transfer.objects.get(pk=transfer.pk).state


def ago(seconds: float) -> Any:
    return timezone.now() - timedelta(seconds=seconds)


# what it shows


def test_an_empty_queue_says_so_and_how_to_start_workers(operator: Client) -> None:
    page = operator.get(PAGE)
    for words in ("No host has announced itself", "manage.py work", "Nothing is being painted"):
        assertContains(page, words)
    assertContains(page, "Nobody waits")
    assertContains(page, "Nothing failed")


def test_hosts_are_shown_and_gone_ones_stand_out(operator: Client, running: Transfer) -> None:
    WorkerHost.objects.create(name="paint-07~1", workers=3, threads_per_worker=2)
    gone = WorkerHost.objects.create(name="old~1", workers=1, threads_per_worker=1)
    WorkerHost.objects.filter(pk=gone.pk).update(seen_at=ago(300))
    page = operator.get(PAGE)
    assertContains(page, "1 busy, 2 free")
    assertContains(page, "last seen 5 minutes ago")
    assertNotContains(page, "No host is painting now")


def test_when_every_host_is_gone_it_says_what_to_do(operator: Client) -> None:
    WorkerHost.objects.create(name="old~1", workers=1, threads_per_worker=1, seen_at=ago(60))
    assertContains(operator.get(PAGE), "No host is painting now")


def test_a_running_transfer_shows_owner_progress_attempt_and_heartbeat(
    operator: Client, running: Transfer
) -> None:
    Transfer.objects.update(step=12, total_steps=52, heartbeat_at=ago(2), attempts=2)
    page = operator.get(PAGE)
    for words in (running.owner.email, str(running.pk), "step 12 of 52", "2 seconds ago"):
        assertContains(page, words)
    assertNotContains(page, "stuck")


def test_a_transfer_whose_worker_fell_silent_is_called_stuck(
    operator: Client, running: Transfer
) -> None:
    Transfer.objects.update(heartbeat_at=ago(40))
    assertContains(operator.get(PAGE), "40 seconds ago: stuck")


def test_who_waits_is_counted_by_owner(
    operator: Client, transfer: Transfer, photo: ContentImage, preset: Style, user: User
) -> None:
    submission.submit(user, photo, [(preset, 1.0)], Params(size_px=256))
    Transfer.objects.filter(pk=transfer.pk).update(created_at=ago(180))
    page = operator.get(PAGE)
    assertContains(page, "2 wait, the oldest for 3 minutes.")
    assertContains(page, user.email)


def test_a_failure_shows_kind_sentence_and_reference(operator: Client, failed: Transfer) -> None:
    page = operator.get(PAGE)
    for words in ("crash", "Something went wrong on our side.", "ab12cd34", act(failed, "retry")):
        assertContains(page, words)


def test_failures_of_last_month_are_not_shown(operator: Client, failed: Transfer) -> None:
    Transfer.objects.update(finished_at=ago(30 * 86_400))
    assertContains(operator.get(PAGE), "Nothing failed")


def test_nobodys_pictures_are_shown(operator: Client, failed: Transfer) -> None:
    page = operator.get(PAGE)
    assertNotContains(page, "<img")
    assertNotContains(page, failed.content_image.title)
    assertNotContains(page, "/photos/")


def test_polling_fetches_only_what_changes(operator: Client) -> None:
    part = operator.get(PAGE, **HTMX)
    assertContains(part, 'id="queue"')
    assertContains(part, 'hx-trigger="every 5s"')
    assertNotContains(part, "<html")


def test_the_page_takes_as_many_queries_for_many_as_for_few(
    operator: Client,
    transfer: Transfer,
    photo: ContentImage,
    preset: Style,
    user: User,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(12):
        row = submission.submit(user, photo, [(preset, 1.0)], Params(size_px=256))
        values = {"state": State.RUNNING, "token": uuid.uuid4(), "heartbeat_at": ago(1)}
        if number % 2:
            values = {"state": State.FAILED, "finished_at": ago(60)}
        Transfer.objects.filter(pk=row.pk).update(**values)
        WorkerHost.objects.create(name=f"h~{number}", workers=1, threads_per_worker=1)
    operator.get(PAGE)  # notes where the session was seen, once every few minutes
    # Session and person, two for permissions, three for hosts, four for the rows, one for notices.
    with django_assert_max_num_queries(12):
        operator.get(PAGE, **HTMX)


def test_the_admins_first_page_leads_there(operator: Client) -> None:
    assertContains(operator.get("/admin/"), f'href="{PAGE}"')


# what may be done


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("put-back", State.RUNNING, State.QUEUED),
        ("cancel", State.RUNNING, State.CANCELLED),
    ],
)
def test_it_asks_first_and_then_does_it_and_notes_who_did(
    operator: Client, person: User, running: Transfer, name: str, before: str, after: str
) -> None:
    question = operator.get(act(running, name))
    assertContains(question, "csrfmiddlewaretoken")
    assertContains(question, running.owner.email)
    assert state(running) == before
    assertRedirects(operator.post(act(running, name)), PAGE)
    assert state(running) == after
    noted = LogEntry.objects.get()
    assert (noted.user, noted.object_id) == (person, str(running.pk))


def test_a_failed_transfer_is_tried_again_for_its_owner(
    operator: Client, failed: Transfer, user: User
) -> None:
    page = operator.post(act(failed, "retry"), follow=True)
    assertContains(page, "It is queued once more.")
    assertContains(page, "tried again")
    again = Transfer.objects.queued().get()
    assert (again.retry_of, again.owner) == (failed, user)
    assert LogEntry.objects.get().object_id == str(failed.pk)


def test_a_waiting_transfer_is_cancelled(operator: Client, transfer: Transfer) -> None:
    operator.post(act(transfer, "cancel"))
    assert state(transfer) == State.CANCELLED


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", ["put-back", "retry"])
def test_what_is_no_longer_possible_changes_nothing_and_is_said(
    operator: Client, transfer: Transfer, name: str, method: str
) -> None:
    page = getattr(operator, method)(act(transfer, name), follow=True)
    assertContains(page, "Nothing was changed")
    assert state(transfer) == State.QUEUED
    assert not LogEntry.objects.exists()


# who may


@pytest.mark.parametrize("permissions", [[], ["manage_queue"], ["change_transfer"]])
def test_staff_without_permission_to_view_are_refused(
    operator: Client, may: Callable[..., None], permissions: list[str]
) -> None:
    may(*permissions)
    assert operator.get(PAGE).status_code == 403


def test_whoever_may_only_look_finds_no_buttons_and_cannot_act(
    operator: Client, may: Callable[..., None], running: Transfer
) -> None:
    may("view_transfer")
    assertNotContains(operator.get(PAGE), act(running, "put-back"))
    for name in ("put-back", "cancel"):
        assert operator.get(act(running, name)).status_code == 403
        assert operator.post(act(running, name)).status_code == 403
    assert state(running) == State.RUNNING


def test_the_owner_has_no_business_here(signed_in: Client, running: Transfer) -> None:
    for address in (PAGE, act(running, "cancel")):
        page = signed_in.get(address, follow=True)
        assert page.status_code == 403
    assert signed_in.post(act(running, "cancel"), follow=True).status_code == 403
    assert state(running) == State.RUNNING


def test_a_visitor_signs_in_first(client: Client, running: Transfer) -> None:
    page = client.get(PAGE, follow=True)
    assert page.redirect_chain[-1][0].startswith("/accounts/login/")
    client.post(act(running, "cancel"))
    assert state(running) == State.RUNNING


def test_a_page_that_polls_after_signing_out_is_sent_away_as_a_whole(client: Client) -> None:
    response = client.get(PAGE, **HTMX)
    assert response["HX-Redirect"] == PAGE


# bad input, wrong method


@pytest.mark.parametrize("name", ["delete", "put_back"])
def test_an_unknown_act_is_not_found(operator: Client, transfer: Transfer, name: str) -> None:
    assert operator.post(act(transfer, name)).status_code == 404


def test_an_unknown_transfer_is_not_found(operator: Client) -> None:
    address = reverse("transfers:queue-act", args=[uuid.uuid4(), "cancel"])
    assert operator.post(address).status_code == 404


def test_a_form_without_its_token_is_refused(person: User, transfer: Transfer) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    assert client.post(act(transfer, "cancel")).status_code == 403
    assert state(transfer) == State.QUEUED


def test_other_methods_are_refused(operator: Client, transfer: Transfer) -> None:
    assert operator.post(PAGE).status_code == 405
    assert operator.put(act(transfer, "cancel")).status_code == 405
    assert operator.delete(act(transfer, "cancel")).status_code == 405


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 seconds"),
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7199, "119 minutes"),
        (7200, "2 hours"),
        (200_000, "2 days"),
    ],
)
def test_ages_are_told_to_the_second_where_it_matters(seconds: float, words: str) -> None:
    assert spoken_exactly(seconds) == words


def test_the_outbox_is_shown_with_what_is_late_in_it(operator: Client, transfer: Transfer) -> None:
    assertContains(operator.get(PAGE), "Notices")
    Notice.objects.create(
        owner=transfer.owner,
        transfer=transfer,
        channel="webhook",
        event="transfer.failed",
        due_at=ago(600),
    )
    assertContains(operator.get(PAGE), '<strong class="queue-bad">10 minutes</strong>', html=True)
