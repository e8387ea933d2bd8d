"""Noticing that two pictures look alike, however they were resized, saved or tinted.

The fingerprint is the difference hash described by Neal Krawetz ("Kind of Like That", 2013): the
picture at nine by eight greys, and for each of the 64 neighbours in a row whether it gets lighter.
docs/gallery.md has the figures behind the threshold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from PIL import Image

from engine.images import flatten

if TYPE_CHECKING:
    from gallery.models import Style

COLUMNS, ROWS = 9, 8

LOOKS_ALIKE = 10
"""Of 64 bits, how many may differ."""

MOST = 3
"""How many look-alikes are named."""

FLAT = "0" * 16
"""Of a picture of one colour, which says nothing: it looks like no other."""


def fingerprint(image: Image.Image) -> str:
    """64 bits in hex, as ``Style.perceptual_hash`` keeps them."""
    small = flatten(image).convert("L").resize((COLUMNS, ROWS), Image.Resampling.LANCZOS)
    greys = np.asarray(small, dtype=np.int16)
    lighter = greys[:, 1:] > greys[:, :-1]
    return np.packbits(lighter).tobytes().hex()


def distance(one: str, other: str) -> int:
    """How many of the 64 bits differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def find(
    picture: Image.Image | str,
    among: QuerySet[Style],
    *,
    within: int = LOOKS_ALIKE,
    most: int = MOST,
) -> list[tuple[Style, int]]:
    """Styles of ``among`` that look like ``picture`` (or its fingerprint), the nearest first.

    Two queries, however many styles there are: 64 bits of 7,000 are compared in a few milliseconds,
    which no index that both databases have would do.
    """
    wanted = picture if isinstance(picture, str) else fingerprint(picture)
    return find_each([wanted], among, within=within, most=most)[wanted]


def find_each(
    hashes: Iterable[str], among: QuerySet[Style], *, within: int = LOOKS_ALIKE, most: int = MOST
) -> dict[str, list[tuple[Style, int]]]:
    """The same for several fingerprints at once, in two queries all the same."""
    wanted = set(hashes)
    telling = wanted - {"", FLAT}
    if not telling:
        return {one: [] for one in wanted}
    known = list(
        among.exclude(perceptual_hash__in=("", FLAT))
        .order_by()
        .values_list("pk", "perceptual_hash")
    )
    near = {one: _nearest(one, known, within, most) if one in telling else [] for one in wanted}
    rows = among.model._default_manager.in_bulk(
        [pk for found in near.values() for _bits, pk in found]
    )
    return {
        one: [(rows[pk], bits) for bits, pk in found if pk in rows] for one, found in near.items()
    }


def earlier_than(
    styles: Sequence[Style], among: QuerySet[Style]
) -> dict[UUID, list[tuple[Style, int]]]:
    """For each of ``styles``, what of ``among`` it looks like and was there before it."""
    found = find_each([style.perceptual_hash for style in styles], among, most=MOST + len(styles))
    return {
        style.pk: [
            (other, bits)
            for other, bits in found[style.perceptual_hash]
            if other.pk != style.pk and (other.is_preset or other.created_at < style.created_at)
        ][:MOST]
        for style in styles
    }


def sentence(style: Style, other: Style) -> str:
    """What its owner is told of ``other``, which ``style`` looks like."""
    same = style.sha256 == other.sha256
    words = {"title": other.title}
    if other.is_preset:
        if same:
            return _("This is “%(title)s”, which hangs here for everybody.") % words
        return _("This looks like “%(title)s”, which hangs here for everybody.") % words
    if same:
        return _("You have this very picture already, as “%(title)s”.") % words
    return _("This looks like “%(title)s”, which you have.") % words


def _nearest(
    wanted: str, known: list[tuple[UUID, str]], within: int, most: int
) -> list[tuple[int, UUID]]:
    near = [(bits, pk) for pk, other in known if (bits := distance(wanted, other)) <= within]
    return sorted(near)[:most]
