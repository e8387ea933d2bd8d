"""Fills galleries for developers and benchmarks: many rows, few files."""

from __future__ import annotations

import random
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from PIL import Image

from accounts.models import User
from gallery import search
from gallery.artworks import frame_artwork
from gallery.models import Album, AlbumArtwork, Artwork, ArtworkStyle, Style, Tag

AT_ONCE = 1000
SEED = 7
SIDES_PX = ((256, 170), (512, 341), (512, 512), (384, 512), (1024, 576), (768, 1024), (1280, 853))
COLORS = ((178, 84, 58), (46, 96, 122), (212, 174, 98), (62, 88, 62), (138, 108, 148))
PLACES = ("harbour", "mill", "orchard", "square", "bridge", "garden", "station", "tower", "island")
TIMES = ("morning", "noon", "evening", "night", "spring", "summer", "autumn", "winter")
TAGS = ("sea", "family", "travel", "city", "walk", "portrait", "plants", "dusk", "print", "gift")
STYLE_TITLES = ("Swirls", "Tiles", "Woodblock", "Facets", "Charcoal", "Gold leaf", "Mosaic")
ALBUMS = ("Holidays", "For the wall", "Portraits")
IN_AN_ALBUM = 120


class Command(BaseCommand):
    help = (
        "For developers and benchmarks: makes owners (bench-1@example.org, …) with artworks, tags "
        "and albums, thousands in seconds. The rows share a few small files, so deleting one of "
        "these artworks for good leaves others without theirs: not for a site of real people."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--owners", type=int, default=1, help="how many owners (1)")
        parser.add_argument("--count", type=int, default=1000, help="artworks of each (1000)")
        parser.add_argument("--password", help="of the owners; without one they cannot sign in")

    def handle(self, *args: Any, **options: Any) -> None:
        owners, count = options["owners"], options["count"]
        if owners < 1 or count < 1:
            raise CommandError("Give --owners and --count whole numbers of 1 or more.")
        chance = random.Random(SEED)
        styles = [_style(title) for title in STYLE_TITLES]
        colors = COLORS * len(SIDES_PX)
        patterns = [_pattern(size, color) for size, color in zip(SIDES_PX, colors, strict=False)]
        for number in range(1, owners + 1):
            owner = _owner(f"bench-{number}@example.org", options["password"])
            _fill(owner, count, patterns, styles, chance)
        if options["verbosity"]:
            self.stdout.write(f"{owners * count} artworks of {owners} owners.")


def _owner(email: str, password: str | None) -> User:
    found = User.objects.filter(email=email).first()
    return found or User.objects.create_user(email, password)


def _style(title: str) -> Style:
    found = Style.objects.filter(owner=None, title=title, slug__startswith="bench-").first()
    if found is None:
        found = Style(title=title, slug=f"bench-{title.lower().replace(' ', '-')}", artist="Nobody")
        found.set_picture(Image.new("RGB", (96, 96), COLORS[len(title) % len(COLORS)]))
        found.save()
    return found


def _fill(
    owner: User, count: int, patterns: list[Artwork], styles: list[Style], chance: random.Random
) -> None:
    tags = [Tag.objects.get_or_create(owner=owner, name=name)[0] for name in TAGS]
    with transaction.atomic():
        albums = Album.objects.bulk_create(Album(owner=owner, title=title) for title in ALBUMS)
        for start in range(0, count, AT_ONCE):
            size = min(AT_ONCE, count - start)
            numbers = range(start, start + size)
            works = [_artwork(owner, patterns, styles, tags, number, chance) for number in numbers]
            _write(works, start, albums)


def _pattern(size: tuple[int, int], color: tuple[int, int, int]) -> Artwork:
    """An artwork whose files all others of its size have too."""
    picture = Image.new("RGB", size, color)
    picture.paste(tuple(channel // 2 for channel in color), (0, 0, size[0] // 3, size[1]))
    return frame_artwork(owner=User(), image=picture, before=picture, title="Pattern", recipe={})


def _artwork(
    owner: User,
    patterns: list[Artwork],
    styles: list[Style],
    tags: list[Tag],
    number: int,
    chance: random.Random,
) -> tuple[Artwork, Style, list[Tag]]:
    pattern, style = chance.choice(patterns), chance.choice(styles)
    place, when = chance.choice(PLACES), chance.choice(TIMES)
    title = f"{place.title()} in the {when}, no. {number}"
    own_tags = chance.sample(tags, chance.choice((0, 0, 1, 2)))
    artwork = Artwork(
        id=uuid4(),
        owner=owner,
        title=title,
        recipe=_recipe(place, style, number),
        content_sha256=f"{number % 500:064x}",
        from_camera=chance.random() < 0.2,
        notes="Painted for the hall." if chance.random() < 0.1 else "",
        rating=chance.choice((0, 0, 0, 0, 2, 3, 4, 5)),
        is_favourite=chance.random() < 0.1,
        created_at=timezone.now() - timedelta(minutes=37 * number),
        **{name: getattr(pattern, name) for name in SHARED},
    )
    artwork.search_text = search.search_text(artwork, [tag.name for tag in own_tags])
    return artwork, style, own_tags


SHARED = (
    *("original", "display", "thumbnail", "before"),
    *("width", "height", "sha256", "pixels_sha256", "bytes", "beside_bytes"),
)


def _recipe(photo: str, style: Style, number: int) -> dict[str, Any]:
    """As long as a real one."""
    return {
        "version": 1,
        "params": {"version": 1, "size_px": 512, "style_strength": 90.0, "style_scale": 1.0}
        | {f"setting_{letter}": 1.0 for letter in "abcdefghijklmnop"},
        "styles": [
            {
                "title": style.title,
                "artist": style.artist,
                "sha256": style.sha256,
                "style_id": str(style.pk),
                "weight": 1.0,
            }
        ],
        "content": {"title": photo, "sha256": f"{number % 500:064x}", "source": "upload"},
        "seed": number,
        "versions": {"engine": "1", "torch": "2.14.1", "weights": "0" * 64},
        "steps": 140,
        "seconds": 41.3,
    }


def _write(works: list[tuple[Artwork, Style, list[Tag]]], start: int, albums: list[Album]) -> None:
    Artwork.objects.bulk_create([artwork for artwork, _style, _tags in works])
    ArtworkStyle.objects.bulk_create(
        ArtworkStyle(artwork=artwork, style=style) for artwork, style, _tags in works
    )
    painted = Counter(style.pk for _artwork, style, _tags in works)
    for pk, times in painted.items():
        Style.objects.filter(pk=pk).update(times_used=F("times_used") + times)
    through = Artwork.tags.through
    through.objects.bulk_create(
        through(artwork_id=artwork.pk, tag_id=tag.pk)
        for artwork, _style, tags in works
        for tag in tags
    )
    AlbumArtwork.objects.bulk_create(_places([work[0] for work in works], start, albums))


def _places(works: list[Artwork], start: int, albums: list[Album]) -> Iterator[AlbumArtwork]:
    """The first ones of each owner, spread over the albums."""
    for number, artwork in enumerate(works, start):
        if number < IN_AN_ALBUM * len(albums):
            album = albums[number % len(albums)]
            yield AlbumArtwork(album=album, artwork=artwork, position=number // len(albums))
