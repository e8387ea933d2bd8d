"""The header Idempotency-Key: a request that is repeated paints nothing twice."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import User
from gallery.models import Artwork, Style
from tests.transfers.api.conftest import ApiClient
from transfers.models import ContentImage, IdempotencyKey, Transfer

KEY = {"Idempotency-Key": "order-1"}


@pytest.fixture
def order(photo: ContentImage, preset: Style) -> dict[str, Any]:
    return {"content_image": str(photo.pk), "styles": [{"style": str(preset.pk)}]}


@pytest.mark.django_db
def test_the_same_request_again_answers_with_the_first_transfer(
    api: ApiClient, order: dict[str, Any]
) -> None:
    first = api.post("/transfers/", order, headers=KEY)
    again = api.post("/transfers/", order, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert Transfer.objects.count() == 1


@pytest.mark.django_db
def test_it_tells_how_far_the_first_one_is_now(api: ApiClient, order: dict[str, Any]) -> None:
    api.post("/transfers/", order, headers=KEY)
    Transfer.objects.update(state="failed", error="Broken.")
    assert api.post("/transfers/", order, headers=KEY).json()["error"] == "Broken."


@pytest.mark.django_db
def test_another_request_under_the_same_key_is_refused(
    api: ApiClient, order: dict[str, Any]
) -> None:
    api.post("/transfers/", order, headers=KEY)
    response = api.post("/transfers/", {**order, "quality": "draft"}, headers=KEY)
    assert (response.status_code, response.json()["reason"]) == (422, "key_reused")
    assert Transfer.objects.count() == 1


@pytest.mark.django_db
def test_the_order_of_the_fields_does_not_matter(api: ApiClient, order: dict[str, Any]) -> None:
    api.post("/transfers/", order, headers=KEY)
    turned = dict(reversed(order.items()))
    assert api.post("/transfers/", turned, headers=KEY).status_code == 201
    assert Transfer.objects.count() == 1


@pytest.mark.django_db
def test_many_at_once_and_going_on_are_not_repeated_either(
    api: ApiClient, order: dict[str, Any], finished: Transfer, artwork: Artwork
) -> None:
    many = {
        "content_images": [order["content_image"]],
        "styles": [order["styles"][0]["style"]],
    }
    answers = [api.post("/transfers/batch/", many, headers=KEY).json() for _n in range(2)]
    assert answers[0] == answers[1]
    further = {"Idempotency-Key": "order-2"}
    address = f"/transfers/{finished.pk}/continue/"
    ids = {
        api.post(address, {"size_px": 512}, headers=further).json()["id"] for _number in range(2)
    }
    assert len(ids) == 1
    assert Transfer.objects.count() == 3


@pytest.mark.django_db
def test_a_key_is_each_persons_own(
    api: ApiClient, strangers_api: ApiClient, order: dict[str, Any], stranger: User
) -> None:
    api.post("/transfers/", order, headers=KEY)
    ContentImage.objects.update(owner=stranger)
    assert strangers_api.post("/transfers/", order, headers=KEY).status_code == 201
    assert Transfer.objects.count() == 2


@pytest.mark.django_db
def test_a_key_is_forgotten_after_a_day(api: ApiClient, order: dict[str, Any]) -> None:
    api.post("/transfers/", order, headers=KEY)
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert "Idempotent-Replayed" not in api.post("/transfers/", order, headers=KEY)
    assert Transfer.objects.count() == 2
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.django_db
def test_a_refused_request_leaves_its_key_free(api: ApiClient, order: dict[str, Any]) -> None:
    wrong = {**order, "params": {"steps": 0}}
    assert api.post("/transfers/", wrong, headers=KEY).status_code == 400
    assert api.post("/transfers/", order, headers=KEY).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "with space", "a" * 201, "é"])
def test_a_key_that_is_none_is_refused(api: ApiClient, order: dict[str, Any], key: str) -> None:
    response = api.post("/transfers/", order, headers={"Idempotency-Key": key})
    assert (response.status_code, list(response.json()["errors"])) == (400, ["Idempotency-Key"])


@pytest.mark.django_db(transaction=True)
def test_of_requests_at_the_same_moment_one_orders_and_all_get_its_transfer(
    api_of: Callable[..., ApiClient], user: User, order: dict[str, Any]
) -> None:
    clients = [api_of(user) for _number in range(6)]
    start = threading.Barrier(len(clients))
    answers: list[Any] = []

    def send(client: ApiClient) -> None:
        start.wait()
        answers.append(client.post("/transfers/", order, headers=KEY))
        connections.close_all()

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer for answer in answers) == 5
    assert Transfer.objects.count() == 1
