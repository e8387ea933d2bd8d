"""Who refers to a mask: it stays as long as anybody does."""

from __future__ import annotations

from gallery.models.masks import MaskQuerySet


def unused(masks: MaskQuerySet) -> MaskQuerySet:
    """Those of ``masks`` that no transfer, picture or recipe that somebody brought refers to."""
    return masks.filter(style_shares=None, protecting=None, artworks=None, brought_recipes=None)
