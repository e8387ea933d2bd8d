"""Finding pictures by words in title, style, tags and notes, in any database.

Each artwork keeps all its words in one column, folded: without case and accents. A search is for
rows of one owner, so looking through them needs no index of words.
"""

from __future__ import annotations

from gallery.folding import fold
from gallery.models import Artwork, ArtworkQuerySet

MOST_WORDS = 8


def search_text(artwork: Artwork, tags: list[str]) -> str:
    """All that a search for ``artwork`` looks through; ``tags`` are the names of its tags."""
    styles = artwork.recipe.get("styles") or []
    named = [style.get(key) or "" for style in styles for key in ("title", "artist")]
    photo = (artwork.recipe.get("content") or {}).get("title") or ""
    return fold("\n".join([artwork.title, artwork.notes, *named, photo, *tags]))


def matching(artworks: ArtworkQuerySet, query: str) -> ArtworkQuerySet:
    """Those in which every word of ``query`` occurs, as a part of a word or a whole one."""
    for word in fold(query).split()[:MOST_WORDS]:
        artworks = artworks.filter(search_text__contains=word)
    return artworks


def index(artwork: Artwork) -> None:
    """Bring the row's words up to date after title, notes or tags have changed."""
    tags = list(artwork.tags.values_list("name", flat=True))
    artwork.search_text = search_text(artwork, tags)
    Artwork.objects.filter(pk=artwork.pk).update(search_text=artwork.search_text)
