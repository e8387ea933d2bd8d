"""Content images."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gallery.pictures import RENDITIONS
from transfers.api.serializers.fields import AddressField, file_addresses
from transfers.models import ContentImage


class ContentImageFilesSerializer(serializers.Serializer):
    original = AddressField()
    display = AddressField()
    thumbnail = AddressField()


class ContentImageSerializer(serializers.ModelSerializer):
    files = serializers.SerializerMethodField()

    class Meta:
        model = ContentImage
        fields = [
            "id",
            "title",
            "source",
            "width",
            "height",
            "bytes",
            "sha256",
            "created_at",
            "files",
        ]
        read_only_fields = fields

    @extend_schema_field(ContentImageFilesSerializer)
    def get_files(self, photo: ContentImage) -> dict[str, str | None]:
        return file_addresses("api:content-image-file", photo.pk, dict.fromkeys(RENDITIONS, True))


class ContentImageUploadSerializer(serializers.Serializer):
    image = serializers.FileField(allow_empty_file=True, help_text="JPEG, PNG, WebP, HEIC or AVIF.")
    source = serializers.ChoiceField(
        choices=ContentImage.Source.choices, default=ContentImage.Source.UPLOAD
    )
    title = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=300,
        help_text="Left out, it is the name of the file. Stored on one line, 120 characters long.",
    )
