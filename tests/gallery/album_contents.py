"""What is in an album."""

from __future__ import annotations

from gallery import albums
from gallery.models import Album, Artwork


def titles(album: Album) -> list[str]:
    return list(albums.shown_artworks(album).values_list("title", flat=True))


def picture(album: Album, title: str) -> Artwork:
    return album.artworks.get(title=title)
