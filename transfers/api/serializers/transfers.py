"""Transfers: what is asked for, and how far each is."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from engine.params import QUALITIES, RANGES
from gallery.models import Artwork
from transfers.api.schema import params_schema
from transfers.api.serializers.fields import (
    AddressField,
    CountedListField,
    ExactFloatField,
    ExactIntegerField,
    IdField,
    NumberField,
    ParamsField,
)
from transfers.models import Transfer
from transfers.queue.own_order import Whither
from transfers.status import Status

MAX_STYLES = 8
"""Of one picture; every style more makes each less to be seen."""

MAX_BATCH = 100
"""Transfers of one request: it is one transaction, which others wait for."""


@extend_schema_field(params_schema())
class TransferParamsField(ParamsField):
    pass


class StyleShareSerializer(serializers.Serializer):
    style = IdField()
    weight = ExactFloatField(min_value=0.01, max_value=100, default=1.0)
    mask = IdField(
        required=False,
        allow_null=True,
        help_text="Where it paints; without one, wherever the others leave room.",
    )


class SettingsSerializer(serializers.Serializer):
    """How to paint, shared by one order and by many."""

    quality = serializers.ChoiceField(
        choices=list(QUALITIES),
        required=False,
        help_text="Size of the picture: draft 256, standard 512, fine 1024 pixels on its longer "
        "side. Not together with `params.size_px`.",
    )
    params = TransferParamsField(required=False)
    time_lapse = serializers.BooleanField(
        default=True, help_text="Keep frames of how the picture comes to be, if the site does."
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if "quality" in values and "size_px" in values.get("params", {}):
            raise serializers.ValidationError(
                {"quality": "Give either quality or params.size_px, not both."}
            )
        return values


class NewTransferSerializer(SettingsSerializer):
    content_image = IdField()
    styles = CountedListField(child=StyleShareSerializer(), min_length=1, max_length=MAX_STYLES)
    protect = IdField(
        required=False,
        allow_null=True,
        help_text="A mask: where it is white the photo stays, whatever the other masks say.",
    )


class NewBatchSerializer(SettingsSerializer):
    """Every photo in every style, each a picture of its own."""

    content_images = CountedListField(child=IdField(), min_length=1, max_length=MAX_BATCH)
    styles = CountedListField(child=IdField(), min_length=1, max_length=MAX_BATCH)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if len(set(values["content_images"])) * len(set(values["styles"])) > MAX_BATCH:
            raise serializers.ValidationError(
                {"content_images": f"Photos times styles may be {MAX_BATCH} at most."}
            )
        return super().validate(values)


class MoveSerializer(serializers.Serializer):
    whither = serializers.ChoiceField(choices=[whither.value for whither in Whither])


class ContinueSerializer(serializers.Serializer):
    size_px = ExactIntegerField(
        min_value=int(RANGES["size_px"][0]),
        max_value=int(RANGES["size_px"][1]),
        help_text="Longer side of the new picture: at least that of the old one.",
    )


class UpToSerializer(serializers.Serializer):
    step = ExactIntegerField(
        min_value=1, max_value=10**6, help_text="Of this transfer, the last one to be painted."
    )


class TransferStyleSerializer(serializers.Serializer):
    style = serializers.UUIDField(source="style_id")
    title = serializers.CharField(source="style.title")
    weight = serializers.FloatField()
    mask = serializers.UUIDField(source="mask_id", allow_null=True)


class TransferFilesSerializer(serializers.Serializer):
    preview = AddressField(allow_null=True)
    png = AddressField(allow_null=True)
    jpg = AddressField(allow_null=True)


class TransferSerializer(serializers.Serializer):
    """A `transfers.status.Status`: the row, its turn in the queue, and both in words."""

    id = serializers.UUIDField(source="transfer.pk")
    state = serializers.ChoiceField(choices=Transfer.State.choices)
    activity = serializers.ChoiceField(
        source="transfer.activity", choices=Transfer.Activity.choices
    )
    doing = serializers.CharField(help_text="What is happening now, in a few words.")
    purpose = serializers.ChoiceField(
        source="transfer.purpose",
        choices=Transfer.Purpose.choices,
        help_text="A `picture`, or a small one to choose settings by, which hangs in no gallery.",
    )
    content_image = serializers.UUIDField(source="transfer.content_image_id")
    styles = TransferStyleSerializer(source="transfer.style_shares.all", many=True)
    protect = serializers.UUIDField(
        source="transfer.protect_id", allow_null=True, help_text="The mask where the photo stays."
    )
    params = serializers.DictField(source="transfer.params", help_text="All settings.")
    continues = serializers.UUIDField(
        source="transfer.continues_id", allow_null=True, help_text="The artwork it goes on from."
    )
    retry_of = serializers.UUIDField(source="transfer.retry_of_id", allow_null=True)
    step = serializers.IntegerField(source="transfer.step")
    total_steps = serializers.IntegerField(source="transfer.total_steps")
    level = serializers.IntegerField(source="transfer.level")
    levels = serializers.IntegerField(source="transfer.levels")
    percent = serializers.IntegerField()
    content_loss = NumberField(source="transfer.content_loss", allow_null=True)
    style_loss = NumberField(source="transfer.style_loss", allow_null=True)
    place = serializers.IntegerField(
        allow_null=True, help_text="In the queue, 1 being next; null once a worker has it."
    )
    starts_in_s = NumberField(source="turn.starts_in_s", allow_null=True)
    ready_in_s = NumberField(source="turn.ready_in_s", allow_null=True)
    seconds_left = NumberField(allow_null=True, help_text="Of one that is being painted.")
    can_be_kept = serializers.BooleanField()
    keep_requested = serializers.BooleanField(source="transfer.keep_requested")
    error = serializers.CharField(source="transfer.error", allow_blank=True)
    error_reference = serializers.CharField(source="transfer.error_reference", allow_blank=True)
    created_at = serializers.DateTimeField(source="transfer.created_at")
    started_at = serializers.DateTimeField(source="transfer.started_at", allow_null=True)
    finished_at = serializers.DateTimeField(source="transfer.finished_at", allow_null=True)
    painting_s = serializers.FloatField(source="transfer.painting_s")
    artwork = serializers.UUIDField(
        source="artwork.pk", allow_null=True, help_text="The result, unless it is in the trash."
    )
    files = serializers.SerializerMethodField()

    @extend_schema_field(TransferFilesSerializer)
    def get_files(self, shown: Status) -> dict[str, str | None]:
        row = shown.transfer
        preview = f"{reverse('api:transfer-preview', args=[row.pk])}?v={row.preview_step}"
        return {
            "preview": preview if row.preview else None,
            **{kind: _result(row, shown.artwork, kind) for kind in ("png", "jpg")},
        }


class LossesSerializer(serializers.Serializer):
    """Lists of equal length: a point of the curve is what stands in one place of each."""

    step = serializers.ListField(child=serializers.IntegerField())
    level = serializers.ListField(
        child=serializers.IntegerField(), help_text="The size it was painted at, 1 the smallest."
    )
    content = serializers.ListField(child=serializers.FloatField())
    style = serializers.ListField(child=serializers.FloatField())


class TransferListedSerializer(serializers.Serializer):
    transfers = TransferSerializer(many=True)


class CancelledSerializer(serializers.Serializer):
    cancelled = serializers.IntegerField(help_text="How many were waiting.")


class EstimateSerializer(serializers.Serializer):
    """null where this machine has not been measured yet, where yours would never start, and where
    thousands come before it."""

    width = serializers.IntegerField()
    height = serializers.IntegerField()
    total_steps = serializers.IntegerField()
    painting_s = NumberField(allow_null=True)
    place = serializers.IntegerField(allow_null=True)
    starts_in_s = NumberField(allow_null=True)
    ready_in_s = NumberField(allow_null=True)


def _result(row: Transfer, artwork: Artwork | None, kind: str) -> str | None:
    return None if artwork is None else reverse("api:transfer-result", args=[row.pk, kind])
