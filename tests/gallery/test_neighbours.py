"""The pictures before and after one, in every order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import User
from gallery.models import Artwork
from gallery.neighbours import NEWEST_FIRST, neighbours
from tests.gallery.drawings import gradient

Make = Callable[..., Artwork]

ORDERS = [
    NEWEST_FIRST,
    ("created_at", "-id"),
    ("sort_title", "id"),
    ("-rating", "-created_at", "id"),
    ("-pixels", "id"),
]


@pytest.fixture
def works(make_artwork: Make) -> list[Artwork]:
    """Several alike in each respect, so that only all keys together tell them apart."""
    now = timezone.now()
    made = []
    for number in range(6):
        picture = gradient(96 - 32 * (number % 2), 64)
        work = make_artwork(title="aBc"[number % 3], image=picture)
        Artwork.objects.filter(pk=work.pk).update(
            created_at=now - timedelta(hours=number // 2), rating=number % 2
        )
        made.append(Artwork.objects.get(pk=work.pk))
    return made


@pytest.mark.parametrize("keys", ORDERS, ids=str)
def test_walking_from_one_to_the_next_is_the_order_itself(
    user: User, works: list[Artwork], keys: tuple[str, ...]
) -> None:
    visible = Artwork.objects.visible_to(user).annotate(
        sort_title=Lower("title"), pixels=F("width") * F("height")
    )
    ordered = list(visible.order_by(*keys))
    pairs = [neighbours(Artwork.objects.get(pk=work.pk), visible, keys) for work in ordered]
    assert [before for before, _after in pairs] == [None, *ordered[:-1]]
    assert [after for _before, after in pairs] == [*ordered[1:], None]


def test_one_that_has_left_the_selection_keeps_its_place(user: User, works: list[Artwork]) -> None:
    newest, middle, oldest = works[0], works[2], works[4]
    chosen = Artwork.objects.filter(pk__in=[newest.pk, oldest.pk])
    assert neighbours(middle, chosen, NEWEST_FIRST) == (newest, oldest)


def test_one_whose_place_is_not_known_has_none(user: User, works: list[Artwork]) -> None:
    none = Artwork.objects.none().annotate(pixels=F("width") * F("height"))
    assert neighbours(works[0], none, ("-pixels", "id")) == (None, None)
