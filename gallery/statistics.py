"""What somebody's gallery adds up to: how much they painted, when, and in which styles.

A handful of sums in the database, as many for twenty thousand pictures as for two. Seconds of
painting are what the recipes say; one that says nothing, or nonsense, counts as none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, F, FloatField, Max, Q, Sum, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, TruncMonth
from django.utils import timezone

from accounts.models import User
from gallery.models import Artwork, ArtworkQuerySet, Style

FAVOURITES = 6
MONTHS = 12
MOST_S = 10**7
"""Beyond four months of painting, a recipe is not to be believed."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month, by its first day, and how many pictures were finished in it."""

    first_day: date
    count: int


@dataclass(frozen=True, slots=True)
class Statistics:
    pictures: int
    painting_s: float
    favourites: int
    from_camera: int
    megapixels: float
    months: list[Month]
    styles: list[Style]
    """The ones used most, each with ``pictures``: in how many."""
    most_starred: list[Artwork]
    longest: Artwork | None
    longest_s: float


def of(user: User) -> Statistics:
    """Of all that ``user`` has on the wall, the trash left out."""
    works = Artwork.objects.visible_to(user)
    timed = works.annotate(painting_s=_painting_s())
    sums = timed.aggregate(
        pictures=Count("pk"),
        painting=Sum("painting_s"),
        longest=Max("painting_s"),
        favourites=Count("pk", filter=Q(is_favourite=True)),
        from_camera=Count("pk", filter=Q(from_camera=True)),
        pixels=Sum(F("width") * F("height")),
    )
    longest_s = sums["longest"] or 0.0
    return Statistics(
        pictures=sums["pictures"],
        painting_s=sums["painting"] or 0.0,
        favourites=sums["favourites"],
        from_camera=sums["from_camera"],
        megapixels=(sums["pixels"] or 0) / 1e6,
        months=_months(works),
        styles=_styles(user),
        most_starred=list(
            works.filter(rating__gt=0).order_by("-rating", "-created_at")[:FAVOURITES]
        ),
        longest=timed.filter(painting_s=longest_s).first() if longest_s else None,
        longest_s=longest_s,
    )


def _painting_s() -> Case:
    """The seconds of a recipe. Only numbers lie between two numbers; only those are read."""
    said = When(
        recipe__seconds__gte=0,
        recipe__seconds__lt=MOST_S,
        then=Cast(KT("recipe__seconds"), FloatField()),
    )
    return Case(said, default=None, output_field=FloatField())


def _months(works: ArtworkQuerySet) -> list[Month]:
    """The last twelve, this one included, those without pictures too."""
    today = timezone.localdate()
    newest = today.year * 12 + today.month - 1
    days = [date(*_first_day(newest - back)) for back in reversed(range(MONTHS))]
    rows = (
        works.filter(created_at__date__gte=days[0])
        .order_by()
        .annotate(month=TruncMonth("created_at"))
        .values("month")
        .annotate(count=Count("pk"))
    )
    counts = {row["month"].date(): row["count"] for row in rows}
    return [Month(day, counts.get(day, 0)) for day in days]


def _first_day(months: int) -> tuple[int, int, int]:
    """Months since the year 0 as (year, month, first day)."""
    year, month = divmod(months, 12)
    return year, month + 1, 1


def _styles(user: User) -> list[Style]:
    """Those of the user's wall that are still there, the one used most first."""
    on_wall = Q(artworks__owner=user, artworks__trashed_at=None)
    return list(
        Style.objects.usable_by(user)
        .filter(on_wall)
        .annotate(pictures=Count("artworks"))
        .order_by("-pictures", "title")[:FAVOURITES]
    )
