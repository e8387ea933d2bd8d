"""What the pages for naming and for changing styles send."""

from __future__ import annotations

from typing import Any

from gallery.models import Style


def words(**changes: str) -> dict[str, str]:
    said = {"title": "Tiles", "artist": "", "year": "", "licence": "", "tags": ""}
    crop = {"crop_left": "0", "crop_top": "0", "crop_width": "100", "crop_height": "100"}
    return {**said, **crop, **changes}


def naming(said: dict[Style, dict[str, str]], **more: str) -> dict[str, Any]:
    """What the page for naming sends."""
    sent: dict[str, Any] = {"style": [str(style.pk) for style in said], **more}
    for style, fields in said.items():
        sent |= {f"{style.pk}-{name}": value for name, value in words(**fields).items()}
    return sent
