"""The pictures before and after one, in every order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from gallery.listing import ORDERS
from gallery.models import Artwork
from gallery.neighbours import neighbours
from tests.gallery.drawings import gradient

Make = Callable[..., Artwork]


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


@pytest.mark.parametrize("name", ORDERS)
def test_walking_from_one_to_the_next_is_the_order_itself(
    user: User, works: list[Artwork], name: str
) -> None:
    order, visible = ORDERS[name], Artwork.objects.visible_to(user)
    ordered = list(order.sort(visible))
    pairs = [neighbours(Artwork.objects.get(pk=work.pk), visible, order) for work in ordered]
    assert [before for before, _after in pairs] == [None, *ordered[:-1]]
    assert [after for _before, after in pairs] == [*ordered[1:], None]


@pytest.mark.parametrize("name", ["newest", "largest"])
def test_one_that_has_left_the_selection_keeps_its_place(
    user: User, works: list[Artwork], name: str
) -> None:
    order = ORDERS[name]
    first, left, last = list(order.sort(Artwork.objects.visible_to(user)))[::2]
    chosen = Artwork.objects.visible_to(user).filter(pk__in=[first.pk, last.pk])
    assert neighbours(Artwork.objects.get(pk=left.pk), chosen, order) == (first, last)


def test_one_that_is_gone_has_none(user: User, works: list[Artwork]) -> None:
    Artwork.objects.filter(pk=works[0].pk).delete()
    visible = Artwork.objects.visible_to(user)
    assert neighbours(works[0], visible, ORDERS["largest"]) == (None, None)
