"""Albums: pictures in an order of one's own."""

from __future__ import annotations

from rest_framework import serializers

from gallery.models import Album
from transfers.api.serializers.fields import CountedListField, IdField, TextField

MOST_AT_ONCE = 500
"""Pictures of one request."""


class AlbumSerializer(serializers.ModelSerializer):
    count = serializers.IntegerField(read_only=True, help_text="Pictures that it shows.")
    cover = serializers.UUIDField(
        source="cover_shown_id",
        read_only=True,
        allow_null=True,
        help_text="The picture that stands for it: the chosen one, or the first.",
    )

    class Meta:
        model = Album
        fields = ["id", "title", "description", "count", "cover", "created_at", "changed_at"]
        read_only_fields = fields


class AlbumChangeSerializer(serializers.Serializer):
    title = TextField(max_length=120, required=False)
    description = TextField(max_length=2000, required=False, allow_blank=True)
    cover = IdField(required=False, help_text="A picture of the album.")


class NewAlbumSerializer(serializers.Serializer):
    title = TextField(max_length=120)
    description = TextField(max_length=2000, required=False, allow_blank=True, default="")
    artworks = CountedListField(
        child=IdField(), max_length=MOST_AT_ONCE, required=False, help_text="In this order."
    )


class AlbumArtworksSerializer(serializers.Serializer):
    artworks = CountedListField(child=IdField(), min_length=1, max_length=MOST_AT_ONCE)


class ChangedSerializer(serializers.Serializer):
    count = serializers.IntegerField(help_text="How many pictures were changed by it.")


class AlbumOrderSerializer(serializers.Serializer):
    artworks = serializers.ListField(child=serializers.UUIDField())
