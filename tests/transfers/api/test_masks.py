"""/content-images/<id>/masks/ and /masks/: sent, read, deleted, and named in an order."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from engine.params import Params
from gallery.masks import add_mask
from gallery.models import Mask, Style
from tests.transfers.api.conftest import ApiClient, data_of
from tests.transfers.drawings import BAD_FILES, as_file, left_half
from transfers.models import ContentImage, Transfer

pytestmark = pytest.mark.django_db


def sent(data: bytes) -> dict[str, object]:
    return {"image": SimpleUploadedFile("mask.png", data)}


@pytest.fixture
def order(photo: ContentImage, preset: Style, mask: Mask) -> dict[str, Any]:
    styles = [{"style": str(preset.pk), "mask": str(mask.pk)}]
    return {"content_image": str(photo.pk), "styles": styles}


def test_a_mask_is_sent_for_a_photo_and_read_again(api: ApiClient, photo: ContentImage) -> None:
    response = api.upload(f"/content-images/{photo.pk}/masks/", sent(as_file(left_half(), "PNG")))
    assert response.status_code == 201
    answer = response.json()
    mask = Mask.objects.get()
    assert (answer["id"], answer["share"]) == (str(mask.pk), 0.5)
    assert api.get(f"/masks/{mask.pk}/").json() == answer
    with Image.open(BytesIO(data_of(api.get(answer["file"])))) as image:
        assert image.convert("L").tobytes() == left_half().tobytes()


def test_the_same_mask_sent_again_is_the_same(api: ApiClient, photo: ContentImage) -> None:
    address = f"/content-images/{photo.pk}/masks/"
    answers = [api.upload(address, sent(as_file(left_half(), "PNG"))).json() for _ in range(2)]
    assert answers[0]["id"] == answers[1]["id"]
    assert Mask.objects.count() == 1


@pytest.mark.parametrize("name", ["truncated", "bomb", "svg", "zero bytes"])
def test_a_file_that_is_none_is_refused(api: ApiClient, photo: ContentImage, name: str) -> None:
    bad = BAD_FILES[name]
    response = api.upload(f"/content-images/{photo.pk}/masks/", sent(bad.data))
    assert response.status_code == 400
    assert response.json()["reason"] == bad.reason
    assert list(response.json()["errors"]) == ["image"]
    assert api.upload(f"/content-images/{photo.pk}/masks/", {}).status_code == 400


def test_other_proportions_are_refused(api: ApiClient, photo: ContentImage) -> None:
    upright = as_file(left_half(80, 120), "PNG")
    response = api.upload(f"/content-images/{photo.pk}/masks/", sent(upright))
    assert (response.status_code, response.json()["reason"]) == (400, "other_proportions")


def test_one_that_is_not_used_is_deleted(
    api: ApiClient,
    mask: Mask,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert api.send("DELETE", f"/masks/{mask.pk}/").status_code == 204
    assert api.get(f"/masks/{mask.pk}/").status_code == 404


def test_one_that_something_is_painted_with_stays(
    api: ApiClient, order: dict[str, Any], mask: Mask
) -> None:
    assert api.post("/transfers/", order).status_code == 201
    response = api.send("DELETE", f"/masks/{mask.pk}/")
    assert (response.status_code, response.json()["reason"]) == (409, "in_use")
    assert Mask.objects.exists()


def test_an_order_names_masks_and_what_is_protected(
    api: ApiClient, order: dict[str, Any], mask: Mask, user: User
) -> None:
    right = left_half().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    kept = add_mask(user, BytesIO(as_file(right, "PNG")), (120, 80))
    answer = api.post("/transfers/", {**order, "protect": str(kept.pk)}).json()
    assert answer["styles"][0]["mask"] == str(mask.pk)
    assert answer["protect"] == str(kept.pk)
    assert answer["params"] == Params(style_strength=71, outside_masks="photo").to_json()
    plain = api.post("/transfers/", {**order, "protect": None}).json()
    assert (plain["protect"], plain["params"]["outside_masks"]) == (None, "paint")


def test_the_same_order_under_the_same_key_is_made_once(
    api: ApiClient, order: dict[str, Any]
) -> None:
    for replayed in (None, "true"):
        response = api.post("/transfers/", order, headers={"Idempotency-Key": "k1"})
        assert response.status_code == 201
        assert response.headers.get("Idempotent-Replayed") == replayed
    changed = {**order, "protect": None}
    response = api.post("/transfers/", changed, headers={"Idempotency-Key": "k1"})
    assert response.json()["reason"] == "key_reused"
    assert Transfer.objects.count() == 1


def test_masks_that_cannot_be_are_refused_by_their_field(
    api: ApiClient, order: dict[str, Any], mask: Mask, stranger: User
) -> None:
    theirs = add_mask(stranger, BytesIO(as_file(left_half(), "PNG")), (120, 80))
    style = order["styles"][0]
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"styles": [{**style, "mask": str(theirs.pk)}]}, "styles.0.mask"),
        ({"styles": [{**style, "mask": "nonsense"}]}, "styles.0.mask"),
        ({"protect": str(uuid4())}, "protect"),
        ({"protect": str(mask.pk)}, "styles"),  # leaves nothing to paint
        ({"protect": str(mask.pk), "params": {"outside_masks": "paint"}}, "params.outside_masks"),
    ]
    for changes, field in wrong:
        response = api.post("/transfers/", {**order, **changes})
        assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert not Transfer.objects.exists()


def test_anothers_photo_takes_no_mask(strangers_api: ApiClient, photo: ContentImage) -> None:
    data = sent(as_file(left_half(), "PNG"))
    assert strangers_api.upload(f"/content-images/{photo.pk}/masks/", data).status_code == 404
    assert not Mask.objects.exists()
