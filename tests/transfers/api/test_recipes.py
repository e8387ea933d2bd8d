"""/recipes/: brought, judged, painted again, and held against what came out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Quota, User
from gallery.artwork_recipes import of_artwork
from gallery.downloads import Wish, file_bytes
from gallery.masks import keep_mask
from gallery.models import Artwork, Mask, Style
from tests.gallery.drawings import hang_artwork
from tests.transfers.api.conftest import ApiClient
from tests.transfers.drawings import as_file, left_half, quadrants
from transfers.models import BroughtRecipe, ContentImage, Transfer

pytestmark = pytest.mark.django_db


def test_a_recipe_is_brought_and_its_inputs_are_found(
    api: ApiClient, whole: Artwork, photo: ContentImage, preset: Style
) -> None:
    recipe = api.get(f"/artworks/{whole.pk}/recipe/").json()
    response = api.post("/recipes/", recipe)
    answer = response.json()
    assert response.status_code == 201
    assert answer["recipe"] == recipe
    assert answer["missing"] == []
    found = {need["slot"]: (need["found"], need["is_same"]) for need in answer["needs"]}
    assert found == {"photo": (str(photo.pk), True), "style-0": (str(preset.pk), True)}
    [row] = api.get("/recipes/").json()["results"]
    assert (row["id"], row["title"]) == (answer["id"], "Harbour again")
    assert api.get(f"/recipes/{row['id']}/").json() == answer


def test_somebody_else_is_told_what_is_missing_sends_it_and_does_it_again(
    strangers_api: ApiClient, whole: Artwork, photo: ContentImage
) -> None:
    answer = strangers_api.post("/recipes/", of_artwork(whole).to_json()).json()
    assert answer["missing"] == ["photo"]
    address = f"/recipes/{answer['id']}/"
    refused = strangers_api.post(f"{address}repeat/")
    assert (refused.status_code, refused.json()["reason"]) == (409, "no_recipe")
    file = SimpleUploadedFile("port.jpg", as_file(quadrants()))
    strangers_api.upload("/content-images/", {"image": file})
    assert strangers_api.get(address).json()["missing"] == []
    made = strangers_api.post(f"{address}repeat/", headers={"Idempotency-Key": "a"})
    again = strangers_api.post(f"{address}repeat/", headers={"Idempotency-Key": "a"})
    assert (made.status_code, made.json()["id"]) == (201, again.json()["id"])
    assert Transfer.objects.get().repeats_id == BroughtRecipe.objects.get().pk
    assert strangers_api.get(address).json()["transfers"] == [made.json()["id"]]
    assert strangers_api.send("DELETE", address).json()["reason"] == "in_use"


def test_a_picture_that_carries_its_recipe_is_read(api: ApiClient, whole: Artwork) -> None:
    data = file_bytes(whole, Wish(with_recipe=True))
    response = api.upload("/recipes/upload/", {"file": SimpleUploadedFile("a.png", data)})
    assert response.status_code == 201
    assert BroughtRecipe.objects.get().picture_format == "png"


def test_other_pictures_take_the_place_of_those_that_were_found(
    api: ApiClient, brought: BroughtRecipe, own_style: Style
) -> None:
    other = SimpleUploadedFile("b.png", as_file(quadrants(50, 40), "PNG"))
    sent = api.upload("/content-images/", {"image": other}).json()
    body = {"content_image": sent["id"], "styles": [str(own_style.pk)]}
    made = api.post(f"/recipes/{brought.pk}/repeat/", body).json()
    assert made["content_image"] == sent["id"]
    assert [share["style"] for share in made["styles"]] == [str(own_style.pk)]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"content_image": "7e5b0000-0000-4000-8000-000000000000"}, "content_image"),
        ({"content_image": 5}, "content_image"),
        ({"styles": []}, "styles"),
        ({"styles": ["7e5b0000-0000-4000-8000-000000000000"]}, "styles.0"),
        ({"styles": ["7e5b0000-0000-4000-8000-000000000000"] * 2}, "styles"),
    ],
)
def test_what_cannot_be_used_is_named(
    api: ApiClient, brought: BroughtRecipe, body: dict[str, object], field: str
) -> None:
    response = api.post(f"/recipes/{brought.pk}/repeat/", body)
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])


def test_a_limit_holds_here_too(api: ApiClient, user: User, brought: BroughtRecipe) -> None:
    Quota.objects.create(user=user, waiting=0)
    response = api.post(f"/recipes/{brought.pk}/repeat/")
    assert (response.status_code, response.json()["reason"]) == (403, "quota_waiting")


@pytest.mark.parametrize("body", [{}, [], {"format": "stylesite-recipe", "schema": 2}])
def test_what_is_no_recipe_is_refused(api: ApiClient, body: object) -> None:
    response = api.post("/recipes/", body)
    assert (response.status_code, response.json()["reason"]) == (422, "bad_recipe")
    file = SimpleUploadedFile("a.png", as_file(quadrants(), "PNG"))
    response = api.upload("/recipes/upload/", {"file": file})
    assert (response.status_code, response.json()["reason"]) == (422, "bad_recipe")
    assert not BroughtRecipe.objects.exists()


def test_a_recipe_is_forgotten(api: ApiClient, brought: BroughtRecipe) -> None:
    assert api.send("DELETE", f"/recipes/{brought.pk}/").status_code == 204
    assert api.get(f"/recipes/{brought.pk}/").status_code == 404


def test_a_repetition_tells_whether_it_is_the_same(
    api: ApiClient, user: User, whole: Artwork, brought: BroughtRecipe
) -> None:
    def again(change: Callable[[int], int]) -> dict[str, object]:
        picture = quadrants(96, 64).point(change)
        recipe = {**whole.recipe, "repeats": str(brought.pk)}
        work = hang_artwork(owner=user, image=picture, before=picture, title="x", recipe=recipe)
        assert api.get(f"/artworks/{work.pk}/").json()["repeats"] == str(brought.pk)
        answer: dict[str, object] = api.get(f"/artworks/{work.pk}/check/").json()
        return answer

    same = again(lambda value: value)
    assert (same["outcome"], same["mean_difference"]) == ("identical", 0.0)
    other = again(lambda value: value + 3)
    assert (other["outcome"], other["mean_difference"]) == ("differs", 3.0)
    assert api.get(f"/artworks/{whole.pk}/check/").status_code == 404


def test_masks_come_with_the_recipe_and_go_into_the_order(
    strangers_api: ApiClient, whole: Artwork, user: User, stranger: User
) -> None:
    mask = keep_mask(user, left_half())
    named = {"sha256": mask.sha256, "percent": mask.percent}
    whole.recipe["styles"][0]["mask"] = named
    whole.save()
    whole.masks.add(mask)
    recipe = of_artwork(whole).to_json()
    answer = strangers_api.post("/recipes/", recipe).json()
    assert answer["recipe"]["schema"] == 2
    said = recipe["inputs"]["styles"][0]["mask"]
    assert answer["recipe"]["inputs"]["styles"][0]["mask"] == {
        name: value for name, value in said.items() if name != "png"
    }
    strangers_api.upload(
        "/content-images/", {"image": SimpleUploadedFile("port.jpg", as_file(quadrants()))}
    )
    made = strangers_api.post(f"/recipes/{answer['id']}/repeat/").json()
    theirs = Mask.objects.get(owner=stranger)
    assert made["styles"][0]["mask"] == str(theirs.pk)
    assert theirs.opened().tobytes() == left_half().tobytes()
    said["png"] = said["png"][:40]
    refused = strangers_api.post("/recipes/", recipe)
    assert (refused.status_code, refused.json()["reason"]) == (422, "bad_recipe")
