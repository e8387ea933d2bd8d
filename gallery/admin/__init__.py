"""Curating the presets. Personal styles and artworks are private and so are not listed here.

An offered style is its owner's own choice to show it, and all that admins see of a library.
"""

from gallery.admin import collections, offers, presets

__all__ = ["collections", "offers", "presets"]
