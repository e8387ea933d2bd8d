"""Where the admin has presets, and what its form of one takes."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from gallery.models import Style

LIST = "/admin/gallery/style/"


def change_page(style: Style) -> str:
    return reverse("admin:gallery_style_change", args=[style.pk])


def fields(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"title": "Swirls", "params": "{}", "state": "published"}
    credit = {"artist": "Ada", "licence": "CC0-1.0"}
    return {**given, **credit, "position": "0", **changes}
