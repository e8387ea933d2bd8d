"""Styles: presets and one's own."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gallery.forms import MAX_TAGS, title_from_file_name
from gallery.models import Style
from transfers.api.serializers.fields import AddressField, TextField, file_addresses

MAX_TAGS_LENGTH = 300
"""Of all tags together, as the site's form for them holds."""


class StyleFilesSerializer(serializers.Serializer):
    original = AddressField()
    display = AddressField()
    thumbnail = AddressField()
    example = AddressField(allow_null=True)
    example_photo = AddressField(allow_null=True)


class StyleSerializer(serializers.ModelSerializer):
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)
    params = serializers.DictField(
        read_only=True, help_text="Recommended settings; see the transfer’s `params`."
    )
    is_preset = serializers.BooleanField(read_only=True)
    files = serializers.SerializerMethodField()

    class Meta:
        model = Style
        fields = [
            "id",
            "title",
            "description",
            "artist",
            "year",
            "licence",
            "source",
            "tags",
            "params",
            "is_preset",
            "width",
            "height",
            "bytes",
            "sha256",
            "created_at",
            "trashed_at",
            "files",
        ]
        read_only_fields = fields

    @extend_schema_field(StyleFilesSerializer)
    def get_files(self, style: Style) -> dict[str, str | None]:
        names = {
            "original": True,
            "display": True,
            "thumbnail": True,
            "example": bool(style.example),
            "example-photo": bool(style.example_photo),
        }
        return file_addresses("api:style-file", style.pk, names)


class StyleChangeSerializer(serializers.Serializer):
    """What one may say about a style of one's own."""

    title = TextField(max_length=120, required=False)
    artist = TextField(max_length=120, required=False, allow_blank=True)
    year = TextField(max_length=40, required=False, allow_blank=True)
    licence = TextField(max_length=120, required=False, allow_blank=True)
    tags = serializers.ListField(
        child=TextField(max_length=60, validators=[RegexValidator(r"^[^,]+$")]),
        max_length=MAX_TAGS,
        required=False,
        help_text="Without commas; stored in small letters, each once.",
    )

    def validate_tags(self, tags: list[str]) -> list[str]:
        plain = list(dict.fromkeys(" ".join(tag.split()).lower() for tag in tags))
        if len(", ".join(plain)) > MAX_TAGS_LENGTH:
            raise serializers.ValidationError(
                _("All tags together may have %(count)d characters.") % {"count": MAX_TAGS_LENGTH}
            )
        return plain


class StyleUploadSerializer(StyleChangeSerializer):
    """The same, with the picture. Without a title, the file's name is the title."""

    image = serializers.FileField(allow_empty_file=True, help_text="JPEG, PNG, WebP, HEIC or AVIF.")
    title = TextField(max_length=120, required=False, allow_blank=True)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if not values.get("title"):
            values["title"] = title_from_file_name(values["image"].name)
        return values
