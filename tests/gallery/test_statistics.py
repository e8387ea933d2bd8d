"""What a gallery adds up to: sums worked by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from gallery import artworks, statistics
from gallery.models import Artwork, Style
from tests.gallery.drawings import RECIPE

pytestmark = pytest.mark.django_db
PAGE = "/gallery/statistics/"


def test_pictures_hours_and_the_longest_are_counted_without_the_trash(
    user: User, stranger: User, make_artwork: Callable[..., Artwork]
) -> None:
    for seconds in (60, 0.5, None, "much", True, -3, [], 10**9):
        make_artwork(recipe={"seconds": seconds})
    longest = make_artwork(title="Long", recipe={"seconds": 3600.25})
    make_artwork(owner=stranger, recipe={"seconds": 9000})
    artworks.trash(make_artwork(recipe={"seconds": 5000}))
    found = statistics.of(user)
    assert found.pictures == 9
    assert found.painting_s == pytest.approx(60 + 0.5 + 3600.25)
    assert found.longest == longest
    assert longest.painting_s == 3600.25
    assert found.megapixels == pytest.approx(9 * 96 * 64 / 1e6)


def test_months_are_the_last_twelve_with_the_empty_ones(
    user: User, make_artwork: Callable[..., Artwork], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: date(2026, 2, 10))
    for year, month in ((2026, 2), (2025, 12), (2025, 12), (2025, 3), (2025, 2)):
        made = make_artwork()
        at = timezone.make_aware(datetime(year, month, 5))
        Artwork.objects.filter(pk=made.pk).update(created_at=at)
    found = statistics.of(user).months
    assert [month.first_day for month in found][:2] == [date(2025, 3, 1), date(2025, 4, 1)]
    assert found[-1].first_day == date(2026, 2, 1)
    assert [month.count for month in found] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1]


def test_favourite_styles_are_those_used_most(
    user: User,
    stranger: User,
    make_artwork: Callable[..., Artwork],
    preset: Style,
    own_style: Style,
) -> None:
    def paint(style: Style, **given: object) -> Artwork:
        styles = [{"title": style.title, "style_id": str(style.pk)}]
        return make_artwork(recipe={**RECIPE, "styles": styles}, **given)

    for style in (own_style, own_style, preset):
        paint(style)
    for _ in range(3):
        paint(preset, owner=stranger)
        artworks.trash(paint(preset))
    found = statistics.of(user).styles
    assert [(one.style, one.pictures) for one in found] == [(own_style, 2), (preset, 1)]


def test_those_with_the_most_stars_come_first(
    user: User, make_artwork: Callable[..., Artwork]
) -> None:
    works = {stars: make_artwork() for stars in (0, 3, 5)}
    for stars, work in works.items():
        Artwork.objects.filter(pk=work.pk).update(rating=stars, is_favourite=stars == 5)
    found = statistics.of(user)
    assert found.most_starred == [works[5], works[3]]
    assert found.favourites == 1


def test_the_page_draws_the_months_and_has_them_as_a_table(
    signed_in: Client, artwork: Artwork
) -> None:
    html = signed_in.get(PAGE).content.decode()
    assert html.count("<rect") == 12
    assert html.count('<th scope="row"') == 12
    assert "style=" not in html
    assert "41 seconds" in html


def test_nothing_painted_yet_invites_to_paint(signed_in: Client) -> None:
    html = signed_in.get(PAGE).content.decode()
    assert "Nothing to count yet" in html
    assert statistics.of(User.objects.get()).longest is None


def test_the_page_takes_as_many_queries_for_many_pictures_as_for_one(
    signed_in: Client, make_artwork: Callable[..., Artwork], own_style: Style
) -> None:
    recipe = {**RECIPE, "styles": [{"title": "My tiles", "style_id": str(own_style.pk)}]}
    make_artwork(recipe=recipe)
    with CaptureQueriesContext(connection) as one:
        signed_in.get(PAGE)
    for _ in range(6):
        make_artwork(recipe=recipe)
    with CaptureQueriesContext(connection) as many:
        signed_in.get(PAGE)
    assert len(many) == len(one) <= 8
