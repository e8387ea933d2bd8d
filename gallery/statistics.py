"""What somebody's gallery adds up to: how much they painted, when, and in which styles.

A handful of sums in the database, as many for twenty thousand pictures as for two; an index holds
all that is added up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from accounts.models import User
from gallery.models import Artwork, ArtworkQuerySet, ArtworkStyle, Style

FAVOURITES = 6
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Month:
    """A month, by its first day, and how many pictures were finished in it."""

    first_day: date
    count: int


@dataclass(frozen=True, slots=True)
class Favourite:
    style: Style
    pictures: int
    """In how many it is."""


@dataclass(frozen=True, slots=True)
class Statistics:
    pictures: int
    painting_s: float
    favourites: int
    from_camera: int
    megapixels: float
    months: list[Month]
    styles: list[Favourite]
    """The one used most first."""
    most_starred: list[Artwork]
    longest: Artwork | None


def of(user: User) -> Statistics:
    """Of all that ``user`` has on the wall, the trash left out.

    What is counted is a column of the index, not the key: no row is read for it.
    """
    works = Artwork.objects.visible_to(user)
    sums = works.aggregate(
        pictures=Count("*"),
        painting_s=Sum("painting_s", default=0.0),
        favourites=Count("owner", filter=Q(is_favourite=True)),
        from_camera=Count("owner", filter=Q(from_camera=True)),
        pixels=Sum(F("width") * F("height"), default=0),
    )
    megapixels = sums.pop("pixels") / 1e6
    starred = works.filter(rating__gt=0).order_by("-rating", "-created_at", "id")
    return Statistics(
        **sums,
        megapixels=megapixels,
        months=_months(works),
        styles=_favourites(user),
        most_starred=list(starred[:FAVOURITES]),
        longest=works.filter(painting_s__gt=0).order_by("-painting_s").first(),
    )


def _months(works: ArtworkQuerySet) -> list[Month]:
    """The last twelve, this one included, those without pictures too."""
    today = timezone.localdate()
    newest = today.year * 12 + today.month - 1
    days = [_first_day(newest - back) for back in reversed(range(-1, MONTHS))]
    begins = [timezone.make_aware(datetime.combine(day, datetime.min.time())) for day in days]
    within = {
        f"month_{number}": Count(
            "owner", filter=Q(created_at__gte=begins[number], created_at__lt=begins[number + 1])
        )
        for number in range(MONTHS)
    }
    counts = works.filter(created_at__gte=begins[0]).aggregate(**within)
    return [Month(days[number], counts[f"month_{number}"]) for number in range(MONTHS)]


def _first_day(months: int) -> date:
    """Of a month, by its number since the year 0."""
    year, month = divmod(months, 12)
    return date(year, month + 1, 1)


def _favourites(user: User) -> list[Favourite]:
    """Styles that are still there, by the pictures on the user's wall that they are in."""
    on_wall = ArtworkStyle.objects.filter(artwork__owner=user, artwork__trashed_at=None).order_by()
    rows = on_wall.values_list("style").annotate(pictures=Count("*")).order_by("-pictures", "style")
    counts = dict(rows[: 5 * FAVOURITES])  # some may be gone
    styles = Style.objects.usable_by(user).in_bulk(counts)
    found = [Favourite(styles[pk], count) for pk, count in counts.items() if pk in styles]
    return found[:FAVOURITES]
