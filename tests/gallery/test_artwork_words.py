"""Title, notes, stars, favourite and tags, each saved by itself, with and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from gallery import artworks, search, tags
from gallery.models import Artwork
from tests.gallery.drawings import whole_recipe

FORMS = {
    "rename": {"title": "Evening"},
    "annotate": {"notes": "For\r\ngrandmother "},
    "rate": {"rating": "4"},
    "favourite": {"favourite": "1"},
    "tag": {"tags": "Sea, winter  walk,"},
}
HTMX = {"HX-Request": "true"}


def url(artwork: Artwork, name: str) -> str:
    return reverse(f"gallery:{name}", args=[artwork.pk])


def said(artwork: Artwork) -> tuple[object, ...]:
    row = Artwork.objects.get(pk=artwork.pk)
    names = sorted(row.tags.values_list("name", flat=True))
    return row.title, row.notes, row.rating, row.is_favourite, names


def test_each_form_is_saved_and_comes_back_to_the_page(signed_in: Client, artwork: Artwork) -> None:
    for name, form in FORMS.items():
        response = signed_in.post(url(artwork, name), form)
        assert (response.status_code, response["Location"]) == (302, url(artwork, "artwork"))
    words = ("Evening", "For\r\ngrandmother", 4, True, ["sea", "winter walk"])
    assert said(artwork) == words
    for word in ("evening", "grandmother", "winter"):
        assert search.matching(Artwork.objects.all(), word).exists(), word
    html = signed_in.get(url(artwork, "artwork")).content.decode()
    assert '/gallery/?tag=winter%20walk"' in html
    assert 'aria-pressed="true"' in html


def test_the_view_of_the_wall_is_not_lost(signed_in: Client, artwork: Artwork) -> None:
    form = {"rating": "2", "view": "tag=sea&sort=title"}
    response = signed_in.post(url(artwork, "rate"), form)
    assert response["Location"].endswith("?view=tag%3Dsea%26sort%3Dtitle")


@pytest.mark.parametrize("name", FORMS)
def test_with_javascript_the_part_comes_back_and_says_that_it_was_saved(
    signed_in: Client, artwork: Artwork, name: str
) -> None:
    response = signed_in.post(url(artwork, name), FORMS[name], headers=HTMX)
    html = response.content.decode()
    assert response.status_code == 200
    assert "<form" in html
    assert "<h2" not in html
    assert '<p id="words-saved" hx-swap-oob="innerHTML">Saved.</p>' in html


@pytest.mark.parametrize(
    ("name", "form", "words"),
    [
        ("rename", {"title": " "}, "required"),
        ("annotate", {"notes": "x" * 4001}, "at most 4000"),
        ("rate", {"rating": "6"}, "less than or equal to 5"),
        ("rate", {"rating": "many"}, "whole number"),
        ("rate", {}, "required"),
        ("tag", {"tags": "x" * 41}, "too long for a tag"),
        ("tag", {"tags": ",".join(map(str, range(31)))}, "30 tags or fewer"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_what_cannot_be_is_refused_in_its_place_and_kept_there(
    signed_in: Client,
    artwork: Artwork,
    name: str,
    form: dict[str, str],
    words: str,
    headers: dict[str, str],
) -> None:
    before = said(artwork)
    response = signed_in.post(url(artwork, name), form, headers=headers)
    html = response.content.decode()
    assert response.status_code == (200 if headers else 422)
    assert words in html
    assert "Saved." not in html
    assert said(artwork) == before


def test_a_favourite_that_is_sent_twice_stays_one(signed_in: Client, artwork: Artwork) -> None:
    for _ in range(2):
        signed_in.post(url(artwork, "favourite"), {"favourite": "1"})
    assert said(artwork)[3] is True
    signed_in.post(url(artwork, "favourite"), {"favourite": "0"})
    assert said(artwork)[3] is False


def test_a_tag_for_which_there_is_no_room_is_refused_and_stays_in_the_field(
    signed_in: Client, artwork: Artwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags.set_tags(artwork, ["sea"])
    monkeypatch.setattr(tags, "MOST_OF_A_PERSON", 1)
    page = signed_in.post(url(artwork, "tag"), {"tags": "sea, harbour"})
    assert page.status_code == 422
    html = page.content.decode()
    assert "which is all there is room for" in html
    assert 'value="sea, harbour"' in html
    assert [tag.name for tag in artwork.tags.all()] == ["sea"]


def test_ones_own_tags_are_suggested(
    signed_in: Client, artwork: Artwork, make_artwork: Callable[..., Artwork], stranger: User
) -> None:
    tags.set_tags(make_artwork(), ["harbour"])
    tags.set_tags(make_artwork(owner=stranger), ["secret"])
    html = signed_in.get(url(artwork, "artwork")).content.decode()
    assert '<option value="harbour">' in html
    assert "secret" not in html


def test_other_pictures_of_the_photo_are_offered_for_comparison(
    signed_in: Client, make_artwork: Callable[..., Artwork], stranger: User
) -> None:
    shown, other = (make_artwork(recipe=whole_recipe(), title=title) for title in ("A", "B"))
    make_artwork(recipe=whole_recipe(), owner=stranger, title="Theirs")
    make_artwork(title="Of another photo")
    artworks.trash(make_artwork(recipe=whole_recipe(), title="Trashed"))
    assert signed_in.get(url(shown, "artwork")).context["others"] == [other]


@pytest.mark.parametrize("name", FORMS)
def test_others_and_visitors_find_nothing(
    client: Client, stranger: User, artwork: Artwork, name: str
) -> None:
    before = said(artwork)
    assert client.post(url(artwork, name), FORMS[name]).status_code == 404
    client.force_login(stranger)
    assert client.post(url(artwork, name), FORMS[name]).status_code == 404
    assert said(artwork) == before


@pytest.mark.parametrize("name", FORMS)
def test_only_posts_change_anything(signed_in: Client, artwork: Artwork, name: str) -> None:
    assert signed_in.get(url(artwork, name), FORMS[name]).status_code == 405
