"""Artworks: finished pictures."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gallery import tags
from gallery.models import Artwork
from gallery.models.artworks import MOST_STARS
from transfers.api.serializers.fields import (
    AddressField,
    CountedListField,
    ExactBooleanField,
    ExactIntegerField,
    TextField,
    file_addresses,
)


class ArtworkFilesSerializer(serializers.Serializer):
    original = AddressField()
    display = AddressField()
    thumbnail = AddressField()
    before = AddressField(
        allow_null=True, help_text="The photo it was painted from; null where that was deleted."
    )
    png = AddressField(help_text="To download, every pixel as painted.")
    jpg = AddressField(help_text="To download, smaller.")
    webp = AddressField(help_text="To download, smaller still.")
    recipe = AddressField(help_text="The recipe as a file of its own.")


class ArtworkSerializer(serializers.ModelSerializer):
    recipe = serializers.DictField(
        read_only=True, help_text="Settings, styles, hashes of the inputs, seed, steps, seconds."
    )
    transfer = serializers.UUIDField(
        source="transfer.pk", allow_null=True, read_only=True, help_text="What painted it."
    )
    tags = serializers.SerializerMethodField()
    repeats = serializers.SerializerMethodField(
        help_text="The recipe that somebody brought and that was painted again here."
    )
    files = serializers.SerializerMethodField()

    class Meta:
        model = Artwork
        fields = [
            "id",
            "title",
            "width",
            "height",
            "bytes",
            "sha256",
            "pixels_sha256",
            "content_sha256",
            "notes",
            "rating",
            "is_favourite",
            "tags",
            "recipe",
            "repeats",
            "transfer",
            "created_at",
            "trashed_at",
            "files",
        ]
        read_only_fields = fields

    @extend_schema_field(ArtworkFilesSerializer)
    def get_files(self, artwork: Artwork) -> dict[str, str | None]:
        names = dict.fromkeys(("original", "display", "thumbnail"), True)
        names["before"] = bool(artwork.before)
        return (
            file_addresses("api:artwork-file", artwork.pk, names)
            | {
                kind: reverse("api:artwork-download", args=[artwork.pk, kind])
                for kind in ("png", "jpg", "webp")
            }
            | {"recipe": reverse("api:artwork-recipe", args=[artwork.pk])}
        )

    def get_tags(self, artwork: Artwork) -> list[str]:
        return [tag.name for tag in artwork.tags.all()]

    def get_repeats(self, artwork: Artwork) -> UUID | None:
        repeats: UUID | None = artwork.recipe.get("repeats")
        return repeats


class TagField(TextField):
    """One tag; kept in lower case, without commas."""

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if "," in name:
            raise serializers.ValidationError(_("A tag has no commas."))
        return name


class ArtworkChangeSerializer(serializers.Serializer):
    title = TextField(max_length=120, required=False)
    notes = TextField(
        max_length=4000, required=False, allow_blank=True, help_text="Line by line as you like."
    )
    rating = ExactIntegerField(
        min_value=0, max_value=MOST_STARS, required=False, help_text="Stars; 0 takes them away."
    )
    is_favourite = ExactBooleanField(required=False)
    tags = CountedListField(
        child=TagField(max_length=tags.TAG_LENGTH),
        max_length=tags.MOST_TAGS,
        required=False,
        help_text="All of them: those that are not named here are taken off.",
    )


class DifferenceSerializer(serializers.Serializer):
    mean_difference = serializers.FloatField(
        source="mean",
        allow_null=True,
        help_text="Of all samples, from 0 to 255; null for pictures of other proportions, and for "
        "two that are not identical where one has more than 2.5 million pixels.",
    )
    is_identical = serializers.BooleanField(help_text="Every pixel is the same.")
