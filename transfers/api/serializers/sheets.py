"""Sheets that compare two settings."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from engine.params import QUALITIES
from transfers.api.serializers.fields import AddressField, CountedListField, NumberField
from transfers.api.serializers.transfers import NewTransferSerializer, TransferSerializer
from transfers.models import Sweep
from transfers.studies.axes import AXES
from transfers.studies.forms import CELL_QUALITIES
from transfers.studies.sheet_picture import axis_label


@extend_schema_field({"oneOf": [{"type": "number"}, {"type": "string"}]})
class ValueField(serializers.Field):
    """A number, a word, or the id of a style or a photo; which of them, the setting says."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, int | float | str):
            raise serializers.ValidationError("This is a number or text.")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class NewAxisSerializer(serializers.Serializer):
    setting = serializers.ChoiceField(choices=list(AXES))
    values = CountedListField(child=ValueField(), min_length=1, max_length=Sweep.MOST_VALUES)


class NewSheetSerializer(NewTransferSerializer):
    """An order of the full painting, and what is to be compared."""

    time_lapse = None  # of small pictures none is kept
    rows = NewAxisSerializer()
    columns = NewAxisSerializer()
    cells = serializers.ChoiceField(
        choices=list(CELL_QUALITIES),
        default="draft",
        help_text="How large the pictures of the sheet are, unless it compares sizes.",
    )


class PaintInFullSerializer(serializers.Serializer):
    quality = serializers.ChoiceField(
        choices=list(QUALITIES),
        required=False,
        help_text="In another size than that of the sheet’s settings.",
    )


class AxisSerializer(serializers.Serializer):
    setting = serializers.CharField(source="name")
    label = serializers.SerializerMethodField()
    values = serializers.ListField(child=ValueField())
    labels = serializers.ListField(child=serializers.CharField())

    def get_label(self, axis: dict[str, Any]) -> str:
        return axis_label(axis)


class CellSerializer(serializers.Serializer):
    row = serializers.IntegerField(help_text="From 0 on, as in `values`.")
    column = serializers.IntegerField()
    transfer = TransferSerializer()


class SheetSerializer(serializers.ModelSerializer):
    rows = AxisSerializer(source="row_axis")
    columns = AxisSerializer(source="column_axis")
    params = serializers.DictField(help_text="All settings of the full painting.")
    expires_at = serializers.SerializerMethodField()
    picture = serializers.SerializerMethodField(help_text="The whole sheet as one picture.")

    class Meta:
        model = Sweep
        fields = [
            "id",
            "title",
            "created_at",
            "expires_at",
            "params",
            "rows",
            "columns",
            "cell_px",
            "picture",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.DateTimeField())
    def get_expires_at(self, sweep: Sweep) -> str:
        said: str = serializers.DateTimeField().to_representation(sweep.created_at + Sweep.KEPT)
        return said

    @extend_schema_field(AddressField())
    def get_picture(self, sweep: Sweep) -> str:
        return reverse("api:sheet-picture", args=[sweep.pk])


class SheetProgressSerializer(serializers.Serializer):
    """All cells together."""

    done = serializers.IntegerField(help_text="Cells that have ended, whichever way.")
    total = serializers.IntegerField()
    missing = serializers.IntegerField(help_text="Cells that failed or were cancelled.")
    percent = serializers.IntegerField()
    seconds_left = NumberField(allow_null=True)
    is_unfinished = serializers.BooleanField()


class WholeSheetSerializer(SheetSerializer):
    progress = SheetProgressSerializer()
    cells = CellSerializer(many=True)

    class Meta(SheetSerializer.Meta):
        fields = [*SheetSerializer.Meta.fields, "progress", "cells"]
        read_only_fields = fields


class PaintedAgainSerializer(serializers.Serializer):
    painted_again = serializers.IntegerField(help_text="How many cells were queued once more.")


class KeptSerializer(serializers.Serializer):
    artwork = serializers.UUIDField(source="pk")
