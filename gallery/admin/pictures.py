"""Pictures within the admin: a file of a style as an image, and choices with thumbnails."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from gallery.models import Style

THUMBNAIL_SIDE_PX = 96
PREVIEW_SIDE_PX = 420


def image(
    style: Style, rendition: str, side_px: int, ratio: float, alt: str | None = None
) -> SafeString:
    """An image whose longer side is ``side_px``, with its place kept while it loads."""
    width, height = (side_px, side_px / ratio) if ratio > 1 else (side_px * ratio, side_px)
    return format_html(
        '<img src="{}" alt="{}" width="{}" height="{}" loading="lazy">',
        address(style, rendition),
        style.title if alt is None else alt,
        round(width),
        round(height),
    )


def address(style: Style, rendition: str) -> str:
    """Where a file of ``style`` is, changing with the file itself."""
    version = style.version
    if rendition.startswith("example"):
        name = str(getattr(style, rendition.replace("-", "_")).name)
        version = name.rpartition("-")[2].partition(".")[0]
    return reverse("gallery:style-file", args=[style.pk, rendition]) + f"?v={version}"


def thumbnail(style: Style, side_px: int = THUMBNAIL_SIDE_PX) -> SafeString:
    return image(style, "thumbnail", side_px, style.width / style.height)


def example(style: Style, side_px: int, rendition: str = "example") -> SafeString:
    """The example, or nothing where there is none."""
    if not style.example_size:
        return SafeString("")
    width, height = style.example_size
    alt = style.example_alt if rendition == "example" else gettext("The photo it was painted from")
    return image(style, rendition, side_px, width / height, alt)


class StyleChoices(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Styles to tick, each by its thumbnail and its title; reached and ticked by keyboard."""

    widget = forms.CheckboxSelectMultiple(attrs={"class": "style-choices"})

    def label_from_instance(self, obj: Any) -> SafeString:
        hidden = "" if obj.state == Style.State.PUBLISHED else gettext("hidden")
        return format_html(
            '{} <span>{} <span class="quiet">{}</span></span>',
            image(obj, "thumbnail", 64, obj.width / obj.height, ""),
            obj.title,
            hidden,
        )
