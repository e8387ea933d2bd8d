"""Sheets over the API: all that the pages do."""

import io

import pytest
from PIL import Image

from accounts.models import Quota
from engine.params import Params
from gallery.models import Artwork, Style
from tests.transfers.api.conftest import ApiClient, data_of
from tests.transfers.studies.conftest import painted
from transfers.models import ContentImage, Sweep, Transfer

State = Transfer.State


def order(photo: ContentImage, style: Style, **more: object) -> dict[str, object]:
    return {
        "content_image": str(photo.pk),
        "styles": [{"style": str(style.pk)}],
        "quality": "fine",
        "rows": {"setting": "style_strength", "values": [40, 90]},
        "columns": {"setting": "keep_colors", "values": ["off", "luminance"]},
        **more,
    }


def test_a_sheet_is_ordered_and_followed(
    api: ApiClient, photo: ContentImage, preset: Style
) -> None:
    response = api.post("/sheets/", order(photo, preset, params={"seed": 5}))
    assert response.status_code == 201, response.json()
    sheet = response.json()
    assert (sheet["title"], sheet["cell_px"]) == ("Harbour in Stripes", 256)
    assert sheet["columns"] == {
        "setting": "keep_colors",
        "label": "Colours",
        "values": ["off", "luminance"],
        "labels": ["The style’s colours", "Your photo’s: only light and dark are painted"],
    }
    assert [(cell["row"], cell["column"]) for cell in sheet["cells"]] == [
        (0, 0),
        (0, 1),
        (1, 0),
        (1, 1),
    ]
    last = sheet["cells"][-1]["transfer"]
    assert (last["purpose"], last["state"]) == ("sweep", "queued")
    assert Params.from_json(last["params"]) == Params(
        size_px=256, style_strength=90, keep_colors="luminance", seed=5
    )
    painted(Transfer.objects.get(pk=last["id"]))
    now = api.get(f"/sheets/{sheet['id']}/").json()
    assert now["progress"] | {"seconds_left": None} == {
        "done": 1,
        "total": 4,
        "missing": 0,
        "percent": 25,
        "seconds_left": None,
        "is_unfinished": True,
    }
    preview = now["cells"][-1]["transfer"]["files"]["preview"]
    assert data_of(api.get(preview)).startswith(b"\x89PNG")


def test_the_same_answer_is_not_sent_twice(api: ApiClient, sweep: Sweep) -> None:
    first = api.get(f"/sheets/{sweep.pk}/")
    again = api.get(f"/sheets/{sweep.pk}/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_a_repeated_request_orders_nothing_anew(
    api: ApiClient, photo: ContentImage, preset: Style
) -> None:
    wanted = order(photo, preset)
    first = api.post("/sheets/", wanted, headers={"Idempotency-Key": "one"})
    again = api.post("/sheets/", wanted, headers={"Idempotency-Key": "one"})
    assert (first.json()["id"], again["Idempotent-Replayed"]) == (again.json()["id"], "true")
    assert Sweep.objects.count() == 1


def test_cells_are_not_among_the_transfers(api: ApiClient, sweep: Sweep) -> None:
    assert api.get("/transfers/").json()["results"] == []
    cell = Transfer.objects.filter(cell__sweep=sweep).first()
    assert cell is not None
    assert api.get(f"/transfers/{cell.pk}/").json()["purpose"] == "sweep"


def test_ones_sheets_are_listed_newest_first(api: ApiClient, sweep: Sweep) -> None:
    (shown,) = api.get("/sheets/").json()["results"]
    assert (shown["id"], shown["rows"]["values"]) == (str(sweep.pk), [40.0, 90.0])
    assert "cells" not in shown


def test_it_is_stopped_and_what_is_missing_painted_again(api: ApiClient, sweep: Sweep) -> None:
    assert api.post(f"/sheets/{sweep.pk}/cancel/").json() == {"cancelled": 2}
    assert api.get(f"/sheets/{sweep.pk}/").json()["progress"]["missing"] == 2
    assert api.post(f"/sheets/{sweep.pk}/retry/").json() == {"painted_again": 2}
    assert api.get(f"/sheets/{sweep.pk}/").json()["progress"]["missing"] == 0


def test_a_cell_is_painted_in_full(api: ApiClient, sweep: Sweep) -> None:
    picture = api.post(f"/sheets/{sweep.pk}/cells/1/0/paint/").json()
    assert (picture["purpose"], picture["params"]["size_px"]) == ("picture", 512)
    assert picture["params"]["style_strength"] == 90.0
    fine = api.post(f"/sheets/{sweep.pk}/cells/1/0/paint/", {"quality": "fine"}).json()
    assert fine["params"]["size_px"] == 1024
    assert api.post(f"/sheets/{sweep.pk}/cells/5/0/paint/").status_code == 404


def test_a_cell_is_kept(api: ApiClient, sweep: Sweep) -> None:
    early = api.post(f"/sheets/{sweep.pk}/cells/0/0/keep/")
    assert (early.status_code, early.json()["reason"]) == (409, "wrong_state")
    painted(Transfer.objects.get(cell__sweep=sweep, cell__row=0))
    kept = api.post(f"/sheets/{sweep.pk}/cells/0/0/keep/").json()
    assert kept == {"artwork": str(Artwork.objects.get().pk)}


def test_the_whole_sheet_is_one_picture(api: ApiClient, sweep: Sweep) -> None:
    response = api.get(f"/sheets/{sweep.pk}/picture/")
    assert response["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(response.content)).format == "JPEG"


def test_a_sheet_is_deleted(api: ApiClient, sweep: Sweep) -> None:
    assert api.delete(f"/sheets/{sweep.pk}/").status_code == 204
    assert not Sweep.objects.exists()
    assert not Transfer.objects.unfinished().exists()


# Somebody else, and what cannot be


def test_styles_and_photos_of_somebody_else_are_refused(
    photo: ContentImage, preset: Style, strangers_api: ApiClient
) -> None:
    response = strangers_api.post("/sheets/", order(photo, preset))
    assert response.status_code == 400
    assert response.json()["errors"] == {"content_image": ["You have no photo with this id."]}


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        (
            {"rows": {"setting": "style_strength", "values": [101]}},
            "rows.values",
            "How much style is a number from 0 to 100.",
        ),
        (
            {"rows": {"setting": "seed", "values": ["one"]}},
            "rows.values",
            "Seed is a whole number from 0 to 4294967295.",
        ),
        (
            {"columns": {"setting": "style", "values": ["5e3dc5ba-8e5b-4a57-9f4a-4e0b3a2a9d8c"]}},
            "columns.values",
            "One of the styles is no longer here. Please choose again.",
        ),
        (
            {"columns": {"setting": "style_strength", "values": [5]}},
            "columns.setting",
            "Please compare two different settings.",
        ),
        ({"rows": {"setting": "learning_rate", "values": [1]}}, "rows.setting", ""),
        ({"rows": {"setting": "seed", "values": [True]}}, "rows.values.0", ""),
        ({"rows": {"setting": "seed", "values": []}}, "rows.values", ""),
        ({"rows": {"setting": "seed", "values": [1, 2, 3, 4, 5, 6, 7]}}, "rows.values", ""),
    ],
)
def test_what_cannot_be_compared_is_refused_by_its_field(
    api: ApiClient,
    photo: ContentImage,
    preset: Style,
    wrong: dict[str, object],
    field: str,
    sentence: str,
) -> None:
    response = api.post("/sheets/", order(photo, preset, **wrong))
    assert response.status_code in (400, 422)
    (name,) = response.json()["errors"]
    assert name == field
    if sentence:
        assert response.json()["errors"][name] == [sentence]
    assert not Transfer.objects.exists()


def test_at_a_limit_nothing_is_ordered(api: ApiClient, photo: ContentImage, preset: Style) -> None:
    Quota.objects.create(waiting=0)
    response = api.post("/sheets/", order(photo, preset))
    assert response.json()["reason"] == "quota_waiting"
    assert not Sweep.objects.exists()
