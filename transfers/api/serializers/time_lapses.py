"""Time-lapses: the frames of how a picture came to be."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gallery.models import TimeLapse
from transfers.api.serializers.fields import AddressField


class FramePlaceSerializer(serializers.Serializer):
    step = serializers.IntegerField(
        help_text="Of the whole painting, with those of the pictures that it goes on from."
    )
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    start = serializers.IntegerField(help_text="Where it lies in `file`, in bytes.")
    length = serializers.IntegerField()
    address = AddressField(help_text="The frame alone, as WebP.")


class TimeLapseSerializer(serializers.Serializer):
    width = serializers.IntegerField(help_text="At which all frames are shown.")
    height = serializers.IntegerField()
    steps = serializers.IntegerField()
    bytes = serializers.IntegerField()
    file = serializers.SerializerMethodField(help_text="All frames: a zip without compression.")
    frames = serializers.SerializerMethodField()

    @extend_schema_field(AddressField)
    def get_file(self, time_lapse: TimeLapse) -> str:
        return reverse("api:time-lapse-file", args=[time_lapse.pk])

    @extend_schema_field(FramePlaceSerializer(many=True))
    def get_frames(self, time_lapse: TimeLapse) -> list[dict[str, Any]]:
        return [
            {
                **asdict(place),
                "address": reverse("api:time-lapse-frame", args=[time_lapse.pk, place.step]),
            }
            for place in time_lapse.frames
        ]
