"""`/metrics`: what it counts, who may see it, and that it stays cheap."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Quota, User
from transfers.models import ContentImage, MachineSpeed, Notice, Transfer, WorkerHost

State = Transfer.State
TOKEN = "a token that nobody guesses"
BEARER = {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def token(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN


@pytest.fixture
def photo(user: User) -> ContentImage:
    return ContentImage.objects.create(
        owner=user, title="Harbour", width=4, height=4, bytes=1, sha256="0" * 64
    )


def transfer(photo: ContentImage, state: str, **values: Any) -> Transfer:
    return Transfer.objects.create(
        owner=photo.owner, content_image=photo, params={}, state=state, **values
    )


def samples(client: Client) -> dict[tuple[str, ...], float]:
    """Values by name and the values of labels, sorted by label."""
    response = client.get("/metrics", **BEARER)
    assert response.status_code == 200
    return {
        (sample.name, *(value for _label, value in sorted(sample.labels.items()) if value)): (
            sample.value
        )
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }


def test_transfers_are_counted_by_state_and_kind_of_failure(
    client: Client, photo: ContentImage
) -> None:
    transfer(photo, State.QUEUED, created_at=timezone.now() - timedelta(seconds=90))
    transfer(photo, State.QUEUED)
    transfer(photo, State.SUCCEEDED, painting_s=40.5, rescues=1)
    transfer(photo, State.FAILED, failure="attempts", rescues=3, painting_s=9.5)
    transfer(photo, State.FAILED, failure="crash")
    transfer(photo, State.FAILED, failure="crash")
    found = samples(client)
    name = "stylesite_transfers"
    assert found[name, "queued"] == 2
    assert found[name, "succeeded"] == 1
    assert found[name, "attempts", "failed"] == 1
    assert found[name, "crash", "failed"] == 2
    assert found[name, "running"] == found[name, "cancelled"] == 0
    assert found["stylesite_rescues",] == 4
    assert found["stylesite_painting_seconds",] == 50
    assert 90 <= found["stylesite_oldest_queued_seconds",] < 100


def test_what_was_painted_in_part_waits_since_then(client: Client, photo: ContentImage) -> None:
    now = timezone.now()
    paused = {"created_at": now - timedelta(hours=5), "heartbeat_at": now - timedelta(seconds=90)}
    transfer(photo, State.QUEUED, **paused)
    found = samples(client)
    assert 90 <= found["stylesite_oldest_queued_seconds",] < 100
    assert 90 <= found["stylesite_oldest_startable_seconds",] < 100


def test_hosts_tell_their_workers_and_gone_ones_have_none(
    client: Client, photo: ContentImage
) -> None:
    WorkerHost.objects.create(name="a~1", workers=3, threads_per_worker=2)
    long_ago = timezone.now() - timedelta(seconds=60)
    WorkerHost.objects.create(name="b~1", workers=2, threads_per_worker=2, seen_at=long_ago)
    MachineSpeed.objects.create(host="a~1", pixel_steps_per_s=250_000, overhead_s=1)
    transfer(photo, State.RUNNING, worker="a~1~boot/77.1", token=uuid.uuid4())
    found = samples(client)
    assert found["stylesite_workers", "a~1"] == 3
    assert found["stylesite_workers_free", "a~1"] == 2
    assert found["stylesite_host_up", "a~1"] == 1
    assert found["stylesite_host_up", "b~1"] == 0
    assert found["stylesite_workers", "b~1"] == found["stylesite_workers_free", "b~1"] == 0
    assert 60 <= found["stylesite_host_seen_seconds", "b~1"] < 70
    assert found["stylesite_pixel_steps_per_second", "a~1"] == 250_000


def test_the_outbox_tells_what_waits_how_late_it_is_and_what_was_given_up(
    client: Client, photo: ContentImage
) -> None:
    due_at = timezone.now() - timedelta(seconds=200)
    for state in ("pending", "pending", "sent", "given_up"):
        told = {"transfer": transfer(photo, State.FAILED), "event": "transfer.failed"}
        Notice.objects.create(
            owner=photo.owner, channel="webhook", state=state, due_at=due_at, **told
        )
    found = samples(client)
    assert found["stylesite_notices", "webhook", "pending"] == 2
    assert found["stylesite_notices", "webhook", "given_up"] == 1
    assert found["stylesite_notices", "email", "pending"] == 0
    assert 200 <= found["stylesite_notices_late_seconds", "webhook"] < 210
    assert found["stylesite_notices_late_seconds", "email"] == 0


def test_an_empty_site_has_its_series_all_the_same(client: Client, db: None) -> None:
    found = samples(client)
    assert found["stylesite_transfers", "failed"] == 0
    assert found["stylesite_oldest_queued_seconds",] == 0


def test_a_scrape_takes_as_many_queries_whatever_there_is(
    client: Client,
    photo: ContentImage,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(5):
        transfer(photo, State.RUNNING, worker=f"h~{number}/1.1", token=uuid.uuid4())
        WorkerHost.objects.create(name=f"h~{number}", workers=1, threads_per_worker=1)
    with django_assert_num_queries(7):
        samples(client)
    Quota.objects.create(running=9)
    for _number in range(5):
        transfer(photo, State.QUEUED)
    with django_assert_num_queries(9):
        samples(client)


def test_what_waits_for_its_owners_limit_does_not_wait_for_a_worker(
    client: Client, photo: ContentImage, stranger: User
) -> None:
    Quota.objects.create(running=1)
    transfer(photo, State.RUNNING, token=uuid.uuid4())
    transfer(photo, State.QUEUED, created_at=timezone.now() - timedelta(seconds=900))
    found = samples(client)
    assert found["stylesite_oldest_queued_seconds",] == pytest.approx(900, abs=5)
    assert found["stylesite_oldest_startable_seconds",] == 0
    photo.owner = stranger
    transfer(photo, State.QUEUED, created_at=timezone.now() - timedelta(seconds=60))
    found = samples(client)
    assert found["stylesite_oldest_startable_seconds",] == pytest.approx(60, abs=5)


def test_a_scraper_may_come_by_address_and_gets_no_cookie(client: Client, db: None) -> None:
    response = client.get("/metrics", HTTP_HOST="10.1.2.3:8000", **BEARER)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=0.0.4")
    assert not response.cookies


def test_openmetrics_is_spoken_to_those_who_ask_for_it(client: Client, db: None) -> None:
    accept = "application/openmetrics-text; version=1.0.0"
    response = client.get("/metrics", HTTP_ACCEPT=accept, **BEARER)
    assert response["Content-Type"].startswith("application/openmetrics-text")
    assert response.content.endswith(b"# EOF\n")


def test_signed_in_staff_may_look(client: Client, user: User) -> None:
    user.is_staff = True
    user.save()
    client.force_login(user)
    assert b"stylesite_transfers" in client.get("/metrics").content


def test_another_person_gets_404(signed_in: Client) -> None:
    assert signed_in.get("/metrics").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given",
    [
        "",
        "Bearer",
        "Bearer wrong",
        f"Bearer {TOKEN}x",
        f"Basic {TOKEN}",
        TOKEN,
        "Bearer ünlesbar",
    ],
)
def test_without_the_token_there_is_nothing_here(client: Client, given: str) -> None:
    response = client.get("/metrics", HTTP_AUTHORIZATION=given)
    assert response.status_code == 404
    assert b"stylesite_" not in response.content


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["Bearer", "Bearer "])
def test_no_token_set_means_that_none_opens(client: Client, settings: Settings, given: str) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", HTTP_AUTHORIZATION=given).status_code == 404


def test_only_looking_is_allowed(client: Client, db: None) -> None:
    assert client.post("/metrics", **BEARER).status_code == 405
