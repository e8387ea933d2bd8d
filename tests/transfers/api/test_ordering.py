"""Having things painted: one, many, again, further; and what that would take."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import Settings

from accounts.models import User
from engine.params import Params
from gallery.models import Artwork, Style
from gallery.styles import add_style
from tests.transfers.api.conftest import ApiClient
from tests.transfers.drawings import as_file, quadrants
from transfers.models import ContentImage, MachineSpeed, Transfer
from transfers.photos import add_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(photo: ContentImage, preset: Style) -> dict[str, Any]:
    return {"content_image": str(photo.pk), "styles": [{"style": str(preset.pk)}]}


def refused(response: Any) -> list[str]:
    assert response.status_code == 400, response.json()
    assert response.json()["reason"] == "invalid"
    return list(response.json()["errors"])


def test_a_photo_is_ordered_in_a_style(api: ApiClient, order: dict[str, Any], user: User) -> None:
    response = api.post("/transfers/", order)
    assert response.status_code == 201
    row = Transfer.objects.get()
    assert row.owner == user
    assert response.json() == api.get(f"/transfers/{row.pk}/").json()
    # 71 is what the style recommends; nothing else was asked for.
    assert row.params == Params(style_strength=71).to_json()


def test_settings_win_over_the_quality_and_that_over_the_style(
    api: ApiClient, order: dict[str, Any]
) -> None:
    params = {"style_strength": 40, "seed": 7, "style_layers": {"conv1_1": 2}}
    api.post("/transfers/", {**order, "quality": "draft", "params": params})
    expected = Params(size_px=256, style_strength=40, seed=7, style_layers={"conv1_1": 2.0})
    assert Transfer.objects.get().params == expected.to_json()


def test_several_styles_share_a_picture(
    api: ApiClient, order: dict[str, Any], preset: Style, own_style: Style
) -> None:
    shares = [
        {"style": str(own_style.pk), "weight": 3},
        {"style": str(preset.pk), "weight": 0.5},
    ]
    answer = api.post("/transfers/", {**order, "styles": shares}).json()
    assert [(style["title"], style["weight"]) for style in answer["styles"]] == [
        ("My tiles", 3),
        ("Stripes", 0.5),
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"content_image": None}, "content_image"),
        ({"content_image": "abc"}, "content_image"),
        ({"content_image": str(uuid4())}, "content_image"),
        ({"styles": []}, "styles"),
        ({"styles": "x"}, "styles"),
        ({"styles": [{"style": str(uuid4())}]}, "styles.0.style"),
        ({"styles": [{"weight": 1}]}, "styles.0.style"),
        ({"styles": [{"style": str(uuid4()), "weight": 0}]}, "styles.0.weight"),
        ({"styles": [{"style": str(uuid4()), "weight": 101}]}, "styles.0.weight"),
        ({"styles": [{"style": str(uuid4()), "weight": "1"}]}, "styles.0.weight"),
        ({"styles": [{"style": str(uuid4()), "weight": True}]}, "styles.0.weight"),
        ({"content_image": 5}, "content_image"),
        ({"styles": [{"style": str(uuid4())}] * 9}, "styles"),
        ({"quality": "best"}, "quality"),
        ({"quality": "fine", "params": {"size_px": 512}}, "quality"),
        ({"params": 7}, "params"),
        ({"params": None}, "params"),
        ({"params": {"size_px": 5000}}, "params.size_px"),
        ({"params": {"size_px": "512"}}, "params.size_px"),
        ({"params": {"seed": True}}, "params.seed"),
        ({"params": {"optimizer": "sgd"}}, "params.optimizer"),
        ({"params": {"colour": "blue"}}, "params.colour"),
        ({"params": {"style_layers": {"conv9_9": 1}}}, "params.style_layers"),
        ({"params": {"version": 2}}, "params.version"),
        ({"params": {"objective": "classic", "style_scale": 2}}, "params.style_scale"),
        ({"params": {"initial": "earlier"}}, "params.earlier"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_ordered(
    api: ApiClient, order: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    for path in ("/transfers/", "/transfers/estimate/"):
        response = api.send("POST", path, {**order, **change})
        assert refused(response) == [field]
    assert not Transfer.objects.exists()


def test_a_style_counts_once(api: ApiClient, order: dict[str, Any]) -> None:
    assert refused(api.post("/transfers/", {**order, "styles": order["styles"] * 2})) == ["styles"]


def test_what_belongs_to_others_or_is_thrown_away_is_not_there(
    strangers_api: ApiClient, api: ApiClient, order: dict[str, Any], own_style: Style
) -> None:
    assert refused(strangers_api.post("/transfers/", order)) == ["content_image"]
    api.send("DELETE", f"/styles/{own_style.pk}/")
    body = {**order, "styles": [{"style": str(own_style.pk)}]}
    assert refused(api.post("/transfers/", body)) == ["styles.0.style"]


def test_a_photo_that_is_too_narrow_is_named(
    api: ApiClient, order: dict[str, Any], photo: ContentImage
) -> None:
    ContentImage.objects.filter(pk=photo.pk).update(width=9000, height=40)
    for path in ("/transfers/", "/transfers/estimate/"):
        response = api.post(path, order)
        assert response.status_code == 400
        assert response.json()["reason"] == "too_narrow"
        assert list(response.json()["errors"]) == ["content_image"]
    assert not Transfer.objects.exists()


def test_more_than_may_wait_are_refused(
    api: ApiClient, order: dict[str, Any], settings: Settings
) -> None:
    settings.WAITING_PER_PERSON = 1
    assert api.post("/transfers/", order).status_code == 201
    for path, body in (
        ("/transfers/", order),
        (
            "/transfers/batch/",
            {"content_images": [order["content_image"]], "styles": [order["styles"][0]["style"]]},
        ),
    ):
        response = api.post(path, body)
        assert (response.status_code, response.json()["reason"]) == (403, "quota_waiting")
        assert "You may have 1 picture waiting" in response.json()["detail"]
    assert Transfer.objects.count() == 1
    assert api.get("/me/").json()["use"]["waiting_limit"] == 1


def test_what_would_take_too_long_is_refused_and_its_field_named(
    api: ApiClient, order: dict[str, Any], preset: Style
) -> None:
    params = {"size_px": 4096, "objective": "classic"}
    batch = {"content_images": [order["content_image"]], "styles": [str(preset.pk)]}
    for path, sent in (("/transfers/", order), ("/transfers/batch/", batch)):
        refusal = api.post(path, {**sent, "params": params})
        assert (refusal.status_code, refusal.json()["reason"]) == (422, "too_long")
        assert list(refusal.json()["errors"]) == ["params.size_px"]
    assert not Transfer.objects.exists()
    told = api.post("/transfers/estimate/", {**order, "params": params})
    assert told.status_code == 200, "how long it would take can be asked all the same"


def test_an_estimate_tells_size_steps_and_times(api: ApiClient, order: dict[str, Any]) -> None:
    body = {**order, "quality": "draft"}
    unknown = api.post("/transfers/estimate/", body).json()
    assert (unknown["width"], unknown["height"], unknown["total_steps"]) == (256, 171, 13)
    assert (unknown["painting_s"], unknown["place"]) == (None, 1)
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=2e4, overhead_s=2)
    known = api.post("/transfers/estimate/", body).json()
    # (13 steps + 2 for setting up) of 256 × 171 pixels, each step's fixed cost being 6,000 more
    assert known["painting_s"] == pytest.approx(2 + 15 * (256 * 171 + 6000) / 2e4)
    assert (known["starts_in_s"], known["ready_in_s"]) == (0, known["painting_s"])
    assert not Transfer.objects.exists()


def test_behind_thousands_an_estimate_knows_no_time_of_its_turn(
    api: ApiClient, order: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=2e4, overhead_s=2)
    for _number in range(3):
        api.post("/transfers/", order)
    monkeypatch.setattr("transfers.queue.forecast.MOST_PLAYED", 2)
    told = api.post("/transfers/estimate/", order).json()
    assert (told["place"], told["starts_in_s"], told["ready_in_s"]) == (None, None, None)
    assert told["painting_s"] > 0


def test_many_photos_are_painted_each_in_each_style(
    api: ApiClient, user: User, photo: ContentImage, preset: Style, own_style: Style
) -> None:
    other = add_photo(user, BytesIO(as_file(quadrants(90, 60))), "upload", "Mill")
    body = {
        "content_images": [str(photo.pk), str(other.pk), str(photo.pk)],
        "styles": [str(preset.pk), str(own_style.pk)],
        "quality": "draft",
    }
    response = api.post("/transfers/batch/", body)
    assert response.status_code == 201
    made = [
        (row["content_image"], row["styles"][0]["title"]) for row in response.json()["transfers"]
    ]
    assert made == [
        (str(photo.pk), "Stripes"),
        (str(photo.pk), "My tiles"),
        (str(other.pk), "Stripes"),
        (str(other.pk), "My tiles"),
    ]
    assert {row.params["style_strength"] for row in Transfer.objects.all()} == {71, 90}


def test_all_of_many_are_painted_or_none(
    api: ApiClient, user: User, photo: ContentImage, preset: Style
) -> None:
    narrow = add_photo(user, BytesIO(as_file(quadrants(90, 60))), "upload", "Narrow")
    ContentImage.objects.filter(pk=narrow.pk).update(width=9000, height=40)
    body = {"content_images": [str(photo.pk), str(narrow.pk)], "styles": [str(preset.pk)]}
    response = api.post("/transfers/batch/", body)
    assert (response.status_code, list(response.json()["errors"])) == (400, ["content_images.1"])
    assert not Transfer.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"content_images": []}, "content_images"),
        ({"content_images": ["abc"]}, "content_images.0"),
        ({"content_images": [str(uuid4()) for _n in range(101)]}, "content_images"),
        ({"content_images": [str(uuid4())]}, "content_images.0"),
        ({"styles": [str(uuid4())]}, "styles.0"),
        ({"params": {"steps": 0}}, "params.steps"),
    ],
)
def test_what_is_wrong_with_many_is_named(
    api: ApiClient, photo: ContentImage, preset: Style, change: dict[str, Any], field: str
) -> None:
    body = {"content_images": [str(photo.pk)], "styles": [str(preset.pk)], **change}
    assert refused(api.post("/transfers/batch/", body)) == [field]


def test_photos_times_styles_have_a_limit(api: ApiClient) -> None:
    ids = [str(uuid4()) for _n in range(11)]
    body = {"content_images": ids, "styles": ids[:10]}
    assert refused(api.post("/transfers/batch/", body)) == ["content_images"]


def test_a_failed_one_is_tried_again(api: ApiClient, transfer: Transfer) -> None:
    address = f"/transfers/{transfer.pk}/retry/"
    response = api.post(address)
    assert (response.status_code, response.json()["reason"]) == (409, "wrong_state")
    Transfer.objects.filter(pk=transfer.pk).update(state="failed")
    first = api.post(address)
    assert first.status_code == 201
    assert first.json()["retry_of"] == str(transfer.pk)
    assert api.post(address).json()["id"] == first.json()["id"]


def test_a_finished_one_is_continued_larger(
    api: ApiClient, finished: Transfer, artwork: Artwork
) -> None:
    address = f"/transfers/{finished.pk}/continue/"
    response = api.post(address, {"size_px": 512})
    assert response.status_code == 201
    answer = response.json()
    assert answer["continues"] == str(artwork.pk)
    assert (answer["params"]["size_px"], answer["params"]["initial"]) == (512, "earlier")
    for body in ({}, {"size_px": 95}, {"size_px": 4097}, {"size_px": "512"}, {"size_px": 512.5}):
        assert refused(api.post(address, body)) == ["size_px"]


def test_one_that_would_take_too_long_is_not_continued(
    api: ApiClient, finished: Transfer, artwork: Artwork
) -> None:
    MachineSpeed.objects.create(host="here", pixel_steps_per_s=10, overhead_s=1)
    refusal = api.post(f"/transfers/{finished.pk}/continue/", {"size_px": 512})
    assert (refusal.status_code, refusal.json()["reason"]) == (422, "too_long")
    assert list(refusal.json()["errors"]) == ["size_px"]


def test_there_must_be_a_picture_to_continue(
    api: ApiClient, transfer: Transfer, artwork: Artwork
) -> None:
    address = f"/transfers/{transfer.pk}/continue/"
    assert api.post(address, {"size_px": 512}).status_code == 409
    Transfer.objects.filter(pk=transfer.pk).update(state="succeeded", artwork=artwork)
    api.send("DELETE", f"/artworks/{artwork.pk}/")
    assert api.post(address, {"size_px": 512}).status_code == 409


def test_a_personal_style_recommends_nothing(
    api: ApiClient, order: dict[str, Any], user: User
) -> None:
    plain = add_style(owner=user, image=quadrants(), title="Plain")
    api.post("/transfers/", {**order, "styles": [{"style": str(plain.pk)}]})
    assert Transfer.objects.get().params == Params().to_json()
