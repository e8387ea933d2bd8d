"""Masks."""

from __future__ import annotations

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gallery.models import Mask
from transfers.api.serializers.fields import AddressField


class MaskSerializer(serializers.ModelSerializer):
    file = serializers.SerializerMethodField()

    class Meta:
        model = Mask
        fields = ["id", "width", "height", "bytes", "sha256", "share", "created_at", "file"]
        read_only_fields = fields

    @extend_schema_field(AddressField)
    def get_file(self, mask: Mask) -> str:
        return reverse("api:mask-file", args=[mask.pk])


class MaskUploadSerializer(serializers.Serializer):
    image = serializers.FileField(
        allow_empty_file=True,
        help_text="A picture in the photo’s proportions, white where the style paints (or the "
        "photo stays), black elsewhere. It is kept in grey, its longer side at most 1024 pixels.",
    )
