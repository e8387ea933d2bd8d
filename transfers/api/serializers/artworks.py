"""Artworks: finished pictures."""

from __future__ import annotations

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gallery.models import Artwork
from transfers.api.serializers.fields import AddressField, TextField, file_addresses


class ArtworkFilesSerializer(serializers.Serializer):
    original = AddressField()
    display = AddressField()
    thumbnail = AddressField()
    before = AddressField(help_text="The photo it was painted from.")
    png = AddressField(help_text="To download, every pixel as painted.")
    jpg = AddressField(help_text="To download, smaller.")


class ArtworkSerializer(serializers.ModelSerializer):
    recipe = serializers.DictField(
        read_only=True, help_text="Settings, styles, hashes of the inputs, seed, steps, seconds."
    )
    transfer = serializers.UUIDField(
        source="transfer.pk", allow_null=True, read_only=True, help_text="What painted it."
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
            "recipe",
            "transfer",
            "created_at",
            "trashed_at",
            "files",
        ]
        read_only_fields = fields

    @extend_schema_field(ArtworkFilesSerializer)
    def get_files(self, artwork: Artwork) -> dict[str, str | None]:
        names = dict.fromkeys(("original", "display", "thumbnail", "before"), True)
        return file_addresses("api:artwork-file", artwork.pk, names) | {
            kind: reverse("api:artwork-download", args=[artwork.pk, kind])
            for kind in ("png", "jpg")
        }


class ArtworkChangeSerializer(serializers.Serializer):
    title = TextField(max_length=120, required=False)
