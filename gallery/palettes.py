"""The main colours of a picture, and the names that people have for them.

The picture is made small, its pixels are put into CIELAB, where equal distances look equally
different, and are gathered around a few centres: median cut (Heckbert 1982) chooses where to begin,
k-means moves the centres from there. Nothing is drawn at random, so a picture always has the same
palette.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.images import flatten

SIDE_PX = 64
COLORS = 6
ROUNDS = 5
SAME_COLOR = 9.0
"""Centres nearer than this, in units of CIELAB, are one colour to the eye."""
LEAST_SHARE = 0.02
GROUP_SHARE = 0.12
"""What a picture needs of a group of colours to be found under it."""

GROUPS = (
    "red",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "brown",
    "black",
    "grey",
    "white",
)
"""The eleven basic colour terms of Berlin and Kay (1969)."""

# CIELAB hues, in degrees, at which one chromatic name ends and the next begins, from where sRGB's
# own red, orange, … lie: red 40°, orange 73°, yellow 103°, green 136°, sky to pure blue 235–306°.
HUE_ENDS = (
    (20, "pink"),
    (48, "red"),
    (78, "orange"),
    (112, "yellow"),
    (200, "green"),
    (309, "blue"),
    (338, "purple"),
    (360, "pink"),
)

Lab = tuple[float, float, float]
Floats = NDArray[np.float64]

_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.072175],
        [0.0193339, 0.119192, 0.9503041],
    ]
)
_WHITE = _TO_XYZ.sum(axis=1)


class MainColor(TypedDict):
    """As ``Style.palette`` keeps it."""

    hex: str
    share: float


class Cluster(NamedTuple):
    lab: Floats
    rgb: Floats
    share: float


def main_colors(image: Image.Image) -> list[MainColor]:
    """Up to six colours of ``image`` with their shares of its area, the largest first."""
    small = flatten(image).copy()
    small.thumbnail((SIDE_PX, SIDE_PX), Image.Resampling.BOX)
    pixels = np.asarray(small, dtype=np.float64).reshape(-1, 3)
    merged = _merged(_clusters(small, pixels))
    kept = [cluster for cluster in merged if cluster.share >= LEAST_SHARE] or merged[:1]
    return [
        {
            "hex": "#{:02x}{:02x}{:02x}".format(*(round(v) for v in one.rgb)),
            "share": round(one.share, 3),
        }
        for one in sorted(kept, key=lambda one: -one.share)
    ]


def color_groups(palette: Iterable[MainColor]) -> str:
    """The groups a picture is found under, as ``Style.color_groups`` keeps them: " blue white "."""
    shares: dict[str, float] = {}
    for color in palette:
        name = group_of(color["hex"])
        shares[name] = shares.get(name, 0.0) + color["share"]
    enough = [name for name in GROUPS if shares.get(name, 0) >= GROUP_SHARE]
    return f" {' '.join(enough)} " if enough else ""


def group_of(hex_color: str) -> str:
    """The name people give a colour: one of GROUPS."""
    lightness, a, b = lab_of(hex_color)
    chroma, hue = math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360
    # Near black and near white, a hue is no longer seen.
    if lightness < 18 or (lightness < 26 and chroma < 9):
        return "black" if chroma < 22 or lightness < 8 else _chromatic(lightness, chroma, hue)
    if chroma < 9 or (lightness > 88 and chroma < 14):
        return "white" if lightness > 86 else "grey"
    return _chromatic(lightness, chroma, hue)


def _chromatic(lightness: float, chroma: float, hue: float) -> str:
    name = next(name for end, name in HUE_ENDS if hue < end or end == 360)
    if name in ("orange", "yellow") and chroma < 32 and hue < 105:  # paper, sand, tan, umber
        return "white" if lightness > 82 and chroma < 20 else "brown"
    if name in ("orange", "red") and lightness < 62 and chroma < 52:
        return "brown"
    if name == "red" and lightness > 62:
        return "pink" if hue < 40 else "orange"
    if name == "pink" and lightness < 45:
        return "red" if hue < 40 else "purple"
    return name


class Band(NamedTuple):
    """A colour's place in a strip of 100 by 1."""

    hex: str
    x: float
    width: float


def bands(palette: Iterable[MainColor]) -> list[Band]:
    """The palette as one strip, each colour as wide as its share."""
    colors = list(palette)
    whole = sum(color["share"] for color in colors) or 1.0
    strip, x = [], 0.0
    for color in colors:
        width = 100 * color["share"] / whole
        strip.append(Band(color["hex"], round(x, 2), round(width, 2)))
        x += width
    return strip


@lru_cache(maxsize=8192)
def lab_of(hex_color: str) -> Lab:
    rgb = [int(hex_color[at : at + 2], 16) for at in (1, 3, 5)]
    lightness, a, b = _lab(np.array([rgb], dtype=np.float64))[0]
    return float(lightness), float(a), float(b)


def difference(one: Sequence[MainColor], other: Sequence[MainColor]) -> float:
    """How far apart two palettes look: from each colour to the nearest one of the other, by share.

    0 for the same colours; about 20 to 60 between pictures that have nothing in common.
    """
    if not one or not other:
        return 100.0
    return (_one_way(one, other) + _one_way(other, one)) / 2


def _one_way(palette: Sequence[MainColor], other: Sequence[MainColor]) -> float:
    """Six colours by six: plain floats are faster here than arrays."""
    there = [lab_of(color["hex"]) for color in other]
    apart = sum(
        color["share"] * min(math.dist(lab_of(color["hex"]), lab) for lab in there)
        for color in palette
    )
    return apart / sum(color["share"] for color in palette)


def _clusters(small: Image.Image, pixels: Floats) -> list[Cluster]:
    """K-means over the pixels, begun at the colours that median cut finds."""
    labs = _lab(pixels)
    first = np.asarray(small.quantize(COLORS, Image.Quantize.MEDIANCUT)).reshape(-1)
    nearest = first
    for _round in range(ROUNDS):
        names = np.unique(nearest)
        centres = np.array([labs[nearest == name].mean(axis=0) for name in names])
        nearest = ((labs[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
    return [
        Cluster(labs[mine].mean(axis=0), pixels[mine].mean(axis=0), float(mine.mean()))
        for mine in (nearest == name for name in np.unique(nearest))
    ]


def _merged(clusters: list[Cluster]) -> list[Cluster]:
    """Clusters that the eye takes for one colour, put together; the largest first."""
    kept: list[Cluster] = []
    for cluster in sorted(clusters, key=lambda one: -one.share):
        for at, other in enumerate(kept):
            if np.linalg.norm(cluster.lab - other.lab) < SAME_COLOR:
                share = cluster.share + other.share
                weights = [other.share / share, cluster.share / share]
                lab = weights[0] * other.lab + weights[1] * cluster.lab
                rgb = weights[0] * other.rgb + weights[1] * cluster.rgb
                kept[at] = Cluster(lab, rgb, share)
                break
        else:
            kept.append(cluster)
    return kept


def _lab(pixels: Floats) -> Floats:
    """sRGB from 0 to 255, (n, 3), as CIELAB with the white point D65 (IEC 61966-2-1, CIE 15)."""
    encoded = pixels / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    relative = linear @ _TO_XYZ.T / _WHITE
    cubic = np.where(
        relative > (6 / 29) ** 3, np.cbrt(relative), relative / (3 * (6 / 29) ** 2) + 4 / 29
    )
    x, y, z = cubic.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)
