"""Styles that somebody who likes one may like, too: of its colours, its tags, its artist."""

from __future__ import annotations

from gallery import look_alikes, palettes
from gallery.models import Style, StyleQuerySet

SHOWN = 6
LOOKED_AT = 120

# What each thing in common brings a style nearer, in the palettes' unit (CIELAB distance).
TAG_NEARER = 4.0
ARTIST_NEARER = 8.0
LOOK_NEARER = 25.0


def of(style: Style, among: StyleQuerySet) -> list[Style]:
    """Those of ``among`` most like ``style``, the most alike first; one query.

    Looked at are those that share its largest colour, the most painted ones where there are many.
    """
    group = palettes.group_of(style.palette[0]["hex"]) if style.palette else ""
    others = among.exclude(pk=style.pk).exclude(palette=[])
    if group:
        others = others.filter(color_groups__contains=f" {group} ")
    candidates = others.order_by("-times_used", "id")[:LOOKED_AT]
    return sorted(candidates, key=lambda other: (_distance(style, other), str(other.pk)))[:SHOWN]


def _distance(style: Style, other: Style) -> float:
    apart = palettes.difference(style.palette, other.palette)
    apart -= TAG_NEARER * len(set(style.tags) & set(other.tags))
    if style.artist and style.artist == other.artist:
        apart -= ARTIST_NEARER
    if style.perceptual_hash and other.perceptual_hash:
        bits = look_alikes.distance(style.perceptual_hash, other.perceptual_hash)
        apart -= LOOK_NEARER * max(0, 1 - bits / 24)
    return apart
