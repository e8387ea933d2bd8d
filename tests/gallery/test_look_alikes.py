"""Pictures that look alike are noticed, and those that do not are left in peace."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from itertools import combinations

import pytest
from django.utils import timezone
from PIL import Image, ImageEnhance
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from gallery import look_alikes
from gallery.models import Style
from gallery.presets.catalog import FOLDER
from gallery.styles import add_style
from tests.gallery.drawings import gradient
from tests.transfers.drawings import quadrants

PAINTINGS = sorted((FOLDER / "images").glob("*.jpg"))


def recompressed(image: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=30)
    return Image.open(buffer).convert("RGB")


def cropped(image: Image.Image) -> Image.Image:
    """One per cent off each side."""
    x, y = image.width // 100, image.height // 100
    return image.crop((x, y, image.width - x, image.height - y))


def warmer(image: Image.Image) -> Image.Image:
    red, green, blue = image.split()
    return Image.merge("RGB", (red.point(lambda v: min(255, v * 1.12)), green, blue))


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "resized": lambda image: image.resize((image.width // 4, image.height // 4)),
    "recompressed": recompressed,
    "cropped": cropped,
    "warmer": warmer,
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.2),
}


@pytest.fixture(scope="module")
def paintings() -> list[Image.Image]:
    return [Image.open(path).convert("RGB") for path in PAINTINGS]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_copy_looks_like_its_original(
    paintings: list[Image.Image], change: Callable[[Image.Image], Image.Image]
) -> None:
    for painting in paintings:
        one, other = look_alikes.fingerprint(painting), look_alikes.fingerprint(change(painting))
        assert look_alikes.distance(one, other) <= look_alikes.LOOKS_ALIKE


def test_different_pictures_do_not_look_alike(paintings: list[Image.Image]) -> None:
    hashes = [look_alikes.fingerprint(painting) for painting in paintings]
    nearest = min(look_alikes.distance(*pair) for pair in combinations(hashes, 2))
    assert nearest > look_alikes.LOOKS_ALIKE


def test_the_fingerprint_says_which_neighbour_is_lighter() -> None:
    """Nine columns, each lighter than the one before: every bit is one."""
    rising = Image.frombytes("L", (9, 8), bytes(range(0, 90, 10)) * 8)
    assert look_alikes.fingerprint(rising.convert("RGB")) == "f" * 16
    falling = rising.transpose(Image.Transpose.FLIP_LEFT_RIGHT).convert("RGB")
    assert look_alikes.fingerprint(falling) == look_alikes.FLAT
    assert look_alikes.distance("f" * 16, look_alikes.FLAT) == 64
    assert look_alikes.distance("000000000000000f", "0000000000000003") == 2


@pytest.fixture
def library(user: User) -> list[Style]:
    pictures = (gradient(), quadrants(120, 80), Image.new("RGB", (64, 64), "teal"))
    return [
        add_style(owner=user, image=picture, title=f"Style {number}")
        for number, picture in enumerate(pictures)
    ]


def test_they_are_found_with_their_distance_nearest_first(library: list[Style], user: User) -> None:
    among = Style.objects.usable_by(user)
    assert look_alikes.find(gradient(48, 32), among) == [(library[0], 0)]
    assert look_alikes.find(library[1].perceptual_hash, among) == [(library[1], 0)]
    assert look_alikes.find(gradient(), Style.objects.presets()) == []


def test_pictures_of_one_colour_look_like_nothing(library: list[Style], user: User) -> None:
    among = Style.objects.usable_by(user)
    assert look_alikes.find(Image.new("RGB", (64, 64), "crimson"), among) == []
    assert look_alikes.find("", among) == []


def test_many_are_compared_in_two_queries(
    library: list[Style], user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        look_alikes.find_each([one.perceptual_hash for one in library], Style.objects.all())


def test_only_what_was_there_before_is_named(user: User, preset: Style) -> None:
    first = add_style(owner=user, image=gradient(), title="First")
    second = add_style(owner=user, image=gradient(), title="Second")
    Style.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(days=1))
    first.refresh_from_db()
    found = look_alikes.earlier_than([first, second], Style.objects.usable_by(user))
    assert [other for other, _bits in found[first.pk]] == [preset]
    assert {other for other, _bits in found[second.pk]} == {preset, first}


def test_the_sentence_says_whose_it_is_and_whether_it_is_the_same(
    user: User, preset: Style
) -> None:
    mine = add_style(owner=user, image=gradient(), title="Mine")
    small = add_style(owner=user, image=gradient(48, 32), title="Small")
    assert look_alikes.sentence(small, mine) == "This looks like “Mine”, which you have."
    assert look_alikes.sentence(mine, mine) == "You have this very picture already, as “Mine”."
    assert "“Swirls”, which hangs here for everybody" in look_alikes.sentence(mine, preset)
