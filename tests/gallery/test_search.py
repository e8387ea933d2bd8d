"""Words of pictures: folded, kept on the row, found again."""

from importlib import import_module

import pytest
from django.apps import apps

from accounts.models import User
from gallery import search
from gallery.models import Artwork, Style, Tag
from tests.gallery.drawings import gradient, hang_artwork


@pytest.fixture
def style(user: User) -> Style:
    style = Style(owner=user, title="Nymphéas", artist="Claude Monet")
    style.set_picture(gradient())
    style.save()
    return style


@pytest.fixture
def pond(user: User, style: Style) -> Artwork:
    recipe = {
        "styles": [
            {"style_id": str(style.pk), "title": "Nymphéas", "artist": "Claude Monet", "weight": 2},
            {"style_id": None, "title": "Tiles"},
        ],
        "content": {"title": "Étang", "sha256": "a" * 64, "source": "camera"},
    }
    return hang_artwork(
        owner=user, image=gradient(), before=gradient(), title="Evening", recipe=recipe
    )


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Éclat  d'Été", "eclat d'ete"), ("STRASSE Straße", "strasse strasse"), ("\n x \t", "x")],
)
def test_words_lose_case_accents_and_needless_space(text: str, folded: str) -> None:
    assert search.fold(text) == folded


@pytest.mark.parametrize("query", ["evening", "NYMPHEAS", "monet étang", "tile", ""])
def test_a_picture_is_found_by_title_style_artist_and_photo(pond: Artwork, query: str) -> None:
    assert search.matching(Artwork.objects.all(), query).get() == pond


@pytest.mark.parametrize("query", ["morning", "monet morning", "%", "_"])
def test_every_word_has_to_occur_as_it_is_written(pond: Artwork, query: str) -> None:
    assert not search.matching(Artwork.objects.all(), query).exists()


def test_notes_and_tags_are_found_once_they_are_indexed(pond: Artwork) -> None:
    pond.notes = "For grandmother"
    pond.save()
    pond.tags.add(Tag.objects.create(owner=pond.owner, name="garden"))
    search.index(pond)
    assert search.matching(Artwork.objects.all(), "grandm garden").get() == pond


def test_a_hung_picture_knows_its_styles_and_its_photo(pond: Artwork, style: Style) -> None:
    assert [(share.style, share.weight) for share in pond.style_shares.all()] == [(style, 2)]
    assert (pond.content_sha256, pond.from_camera) == ("a" * 64, True)
    style.refresh_from_db()
    assert style.times_used == 1


def test_older_pictures_are_given_the_same_by_the_migration(pond: Artwork, style: Style) -> None:
    expected = (pond.search_text, pond.content_sha256, True)
    pond.style_shares.all().delete()
    Style.objects.update(times_used=0)
    Artwork.objects.update(search_text="", content_sha256="", from_camera=False)
    migration = import_module("gallery.migrations.0003_words_styles_and_photos_of_artworks")
    migration.fill_in(apps, None)
    pond.refresh_from_db()
    assert (pond.search_text, pond.content_sha256, pond.from_camera) == expected
    assert [(share.style, share.weight) for share in pond.style_shares.all()] == [(style, 2)]
    style.refresh_from_db()
    assert style.times_used == 1
