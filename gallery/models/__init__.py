"""The tables of the gallery, one module a kind of thing."""

from gallery.models.albums import Album, AlbumArtwork, AlbumQuerySet
from gallery.models.artworks import (
    LEAVING,
    MOST_STARS,
    Artwork,
    ArtworkQuerySet,
    ArtworkStyle,
    Tag,
)
from gallery.models.imports import StyleImport
from gallery.models.leftovers import Leftover
from gallery.models.masks import Mask, MaskQuerySet
from gallery.models.sharing import Profile, Report, ShareLink, ShareLinkQuerySet
from gallery.models.styles import Collection, Style, StyleOffer, StyleQuerySet
from gallery.models.time_lapses import TimeLapse

__all__ = [
    "LEAVING",
    "MOST_STARS",
    "Album",
    "AlbumArtwork",
    "AlbumQuerySet",
    "Artwork",
    "ArtworkQuerySet",
    "ArtworkStyle",
    "Collection",
    "Leftover",
    "Mask",
    "MaskQuerySet",
    "Profile",
    "Report",
    "ShareLink",
    "ShareLinkQuerySet",
    "Style",
    "StyleImport",
    "StyleOffer",
    "StyleQuerySet",
    "Tag",
    "TimeLapse",
]
