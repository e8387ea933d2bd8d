"""Paging by the last row seen."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from gallery import keyset
from gallery.models import Style
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


def walk(order: tuple[str, ...], size: int) -> list[Style]:
    seen: list[Style] = []
    after = ""
    while True:
        page = keyset.page(Style.objects.all(), order, after, size)
        seen += page.rows
        if not page.after:
            return seen
        after = page.after


@pytest.mark.parametrize("order", SORTS.values(), ids=SORTS)
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_hold_each_row_once_in_order(
    rows: list[Style], order: tuple[str, ...], size: int
) -> None:
    assert walk(order, size) == list(Style.objects.order_by(*order))


def test_a_row_that_leaves_moves_no_other(rows: list[Style]) -> None:
    order = ("title", "id")
    first = keyset.page(Style.objects.all(), order, "", 3)
    Style.objects.filter(pk=first.rows[0].pk).delete()
    second = keyset.page(Style.objects.all(), order, first.after, 10)
    assert len(second.rows) == 4
    assert not set(first.rows) & set(second.rows)


@pytest.mark.parametrize(
    "after",
    [
        "nonsense",
        "é",
        base64.urlsafe_b64encode(b"[1]").decode(),
        base64.urlsafe_b64encode(b"{}").decode(),
        base64.urlsafe_b64encode(json.dumps(["a", None]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps(["a", "no id"]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps(["a\x00", "no id"]).encode()).decode(),
    ],
)
def test_what_nobody_was_given_shows_the_first_page(rows: list[Style], after: str) -> None:
    order = ("title", "id")
    assert keyset.page(Style.objects.all(), order, after, 2) == keyset.page(
        Style.objects.all(), order, "", 2
    )


def test_numbers_beyond_the_column_show_the_first_page(rows: list[Style]) -> None:
    order = ("position", "id")
    for value in (10**30, "10000000000000"):
        after = base64.urlsafe_b64encode(json.dumps([value, str(rows[0].pk)]).encode()).decode()
        assert len(keyset.page(Style.objects.all(), order, after, 10).rows) == 7
