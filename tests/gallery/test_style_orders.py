"""Every order of the wall of styles can be turned page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from gallery import paging
from gallery.models import Style
from gallery.paging import Order
from gallery.style_listing import SORTS


@pytest.fixture
def rows(make_preset: Callable[..., Style]) -> list[Style]:
    now = timezone.now()
    return [
        make_preset(
            slug=f"s{number}",
            title=f"Title {number % 3}",
            position=number % 2,
            times_used=number % 3,
            created_at=now - timedelta(microseconds=number // 2),
        )
        for number in range(7)
    ]


@pytest.mark.parametrize("order", SORTS.values(), ids=SORTS)
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_hold_each_row_once_in_order(rows: list[Style], order: Order, size: int) -> None:
    seen = list(paging.walk(Style.objects.all(), order, size))
    assert seen == list(Style.objects.order_by(*order.columns))


@pytest.mark.parametrize("cursor", ["nonsense", "é", "WzFd", "e30="])
def test_what_nobody_was_given_shows_the_first_page(rows: list[Style], cursor: str) -> None:
    order = SORTS["title"]
    first = paging.page(Style.objects.all(), order, "", 2)
    assert paging.page_or_first(Style.objects.all(), order, cursor, 2) == first
