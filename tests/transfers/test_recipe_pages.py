"""The pages of recipes that somebody brings."""

from __future__ import annotations

from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import Quota, User
from engine.params import Params
from gallery import artwork_recipes, slow_work
from gallery.downloads import Wish, file_bytes
from gallery.models import Artwork, Style
from tests.gallery.drawings import hang_artwork, whole_recipe
from tests.transfers.drawings import as_file, quadrants
from transfers.models import BroughtRecipe, ContentImage, Transfer
from transfers.photos import add_photo

IMPORT = "/recipes/import/"
PHOTO = as_file(quadrants(), "PNG")


def upload(data: bytes, name: str = "recipe.json") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def page(brought: BroughtRecipe, act: str = "") -> str:
    return f"/recipes/{brought.pk}/{act}"


@pytest.fixture
def theirs(stranger: User, preset: Style) -> Artwork:
    """A stranger's picture of a photo of theirs, in a preset."""
    photo = add_photo(stranger, BytesIO(PHOTO), "upload", "Harbour")
    recipe = whole_recipe(
        params=Params(size_px=96, keep_colors="luminance", seed=3).to_json(),
        styles=[
            {
                "title": "Stripes",
                "style_id": str(preset.pk),
                "weight": 1.0,
                **artwork_recipes.described(preset),
            }
        ],
        content={"title": "Harbour", **artwork_recipes.described(photo)},
    )
    picture = quadrants(96, 64)
    return hang_artwork(
        owner=stranger, image=picture, before=picture, title="Harbour in stripes", recipe=recipe
    )


@pytest.fixture
def brought(signed_in: Client, theirs: Artwork) -> BroughtRecipe:
    signed_in.post(IMPORT, {"file": upload(artwork_recipes.of_artwork(theirs).to_bytes())})
    return BroughtRecipe.objects.get()


def test_a_recipe_is_brought_and_says_what_it_needs(
    signed_in: Client, brought: BroughtRecipe
) -> None:
    response = signed_in.get(page(brought))
    for words in ("Harbour in stripes", "painted in brightness", "96 × 64 px", "not here yet"):
        assertContains(response, words)
    assertContains(response, "Found: it is the same picture.", count=1)  # the preset
    assertContains(response, page(brought, "photo/give/"))
    assertNotContains(response, page(brought, "repeat/"))
    assertContains(signed_in.get(IMPORT), page(brought))


def test_a_picture_that_carries_a_recipe_is_shown_with_it(
    signed_in: Client, theirs: Artwork
) -> None:
    data = file_bytes(theirs, Wish(with_recipe=True))
    response = signed_in.post(IMPORT, {"file": upload(data, "mill.png")}, follow=True)
    brought = BroughtRecipe.objects.get()
    picture = page(brought, "picture/display/")
    assertContains(response, picture)
    shown = signed_in.get(picture)
    assert shown["Content-Type"] == "image/webp"
    assert shown.getvalue()
    assert signed_in.get(page(brought, "picture/odd/")).status_code == 404


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "This file is empty"),
        (b"{}", "not a recipe of Stylesite"),
        (b'{"format": "stylesite-recipe", "schema": 3}', "newer Stylesite"),
        (PHOTO, "This picture carries no recipe"),
        (b"%PDF-1.7 " + b"x" * 99, "PDF file"),
    ],
)
def test_what_is_no_recipe_is_refused_beside_the_field(
    signed_in: Client, data: bytes, words: str
) -> None:
    response = signed_in.post(IMPORT, {"file": upload(data)})
    assertContains(response, words, status_code=422)
    assert not BroughtRecipe.objects.exists()


def test_no_file_and_too_large_a_file_are_refused(signed_in: Client, settings: Settings) -> None:
    assertContains(signed_in.post(IMPORT), "Please choose a file", status_code=422)
    settings.UPLOAD_MAX_BYTES = 2**20
    response = signed_in.post(IMPORT, {"file": upload(b"{" + b" " * 2**20)})
    assertContains(response, "larger than 1 MB", status_code=422)


def test_the_missing_photo_is_uploaded_and_it_is_done_again(
    signed_in: Client, user: User, brought: BroughtRecipe, preset: Style
) -> None:
    given = signed_in.post(page(brought, "photo/give/"), {"image": upload(PHOTO, "port.png")})
    assertRedirects(given, page(brought))
    assertContains(signed_in.get(page(brought)), "Found: it is the same picture.", count=2)
    response = signed_in.post(page(brought, "repeat/"))
    transfer = Transfer.objects.get()
    assertRedirects(response, f"/transfers/{transfer.pk}/")
    assert (transfer.owner, transfer.repeats) == (user, brought)
    assert transfer.content_image.title == "port"
    assert [share.style for share in transfer.style_shares.all()] == [preset]
    assert Params.from_json(transfer.params) == brought.file.params
    assertContains(signed_in.get(page(brought)), f"/transfers/{transfer.pk}/")


def test_another_photo_is_offered_as_another_photo(
    signed_in: Client, brought: BroughtRecipe
) -> None:
    other = as_file(quadrants(50, 40), "PNG")
    response = signed_in.post(
        page(brought, "photo/give/"), {"image": upload(other, "boat.png")}, follow=True
    )
    assertContains(response, "“boat” is not the picture that the recipe names.")
    assertContains(response, "Use it as another photo")
    response = signed_in.post(page(brought, "photo/accept/"), follow=True)
    assertContains(response, "It is used anyway.")
    assertContains(response, page(brought, "repeat/"))
    response = signed_in.post(page(brought, "photo/let-go/"), follow=True)
    assertContains(response, page(brought, "photo/give/"))


@pytest.mark.parametrize(
    ("slot", "files", "words"),
    [
        ("photo", {}, "Please choose a picture"),
        ("photo", {"image": upload(b"diary", "x.jpg")}, "not a picture"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_its_place(
    signed_in: Client, brought: BroughtRecipe, slot: str, files: dict[str, object], words: str
) -> None:
    response = signed_in.post(page(brought, f"{slot}/give/"), files)
    assertContains(response, words, status_code=422)


def test_what_is_missing_or_beyond_a_limit_is_said(
    signed_in: Client, user: User, brought: BroughtRecipe
) -> None:
    response = signed_in.post(page(brought, "repeat/"))
    assertContains(response, "still missing", status_code=422)
    add_photo(user, BytesIO(PHOTO), "upload", "Mine")
    Quota.objects.create(user=user, waiting=0)
    assert signed_in.post(page(brought, "repeat/")).status_code == 422
    assert not Transfer.objects.exists()


def test_a_recipe_is_forgotten_unless_something_was_painted_by_it(
    signed_in: Client, user: User, brought: BroughtRecipe
) -> None:
    add_photo(user, BytesIO(PHOTO), "upload", "Mine")
    signed_in.post(page(brought, "repeat/"))
    response = signed_in.post(page(brought, "forget/"), follow=True)
    assertContains(response, "This recipe stays")
    Transfer.objects.all().delete()
    assertRedirects(signed_in.post(page(brought, "forget/")), IMPORT)
    assert not BroughtRecipe.objects.exists()


def test_the_page_of_a_repetition_shows_the_check(
    signed_in: Client, user: User, brought: BroughtRecipe, theirs: Artwork
) -> None:
    picture = quadrants(96, 64)
    again = hang_artwork(
        owner=user,
        image=picture,
        before=picture,
        title="Again",
        recipe={**theirs.recipe, "repeats": str(brought.pk)},
    )
    address = f"/recipes/check/{again.pk}/"
    assertContains(signed_in.get(f"/gallery/{again.pk}/"), f'hx-get="{address}"')
    fragment = signed_in.get(address, headers={"HX-Request": "true"})
    assertContains(fragment, "The same picture: identical.")
    assertNotContains(fragment, "<html")
    assertContains(signed_in.get(address), "The same picture: identical.")


def test_while_others_are_first_the_check_says_so_in_its_place_and_can_be_asked_for_again(
    signed_in: Client,
    user: User,
    brought: BroughtRecipe,
    theirs: Artwork,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recipe = {**theirs.recipe, "repeats": str(brought.pk)}
    picture = quadrants(96, 64).rotate(180)
    again = hang_artwork(owner=user, image=picture, before=None, title="Again", recipe=recipe)
    address, script = f"/recipes/check/{again.pk}/", {"HX-Request": "true"}
    sentence = "Many people have downloads, photos or the like on their way right now."
    with monkeypatch.context() as full:
        full.setattr(slow_work.room, "most", 0)
        fragment = signed_in.get(address, headers=script)
        assertContains(fragment, sentence)
        assertContains(fragment, f'hx-get="{address}"')
        assertNotContains(fragment, "<html")
        assertContains(signed_in.get(address), sentence, status_code=503)
    assertContains(signed_in.get(address, headers=script), "data-outcome")


def test_a_picture_that_repeats_nothing_has_no_check(signed_in: Client, user: User) -> None:
    picture = quadrants(96, 64)
    plain = hang_artwork(owner=user, image=picture, before=picture, title="x", recipe={})
    assert signed_in.get(f"/recipes/check/{plain.pk}/").status_code == 404


ACTS = ("photo/give/", "photo/accept/", "photo/let-go/", "repeat/", "forget/")


def test_another_user_and_visitors_find_nothing(
    client: Client, stranger: User, brought: BroughtRecipe
) -> None:
    for who in (None, stranger):
        client.logout()
        if who:
            client.force_login(who)
        assert client.get(page(brought)).status_code == 404
        assert client.get(page(brought, "picture/display/")).status_code == 404
        assert client.get(f"/recipes/check/{uuid4()}/").status_code == 404
        for act in ACTS:
            assert client.post(page(brought, act)).status_code == 404
    assert not Transfer.objects.exists()
    assert not ContentImage.objects.exclude(owner=stranger).exists()


def test_visitors_are_asked_to_sign_in_to_bring_one(client: Client, db: None) -> None:
    assert client.get(IMPORT).status_code == 302


def test_wrong_methods_are_not_allowed(signed_in: Client, brought: BroughtRecipe) -> None:
    for act in ACTS:
        assert signed_in.get(page(brought, act)).status_code == 405
    for address in (page(brought), page(brought, "picture/display/")):
        assert signed_in.post(address).status_code == 405
    assert signed_in.put(IMPORT).status_code == 405
