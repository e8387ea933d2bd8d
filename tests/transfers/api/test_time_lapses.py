"""/artworks/<id>/time-lapse/: frames, one as a picture, all as an animation."""

from io import BytesIO

import av
import pytest
from PIL import Image

from accounts.models import Quota, User
from gallery.frames import unpack
from gallery.models import Artwork, TimeLapse
from tests.gallery.films import add_time_lapse
from tests.transfers.api.conftest import ApiClient, data_of
from transfers.models import ContentImage, Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(artwork: Artwork) -> str:
    add_time_lapse(artwork)
    return f"/artworks/{artwork.pk}/time-lapse/"


def test_it_tells_its_frames_and_hands_them_out(api: ApiClient, address: str) -> None:
    told = api.get(address).json()
    assert (told["width"], told["height"], told["steps"]) == (96, 64, 13)
    assert [frame["step"] for frame in told["frames"]] == list(range(1, 14))
    data = data_of(api.get(told["file"]))
    assert len(data) == told["bytes"]
    frame = told["frames"][0]
    assert (frame["width"], frame["height"]) == (48, 32)
    alone = data_of(api.get(frame["address"]))
    assert alone == data[frame["start"] : frame["start"] + frame["length"]]
    assert alone == unpack(data)[0][0].data


def test_a_frame_is_kept_as_a_picture(api: ApiClient, address: str, artwork: Artwork) -> None:
    response = api.post(f"{address}frames/9/keep/")
    assert response.status_code == 201
    kept = response.json()
    assert kept["title"] == "Harbour in stripes at step 9"
    assert (kept["width"], kept["height"], kept["recipe"]["steps"]) == (96, 64, 9)
    assert kept["recipe"]["frame_of"]["artwork"] == str(artwork.pk)
    assert api.get(f"/artworks/{kept['id']}/time-lapse/").status_code == 404
    again = api.post(f"{address}frames/9/keep/")
    assert (again.status_code, again.json()["id"]) == (200, kept["id"])


def test_it_is_deleted_alone(api: ApiClient, address: str, artwork: Artwork) -> None:
    assert api.send("DELETE", address).status_code == 204
    assert api.get(address).status_code == 404
    assert api.send("DELETE", address).status_code == 404
    assert Artwork.objects.filter(pk=artwork.pk).exists()


def test_an_animation_is_made(api: ApiClient, address: str) -> None:
    response = api.get(f"{address}animation/?seconds=4&photo=true")
    assert response["Content-Type"] == "video/mp4"
    with av.open(BytesIO(data_of(response))) as film:
        assert float(film.duration or 0) / 1e6 == pytest.approx(4 + 1.5 + 1.5, abs=0.1)
    response = api.get(f"{address}animation/?kind=webp")
    assert Image.open(BytesIO(data_of(response))).n_frames == 13


def test_an_order_says_whether_frames_are_kept(
    api: ApiClient, photo: ContentImage, preset: object
) -> None:
    order = {"content_image": str(photo.pk), "styles": [{"style": str(preset.pk)}]}  # type: ignore[attr-defined]
    without = api.post("/transfers/", {**order, "time_lapse": False}).json()["id"]
    usual = api.post("/transfers/", order).json()["id"]
    assert not Transfer.objects.get(pk=without).keeps_time_lapse
    assert Transfer.objects.get(pk=usual).keeps_time_lapse


def test_a_stranger_finds_nothing(strangers_api: ApiClient, address: str) -> None:
    for path in ("", "file/", "frames/1/", "animation/"):
        assert strangers_api.get(address + path).status_code == 404
    assert strangers_api.post(f"{address}frames/1/keep/").status_code == 404
    assert TimeLapse.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [("kind=gif", "kind"), ("seconds=5", "seconds"), ("seconds=", "seconds"), ("photo=1", "photo")],
)
def test_a_wrong_wish_is_refused(api: ApiClient, address: str, query: str, field: str) -> None:
    response = api.get(f"{address}animation/?{query}")
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])


def test_a_step_without_a_frame_is_not_found(api: ApiClient, address: str) -> None:
    for step in ("0", "14", "9" * 30):
        assert api.get(f"{address}frames/{step}/").status_code == 404
        assert api.post(f"{address}frames/{step}/keep/").status_code == 404


def test_no_room_is_said(api: ApiClient, address: str, user: User) -> None:
    Quota.objects.create(user=user, storage_mb=0)
    response = api.post(f"{address}frames/1/keep/")
    assert (response.status_code, response.json()["reason"]) == (403, "quota_storage")
    assert Artwork.objects.count() == 1


def test_too_many_animations_have_to_wait(
    api: ApiClient, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gallery.animations.MOST_A_MINUTE", 0)
    response = api.get(f"{address}animation/?kind=webp")
    assert (response.status_code, response.json()["reason"]) == (503, "busy")
    assert "0 animations within a minute" in response.json()["detail"]
    assert 1 <= int(response["Retry-After"]) <= 60


def test_a_transfer_is_painted_again_up_to_a_step(api: ApiClient, finished: Transfer) -> None:
    response = api.post(f"/transfers/{finished.pk}/up-to/", {"step": 2})
    assert response.status_code == 201
    assert Transfer.objects.get(pk=response.json()["id"]).stop_after == 2
    for step, status in ((4, 409), (0, 400), ("2", 400), (None, 400)):
        response = api.post(f"/transfers/{finished.pk}/up-to/", {"step": step})
        assert (step, response.status_code) == (step, status)
    Artwork.objects.all().delete()
    assert api.post(f"/transfers/{finished.pk}/up-to/", {"step": 2}).status_code == 409
