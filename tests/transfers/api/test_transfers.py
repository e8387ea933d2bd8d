"""/transfers/: reading how far each is, and steering it."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from accounts.models import User
from engine.params import Params
from gallery.models import Artwork, Style
from tests.transfers.api.conftest import ApiClient, data_of
from transfers.models import ContentImage, LossCurve, MachineSpeed, Transfer
from transfers.queue import lifecycle, submission

pytestmark = pytest.mark.django_db

SetRow = Callable[..., Transfer]


def test_a_waiting_one_tells_its_place_and_times(api: ApiClient, transfer: Transfer) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=2e4, overhead_s=2)
    answer = api.get(f"/transfers/{transfer.pk}/").json()
    assert (answer["state"], answer["place"], answer["starts_in_s"]) == ("queued", 1, 0)
    assert answer["ready_in_s"] == pytest.approx(2 + transfer.pixel_steps_left / 2e4)
    assert answer["seconds_left"] is None
    assert answer["params"] == Params(size_px=256).to_json()
    assert [style["title"] for style in answer["styles"]] == ["Stripes"]


def test_a_running_one_tells_how_far_it_is(api: ApiClient, set_row: SetRow) -> None:
    row = set_row(
        preview_step=7,
        state="running",
        activity="painting",
        step=7,
        total_steps=13,
        level=1,
        levels=1,
        content_loss=1.5,
        style_loss=float("inf"),
        seconds_left=4.2,
    )
    answer = api.get(f"/transfers/{row.pk}/").json()
    assert (answer["step"], answer["total_steps"], answer["percent"]) == (7, 13, 53)
    assert (answer["content_loss"], answer["style_loss"]) == (1.5, None)
    assert (answer["seconds_left"], answer["place"]) == (4.2, None)
    assert answer["can_be_kept"]
    preview = api.get(answer["files"]["preview"])
    assert preview["Content-Type"] == "image/webp"
    assert "immutable" in preview["Cache-Control"]
    assert data_of(preview)


def test_its_losses_are_lists_and_none_before_painting(api: ApiClient, transfer: Transfer) -> None:
    address = f"/transfers/{transfer.pk}/losses/"
    assert api.get(address).json() == {"step": [], "level": [], "content": [], "style": []}
    columns = {"step": [1, 2], "level": [1, 1], "content": [0.1, 0.2], "style": [0.9, 0.5]}
    LossCurve.objects.create(transfer=transfer, columns=columns)
    answer = api.get(address)
    assert answer.json() == columns
    assert api.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_a_failed_one_tells_why(api: ApiClient, set_row: SetRow) -> None:
    row = set_row(state="failed", error="Too large for this machine.", error_reference="ab12")
    answer = api.get(f"/transfers/{row.pk}/").json()
    assert answer["error"] == "Too large for this machine."
    assert answer["error_reference"] == "ab12"


def test_a_finished_one_leads_to_its_picture(
    api: ApiClient, finished: Transfer, artwork: Artwork
) -> None:
    answer = api.get(f"/transfers/{finished.pk}/").json()
    assert (answer["percent"], answer["artwork"]) == (100, str(artwork.pk))
    for kind in ("png", "jpg"):
        response = api.get(answer["files"][kind])
        data = data_of(response)
        assert Image.open(BytesIO(data)).size == (96, 64)
    assert api.get(f"/transfers/{finished.pk}/result/gif/").status_code == 404


def test_what_is_not_there_yet_is_not_found(api: ApiClient, transfer: Transfer) -> None:
    answer = api.get(f"/transfers/{transfer.pk}/").json()
    assert answer["files"] == {"preview": None, "png": None, "jpg": None}
    assert api.get(f"/transfers/{transfer.pk}/preview/").status_code == 404
    assert api.get(f"/transfers/{transfer.pk}/result/png/").status_code == 404


def test_polling_answers_304_until_something_changes(
    api: ApiClient, transfer: Transfer, django_assert_max_num_queries: Callable[..., object]
) -> None:
    address = f"/transfers/{transfer.pk}/"
    etag = api.get(address)["ETag"]
    with django_assert_max_num_queries(18):
        unchanged = api.get(address, headers={"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged["ETag"] == etag
    lifecycle.claim("here")
    assert api.get(address, headers={"If-None-Match": etag}).status_code == 200


def test_the_list_is_filtered_by_state(
    api: ApiClient, transfer: Transfer, user: User, photo: ContentImage, preset: Style
) -> None:
    other = submission.submit(user, photo, [(preset, 1.0)], Params(size_px=64))
    Transfer.objects.filter(pk=other.pk).update(state="failed")

    def listed(query: str) -> list[str]:
        return [row["id"] for row in api.get(f"/transfers/{query}").json()["results"]]

    assert listed("") == [str(other.pk), str(transfer.pk)]
    assert listed("?state=queued") == [str(transfer.pk)]
    assert listed("?state=failed&state=cancelled") == [str(other.pk)]
    response = api.get("/transfers/?state=lost")
    assert (response.status_code, list(response.json()["errors"])) == (400, ["state"])


def test_a_long_list_takes_no_more_queries(
    api: ApiClient,
    user: User,
    photo: ContentImage,
    preset: Style,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    for _number in range(10):
        submission.submit(user, photo, [(preset, 1.0)], Params(size_px=64))
    with django_assert_max_num_queries(20):
        assert len(api.get("/transfers/").json()["results"]) == 10


def test_it_is_cancelled_once_and_for_all(api: ApiClient, transfer: Transfer) -> None:
    address = f"/transfers/{transfer.pk}/cancel/"
    assert api.post(address).json()["state"] == "cancelled"
    assert api.post(address).status_code == 200


def test_one_that_has_ended_is_neither_cancelled_nor_kept_nor_moved(
    api: ApiClient, finished: Transfer
) -> None:
    for action, body in (("cancel", {}), ("keep", {}), ("move", {"whither": "first"})):
        response = api.post(f"/transfers/{finished.pk}/{action}/", body)
        assert (action, response.status_code) == (action, 409)
        assert response.json()["reason"] == "wrong_state"


def test_it_is_kept_as_it_is_once_something_is_painted(api: ApiClient, transfer: Transfer) -> None:
    address = f"/transfers/{transfer.pk}/keep/"
    response = api.post(address)
    assert response.status_code == 409
    assert "nothing to keep yet" in response.json()["detail"]
    lifecycle.claim("here")
    assert api.post(address).json()["keep_requested"]


def test_a_waiting_one_is_moved(
    api: ApiClient, transfer: Transfer, user: User, photo: ContentImage, preset: Style
) -> None:
    second = submission.submit(user, photo, [(preset, 1.0)], Params(size_px=256))
    answer = api.post(f"/transfers/{second.pk}/move/", {"whither": "first"})
    assert answer.json()["place"] == 1
    for body in ({}, {"whither": "sideways"}, {"whither": None}):
        response = api.post(f"/transfers/{second.pk}/move/", body)
        assert (response.status_code, list(response.json()["errors"])) == (400, ["whither"])


def test_all_that_wait_are_cancelled_at_once(
    api: ApiClient, transfer: Transfer, stranger: User, photo: ContentImage, preset: Style
) -> None:
    theirs = submission.submit(stranger, photo, [(preset, 1.0)], Params(size_px=64))
    assert api.post("/transfers/cancel-waiting/").json() == {"cancelled": 1}
    theirs.refresh_from_db()
    assert theirs.state == "queued"
