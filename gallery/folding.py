"""Text as searches compare it, the same in every database."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """``text`` without case, accents and needless space: "Éclat  d’Été" becomes "eclat d’ete"."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.casefold().split())
