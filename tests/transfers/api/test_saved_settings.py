"""/settings/: saved under a name, changed, deleted and had back."""

from __future__ import annotations

import pytest

from accounts.models import User
from engine.params import Params
from tests.transfers.api.conftest import ApiClient
from transfers.models import SavedSettings
from transfers.studio import saved

pytestmark = pytest.mark.django_db


def test_settings_are_saved_and_read_whole(api: ApiClient) -> None:
    made = api.post("/settings/", {"name": " Soft ", "params": {"style_strength": 40}})
    assert made.status_code == 201
    kept = made.json()
    assert kept["name"] == "Soft"
    assert kept["params"] == Params(style_strength=40).to_json()
    assert api.get(f"/settings/{kept['id']}/").json() == kept
    assert api.get("/settings/").json()["results"] == [kept]


def test_they_are_renamed_and_set_anew(api: ApiClient, kept: SavedSettings) -> None:
    address = f"/settings/{kept.pk}/"
    assert api.patch(address, {"name": "Softer"}).json()["params"]["style_strength"] == 40
    changed = api.patch(address, {"params": {"seed": 7}}).json()
    assert changed["name"] == "Softer"
    assert changed["params"] == Params(seed=7).to_json()


def test_deleted_ones_can_be_had_back(api: ApiClient, kept: SavedSettings) -> None:
    address = f"/settings/{kept.pk}/"
    assert api.send("DELETE", address).status_code == 204
    assert api.get(address).status_code == 404
    assert api.get("/settings/").json()["results"] == []
    api.post("/settings/", {"name": "Soft", "params": {}})
    assert api.post(f"{address}restore/", {}).json()["name"] == "Soft (2)"
    assert api.post(f"{address}restore/", {}).json()["name"] == "Soft (2)"


def test_too_many_are_not_had_back(
    api: ApiClient, kept: SavedSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved, "MOST", 1)
    api.send("DELETE", f"/settings/{kept.pk}/")
    api.post("/settings/", {"name": "Hard", "params": {}})
    assert api.post(f"/settings/{kept.pk}/restore/", {}).status_code == 400


def test_what_the_engine_does_not_know_is_refused(api: ApiClient, kept: SavedSettings) -> None:
    for body in ({"style_strength": 101}, {"odd": 1}, []):
        refused = api.post("/settings/", {"name": "x", "params": body})
        assert refused.status_code == 400
        assert api.patch(f"/settings/{kept.pk}/", {"params": body}).status_code == 400
    assert SavedSettings.objects.count() == 1


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, 3, None, "Soft"])
def test_a_name_that_is_none_or_taken_is_refused(
    api: ApiClient, kept: SavedSettings, name: object
) -> None:
    refused = api.post("/settings/", {"name": name, "params": {}})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["name"])


def test_there_is_room_for_so_many(
    api: ApiClient, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transfers.studio.saved.MOST", 2)
    saved.save(user, "One", Params())
    saved.trash(saved.save(user, "Two", Params()))  # which takes no room
    saved.save(user, "Two", Params())
    refused = api.post("/settings/", {"name": "Three", "params": {}})
    assert refused.status_code == 400
    assert "all there is room for" in refused.json()["detail"]
