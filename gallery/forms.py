"""Forms of the gallery, and the field through which pictures come in.

What a picture must be is decided in ``engine.images``; the field only passes its sentence on.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any, BinaryIO, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine.errors import ImageError
from engine.images import Limits, read_image
from gallery.models import Artwork, Style

ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,image/heif,image/avif"
MAX_TAGS = 12


def upload_limits() -> Limits:
    return Limits(max_bytes=settings.UPLOAD_MAX_BYTES, max_pixels=settings.UPLOAD_MAX_PIXELS)


class PictureField(forms.FileField):
    """An uploaded picture; cleans to a PIL image, upright, in sRGB and without metadata."""

    widget = forms.FileInput(attrs={"accept": ACCEPTED})

    def __init__(self, **options: Any) -> None:
        # An empty file is for the engine to refuse, like every other bad one.
        super().__init__(allow_empty_file=True, **options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if not isinstance(upload, UploadedFile):
            return None
        try:
            return read_image(cast(BinaryIO, upload), upload_limits())
        except ImageError as error:
            raise ValidationError(error.sentence, code=error.reason) from error


class TagsField(forms.CharField):
    """Tags, typed with commas between them; cleans to a list without doubles."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        words = [" ".join(word.split()).lower() for word in super().clean(value).split(",")]
        tags = list(dict.fromkeys(word for word in words if word))
        if len(tags) > MAX_TAGS:
            raise ValidationError(
                gettext("Please keep to %(count)d tags or fewer.") % {"count": MAX_TAGS}
            )
        return tags

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class StyleForm(forms.ModelForm):  # type: ignore[type-arg]
    """What someone may say about a style of their own."""

    tags = TagsField(
        label=_("Tags"), required=False, max_length=300, help_text=_("Separate them with commas.")
    )

    class Meta:
        model = Style
        fields = ["title", "artist", "year", "licence", "tags"]
        labels = {
            "title": _("Title"),
            "artist": _("Artist"),
            "year": _("Year"),
            "licence": _("Licence"),
        }


class NewStyleForm(StyleForm):
    """The same, with the picture itself. Without a title, the file's name is the title."""

    image = PictureField(
        label=_("Picture"),
        help_text=_("A painting, a pattern, a texture. JPEG, PNG, WebP, HEIC or AVIF."),
    )

    field_order = ["image", "title", "artist", "year", "licence", "tags"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["title"].help_text = _("Left empty, it takes the name of the file.")

    def clean_title(self) -> str:
        upload = self.files.get("image")
        return self.cleaned_data["title"] or title_from_file_name(upload.name if upload else "")


class ArtworkTitleForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Artwork
        fields = ["title"]
        labels = {"title": _("Title")}


def title_from_file_name(name: str | None) -> str:
    """A file's name as a title: without folder, extension, underscores and control characters."""
    stem = PurePath((name or "").replace("\\", "/")).stem
    words = re.sub(r"[\x00-\x1f\x7f_]+", " ", stem).split()
    limit = Style._meta.get_field("title").max_length
    return " ".join(words)[:limit].strip() or gettext("Untitled")
