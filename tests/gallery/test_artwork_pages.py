from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from gallery import artwork_recipes, artworks, recipe_files, styles, tags
from gallery.masks import keep_mask
from gallery.models import Artwork, Style
from tests.gallery.drawings import RECIPE, gradient, recipe_inside, whole_recipe
from tests.transfers.drawings import left_half

GALLERY = "/gallery/"


def page_of(artwork: Artwork) -> str:
    return reverse("gallery:artwork", args=[artwork.pk])


def file_of(artwork: Artwork, rendition: str) -> str:
    return reverse("gallery:artwork-file", args=[artwork.pk, rendition])


# A picture's page


def test_the_page_shows_picture_label_recipe_and_downloads(
    signed_in: Client, artwork: Artwork
) -> None:
    html = signed_in.get(page_of(artwork)).content.decode()
    assert file_of(artwork, "display") in html
    assert file_of(artwork, "before") in html
    assert "Painted in Swirls by Ada" in html
    assert "62 of 100" in html
    assert "41 seconds" in html
    assert f'action="{reverse("gallery:download-as", args=[artwork.pk])}"' in html


def test_a_recipe_that_says_nothing_still_has_a_page(
    signed_in: Client, make_artwork: Callable[..., Artwork]
) -> None:
    assert signed_in.get(page_of(make_artwork(recipe={}))).status_code == 200


def test_the_page_turns_to_its_neighbours(
    signed_in: Client, make_artwork: Callable[..., Artwork], stranger: User
) -> None:
    moment = timezone.now()
    works = [make_artwork(title=str(number)) for number in range(3)]
    make_artwork(owner=stranger, title="Theirs")
    artworks.trash(make_artwork(title="Trashed"))
    # All finished at one moment: the order must still be one order, without a gap or a circle.
    Artwork.objects.update(created_at=moment)
    first, middle, last = signed_in.get(GALLERY).context["page"]
    assert {first, middle, last} == set(works)
    seen = [signed_in.get(page_of(work)).context for work in (first, middle, last)]
    assert [context["before"] for context in seen] == [None, first, middle]
    assert [context["after"] for context in seen] == [middle, last, None]


def test_the_view_of_the_wall_travels_from_picture_to_picture(
    signed_in: Client, make_artwork: Callable[..., Artwork]
) -> None:
    first, between, last = (make_artwork(title=title) for title in ("A", "B", "C"))
    tags.add_tags([first, last], ["old mill"])
    asked = {"view": "sort=title&tag=old mill&odd=1"}
    html = signed_in.get(page_of(first), asked).content.decode()
    assert f'href="{page_of(last)}?view=tag%3Dold%2Bmill%26sort%3Dtitle"' in html
    assert f"{page_of(between)}?view" not in html
    assert 'href="/gallery/?tag=old+mill&amp;sort=title"' in html
    wall = signed_in.get(GALLERY, {"tag": "old mill", "sort": "title"}).content.decode()
    assert f'href="{page_of(first)}?view=tag%3Dold%2Bmill%26sort%3Dtitle"' in wall
    assert f'href="{page_of(first)}"' in signed_in.get(GALLERY).content.decode()


def test_the_style_can_be_used_again_while_it_is_there(
    signed_in: Client, make_artwork: Callable[..., Artwork], own_style: Style
) -> None:
    recipe = {**RECIPE, "styles": [{"title": "My tiles", "style_id": str(own_style.pk)}]}
    artwork = make_artwork(recipe=recipe)
    link = f"{reverse('transfers:new')}?from={artwork.pk}"
    assert (
        reverse("gallery:style", args=[own_style.pk])
        in signed_in.get(page_of(artwork)).content.decode()
    )
    assert link in signed_in.get(page_of(artwork)).content.decode()
    styles.trash(own_style)
    assert link not in signed_in.get(page_of(artwork)).content.decode()


@pytest.mark.parametrize("who", ["stranger", "visitor"])
@pytest.mark.parametrize(
    "address",
    ["artwork", "display", "original", "thumbnail", "before", "png", "jpg", "recipe-file"],
)
def test_others_get_404_for_page_and_file_alike(
    client: Client, stranger: User, artwork: Artwork, who: str, address: str
) -> None:
    if who == "stranger":
        client.force_login(stranger)
    if address == "artwork":
        response = client.get(page_of(artwork))
    elif address == "recipe-file":
        response = client.get(reverse("gallery:recipe-file", args=[artwork.pk]))
    elif address in {"png", "jpg"}:
        response = client.get(reverse("gallery:download", args=[artwork.pk, address]))
    else:
        response = client.get(file_of(artwork, address))
    assert response.status_code == 404


def test_a_picture_that_never_was_is_not_found(signed_in: Client) -> None:
    assert signed_in.get(f"/gallery/{uuid4()}/").status_code == 404


def test_a_picture_in_the_trash_has_no_page(signed_in: Client, artwork: Artwork) -> None:
    artworks.trash(artwork)
    assert signed_in.get(page_of(artwork)).status_code == 404


# Files and downloads


@pytest.mark.parametrize("rendition", ["original", "display", "thumbnail", "before"])
def test_the_owner_gets_every_rendition(
    signed_in: Client, artwork: Artwork, rendition: str
) -> None:
    response = signed_in.get(file_of(artwork, rendition))
    assert response.getvalue() == Path(getattr(artwork, rendition).path).read_bytes()
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "Cookie" in response["Vary"]


def test_there_is_no_other_rendition(signed_in: Client, artwork: Artwork) -> None:
    assert signed_in.get(file_of(artwork, "search_text")).status_code == 404


def test_the_png_is_the_picture_as_painted(
    signed_in: Client, make_artwork: Callable[..., Artwork]
) -> None:
    painted = gradient(120, 80)
    artwork = make_artwork(image=painted, title="Café: night / day?")
    response = signed_in.get(reverse("gallery:download", args=[artwork.pk, "png"]))
    with Image.open(io.BytesIO(response.getvalue())) as downloaded:
        assert downloaded.format == "PNG"
        assert downloaded.tobytes() == painted.tobytes()
    name = "Caf%C3%A9%20night%20day.png"
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{name}"


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_jpeg_is_a_jpeg_without_metadata(
    signed_in: Client, make_artwork: Callable[..., Artwork], mode: str
) -> None:
    artwork = make_artwork(image=gradient(mode=mode))
    response = signed_in.get(reverse("gallery:download", args=[artwork.pk, "jpg"]))
    assert response["Content-Disposition"] == 'attachment; filename="Mill.jpg"'
    assert response["Content-Type"] == "image/jpeg"
    with Image.open(io.BytesIO(response.content)) as downloaded:
        assert downloaded.format == "JPEG"
        assert downloaded.size == (96, 64)
        assert not downloaded.getexif()
        assert not {"icc_profile", "exif", "comment", "xmp"} & downloaded.info.keys()


@pytest.mark.parametrize("query", [{"format": "gif"}, {"size": "huge"}])
def test_a_download_in_another_format_or_size_is_not_there(
    signed_in: Client, artwork: Artwork, query: dict[str, str]
) -> None:
    assert (
        signed_in.get(reverse("gallery:download-as", args=[artwork.pk]), query).status_code == 404
    )
    response = signed_in.get(reverse("gallery:download", args=[artwork.pk, "gif"]))
    assert response.status_code == 404


def test_the_form_asks_for_format_size_and_recipe(
    signed_in: Client, make_artwork: Callable[..., Artwork]
) -> None:
    artwork = make_artwork(image=gradient(2000, 500), recipe=whole_recipe())
    wish = {"format": "webp", "size": "web", "recipe": "on"}
    response = signed_in.get(reverse("gallery:download-as", args=[artwork.pk]), wish)
    assert response["Content-Disposition"] == 'attachment; filename="Mill.webp"'
    assert response["Content-Type"] == "image/webp"
    assert recipe_inside(response.content) is not None
    with Image.open(io.BytesIO(response.content)) as downloaded:
        assert downloaded.size == (1600, 400)


def test_the_recipe_is_a_file_of_its_own(
    signed_in: Client, make_artwork: Callable[..., Artwork]
) -> None:
    artwork = make_artwork(recipe=whole_recipe())
    address = reverse("gallery:recipe-file", args=[artwork.pk])
    assert address in signed_in.get(page_of(artwork)).content.decode()
    response = signed_in.get(address)
    assert response["Content-Disposition"] == 'attachment; filename="Mill.recipe.json"'
    assert recipe_files.read(response.content) == artwork_recipes.of_artwork(artwork)


def test_where_too_little_is_known_a_sentence_says_so(signed_in: Client, artwork: Artwork) -> None:
    recipe, download = (
        reverse(f"gallery:{name}", args=[artwork.pk]) for name in ("recipe-file", "download-as")
    )
    assert recipe not in signed_in.get(page_of(artwork)).content.decode()
    for address in (recipe, download):
        response = signed_in.get(address, {"recipe": "on"}, follow=True)
        assert response.redirect_chain == [(page_of(artwork), 302)]
        assert "Not enough is known" in response.content.decode()


def test_a_lost_file_is_not_found(signed_in: Client, artwork: Artwork) -> None:
    artwork.delete_files()
    for file_format in ("png", "jpg"):
        address = reverse("gallery:download", args=[artwork.pk, file_format])
        assert signed_in.get(address).status_code == 404


# A new title


def test_a_picture_gets_a_new_title(signed_in: Client, artwork: Artwork) -> None:
    address = reverse("gallery:rename", args=[artwork.pk])
    assert signed_in.post(address, {"title": "  Evening "}).status_code == 302
    artwork.refresh_from_db()
    assert artwork.title == "Evening"


@pytest.mark.parametrize("title", ["", "   ", "x" * 121])
def test_a_title_that_cannot_be_is_refused_beside_its_field(
    signed_in: Client, artwork: Artwork, title: str
) -> None:
    response = signed_in.post(reverse("gallery:rename", args=[artwork.pk]), {"title": title})
    assert response.status_code == 422
    assert response.context["title_form"].errors["title"]
    assert "<h1" in (html := response.content.decode())
    assert re.search(r"<h1[^>]*>\s*Mill", html), "the old title still heads the page"
    artwork.refresh_from_db()
    assert artwork.title == "Mill"


# The trash


def test_deleting_offers_an_undo_that_brings_it_back(signed_in: Client, artwork: Artwork) -> None:
    response = signed_in.post(reverse("gallery:delete", args=[artwork.pk]), follow=True)
    assert response.redirect_chain == [(GALLERY, 302)]
    html = response.content.decode()
    assert "“Mill” is in the trash." in html
    undo = reverse("gallery:restore", args=[artwork.pk])
    assert f'action="{undo}"' in html
    assert not response.context["page"].rows
    back = signed_in.post(undo, follow=True)
    assert back.redirect_chain == [(page_of(artwork), 302)]
    assert list(signed_in.get(GALLERY).context["page"]) == [artwork]


@pytest.mark.parametrize("action", ["rename", "delete", "restore"])
@pytest.mark.parametrize("who", ["stranger", "visitor"])
def test_others_cannot_change_a_picture(
    client: Client, stranger: User, artwork: Artwork, who: str, action: str
) -> None:
    if who == "stranger":
        client.force_login(stranger)
    address = reverse(f"gallery:{action}", args=[artwork.pk])
    assert client.post(address, {"title": "Mine"}).status_code == 404
    artwork.refresh_from_db()
    assert (artwork.title, artwork.trashed_at) == ("Mill", None)


@pytest.mark.parametrize("action", ["rename", "delete", "restore"])
def test_looking_at_an_address_changes_nothing(
    signed_in: Client, artwork: Artwork, action: str
) -> None:
    assert signed_in.get(reverse(f"gallery:{action}", args=[artwork.pk])).status_code == 405
    artwork.refresh_from_db()
    assert artwork.trashed_at is None


def test_a_form_from_another_site_is_refused(user: User, artwork: Artwork) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post(reverse("gallery:delete", args=[artwork.pk])).status_code == 403


def test_the_recipe_shows_where_each_style_painted_and_where_the_photo_stayed(
    signed_in: Client, make_artwork: Callable[..., Artwork], user: User
) -> None:
    mask = keep_mask(user, left_half(96, 64))
    recipe = whole_recipe(protect={"sha256": mask.sha256, "percent": 50})
    recipe["styles"][0]["mask"] = {"sha256": mask.sha256, "percent": 50}
    page = signed_in.get(page_of(make_artwork(recipe=recipe))).content.decode()
    assert "Where each paints" in page
    assert page.count(f'src="/masks/{mask.pk}/"') == 2
    assert "Swirls: 50 % of the picture" in page
    assert "The photo, kept: 50 % of the picture" in page
    assert "Where each paints" not in signed_in.get(page_of(make_artwork())).content.decode()
