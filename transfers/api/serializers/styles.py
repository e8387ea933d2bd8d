"""Styles: presets and one's own."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gallery import look_alikes
from gallery.forms import MAX_TAGS, title_from_file_name
from gallery.models import Collection, Style, StyleOffer
from transfers.api.serializers.fields import (
    AddressField,
    CountedListField,
    ExactFloatField,
    TextField,
    file_addresses,
)

MAX_TAGS_LENGTH = 300
"""Of all tags together, as the site's form for them holds."""


class StyleFilesSerializer(serializers.Serializer):
    original = AddressField()
    display = AddressField()
    thumbnail = AddressField()
    example = AddressField(allow_null=True)
    example_photo = AddressField(allow_null=True)


class MainColorSerializer(serializers.Serializer):
    hex = serializers.CharField(help_text="Such as `#5e8a56`.")
    share = serializers.FloatField(help_text="Of the picture’s area, 0 to 1.")


class CropSerializer(serializers.Serializer):
    """A part of a picture, as fractions of its sides."""

    left = ExactFloatField(min_value=0, max_value=1)
    top = ExactFloatField(min_value=0, max_value=1)
    width = ExactFloatField(min_value=0, max_value=1)
    height = ExactFloatField(min_value=0, max_value=1)


class StyleSerializer(serializers.ModelSerializer):
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)
    params = serializers.DictField(
        read_only=True, help_text="Recommended settings; see the transfer’s `params`."
    )
    is_preset = serializers.BooleanField(read_only=True)
    palette = MainColorSerializer(many=True, read_only=True, help_text="The largest first.")
    color_groups = serializers.SerializerMethodField(help_text="What `color` finds it under.")
    collections = serializers.SerializerMethodField(help_text="The `slug` of each.")
    crop = CropSerializer(
        source="kept_part", allow_null=True, read_only=True, help_text="Null: all of the picture."
    )
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
            "palette",
            "color_groups",
            "collections",
            "times_used",
            "crop",
            "width",
            "height",
            "bytes",
            "sha256",
            "created_at",
            "trashed_at",
            "files",
        ]
        read_only_fields = fields

    def get_color_groups(self, style: Style) -> list[str]:
        return style.color_groups.split()

    def get_collections(self, style: Style) -> list[str]:
        return [collection.slug for collection in style.collections.all()]

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


class LookAlikeSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    is_preset = serializers.BooleanField()
    is_same = serializers.BooleanField(help_text="The very same picture.")
    distance = serializers.IntegerField(help_text="Of 64 bits, how many differ; at most 10.")
    sentence = serializers.CharField()


class AddedStyleSerializer(StyleSerializer):
    """A style that was just added or given another picture, with those that it looks like."""

    look_alikes = serializers.SerializerMethodField(
        help_text="Presets and styles of yours that look like it: nothing keeps you from both."
    )

    class Meta(StyleSerializer.Meta):
        fields = [*StyleSerializer.Meta.fields, "look_alikes"]
        read_only_fields = fields

    @extend_schema_field(LookAlikeSerializer(many=True))
    def get_look_alikes(self, style: Style) -> list[dict[str, object]]:
        owner = style.owner
        usable = Style.objects.usable_by(owner) if owner else Style.objects.presets()
        return [
            {
                "id": str(other.pk),
                "title": other.title,
                "is_preset": other.is_preset,
                "is_same": other.sha256 == style.sha256,
                "distance": bits,
                "sentence": look_alikes.sentence(style, other),
            }
            for other, bits in look_alikes.earlier_than([style], usable)[style.pk]
        ]


class CollectionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Collection
        fields = ["slug", "title", "description"]


class StylePictureSerializer(serializers.Serializer):
    image = serializers.FileField(allow_empty_file=True, help_text="JPEG, PNG, WebP, HEIC or AVIF.")


class StyleOfferSerializer(serializers.ModelSerializer):
    """A style of yours, offered to everybody."""

    preset = serializers.UUIDField(
        source="preset_id", allow_null=True, read_only=True, help_text="What was made of it."
    )

    class Meta:
        model = StyleOffer
        fields = ["credit", "licence", "message", "state", "offered_at", "decided_at", "preset"]
        read_only_fields = fields


class NewStyleOfferSerializer(serializers.Serializer):
    credit = TextField(max_length=120, required=False, allow_blank=True)
    licence = TextField(max_length=120)
    message = TextField(max_length=1000, required=False, allow_blank=True)
    consent = serializers.ChoiceField(
        choices=[True],
        help_text="That you may give it away under that licence, and that it hangs for everybody.",
    )


class StyleChangeSerializer(serializers.Serializer):
    """What one may say about a style of one's own."""

    title = TextField(max_length=120, required=False)
    artist = TextField(max_length=120, required=False, allow_blank=True)
    year = TextField(max_length=40, required=False, allow_blank=True)
    licence = TextField(max_length=120, required=False, allow_blank=True)
    tags = CountedListField(
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
