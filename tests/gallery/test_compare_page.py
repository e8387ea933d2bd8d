"""Several pictures side by side."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from engine.params import Params
from gallery import artworks, slow_work
from gallery.models import Artwork
from gallery.recipe_differences import rows
from tests.gallery.drawings import gradient, whole_recipe

Make = Callable[..., Artwork]
URL = "/gallery/compare/"


def ids(*works: Artwork) -> dict[str, str]:
    return {"ids": ",".join(str(work.pk) for work in works)}


@pytest.fixture
def pair(make_artwork: Make) -> tuple[Artwork, Artwork]:
    changed = Params(size_px=96, style_strength=30, keep_colors="luminance", seed=7).to_json()
    return (
        make_artwork(recipe=whole_recipe(), title="First"),
        make_artwork(recipe=whole_recipe(params=changed), title="Second"),
    )


def test_pictures_and_the_differences_of_their_recipes_are_shown(
    signed_in: Client, pair: tuple[Artwork, Artwork]
) -> None:
    response = signed_in.get(URL, ids(*pair))
    assert response.context["works"] == list(pair)
    differing = {row.label: row.values for row in response.context["differing"]}
    assert differing == {
        "Style strength": ("62 of 100", "30 of 100"),
        "Colours": ("", "the photo’s own, painted in brightness"),
    }
    assert {"Style", "Photo", "Steps", "Seed"} <= {row.label for row in response.context["same"]}
    html = response.content.decode()
    assert html.index("First") < html.index("Second")
    assert html.count("data-pane") == 2


def test_a_form_may_send_them_one_by_one(signed_in: Client, pair: tuple[Artwork, Artwork]) -> None:
    chosen = {"ids": [str(work.pk) for work in pair]}
    assert signed_in.get(URL, chosen).context["works"] == list(pair)


def test_two_tell_how_much_they_differ(
    signed_in: Client, make_artwork: Make, pair: tuple[Artwork, Artwork]
) -> None:
    assert "identical" in signed_in.get(URL, ids(*pair)).content.decode()
    other = make_artwork(image=gradient().rotate(180))
    html = signed_in.get(URL, ids(pair[0], other)).content.decode()
    assert "The mean difference of the two is" in html


def test_the_page_does_without_that_where_it_would_take_long(
    signed_in: Client, pair: tuple[Artwork, Artwork], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_work.room, "most", 0)
    answer = signed_in.get(URL, ids(*pair))
    assert (answer.status_code, answer.context["mean"]) == (200, None)


def test_what_is_usual_is_said_where_another_differs(make_artwork: Make) -> None:
    usual = make_artwork(recipe=whole_recipe())
    fine = make_artwork(recipe=whole_recipe(params=Params(style_scale=0.5).to_json()))
    told = {row.label: row.values for row in rows([usual, fine])}
    assert told["Brush size"] == ("1 ×", "0.5 ×")


def test_pictures_without_recipes_are_no_trouble(signed_in: Client, make_artwork: Make) -> None:
    works = [make_artwork(recipe={}) for _ in range(2)]
    assert "as far as they say" in signed_in.get(URL, ids(*works)).content.decode()


def test_another_users_pictures_and_those_in_the_trash_are_not_found(
    signed_in: Client, make_artwork: Make, stranger: User, artwork: Artwork
) -> None:
    assert signed_in.get(URL, ids(artwork, make_artwork(owner=stranger))).status_code == 404
    trashed = make_artwork()
    artworks.trash(trashed)
    assert signed_in.get(URL, ids(artwork, trashed)).status_code == 404
    assert signed_in.get(URL, {"ids": f"{artwork.pk},{uuid4()}"}).status_code == 404


def test_visitors_are_asked_to_sign_in(client: Client, artwork: Artwork) -> None:
    assert client.get(URL, ids(artwork, artwork)).status_code == 302


@pytest.mark.parametrize("asked", ["", "x", "one", "same", "seven"])
def test_too_few_or_too_many_are_refused_with_a_sentence(
    signed_in: Client, artwork: Artwork, asked: str
) -> None:
    chosen = {
        "one": str(artwork.pk),
        "same": f"{artwork.pk},{artwork.pk}",
        "seven": ",".join(str(uuid4()) for _ in range(7)),
    }
    response = signed_in.get(URL, {"ids": chosen.get(asked, asked)})
    assert response.status_code == 400
    assert "Choose 2 to 6 pictures to compare" in response.content.decode()


def test_it_takes_no_posts(signed_in: Client) -> None:
    assert signed_in.post(URL).status_code == 405
