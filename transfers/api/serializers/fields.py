"""Fields that several serializers share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from engine.params import Params


@extend_schema_field({"type": "string", "format": "uri-reference"})
class AddressField(serializers.CharField):
    """An address on this site, without its name: the client knows that."""


@extend_schema_field(OpenApiTypes.NUMBER)
class NumberField(serializers.FloatField):
    """A number that may not be known; infinite is nothing that JSON could say."""

    def to_representation(self, value: float) -> float | None:
        return float(value) if math.isfinite(value) else None


class TextField(serializers.CharField):
    """Text, and not a number that could be written as one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text: str = super().to_internal_value(data)
        return text


class IdField(serializers.UUIDField):
    """An id as answers carry it: DRF would take a number, too."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        pk: UUID = super().to_internal_value(data)
        return pk


class ExactFloatField(serializers.FloatField):
    """A number of JSON, and not text or a truth that could be read as one."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, (int, float)):
            self.fail("invalid")
        number: float = super().to_internal_value(data)
        return number


class ExactIntegerField(serializers.IntegerField):
    """The same for whole numbers."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        number: int = super().to_internal_value(data)
        return number


class ExactBooleanField(serializers.BooleanField):
    """true or false of JSON, and not a word or a number that could be read as one."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return bool(data)


class CountedListField(serializers.ListField):
    """A list that is counted before what is in it is judged.

    DRF does it the other way round, with a sentence for each of a million things that are wrong.
    Every list of a body is one of these, also where serializers are in it: of `many=True` the
    document would not say how long it may be.
    """

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list) and len(data) > self.max_length:
            said = self.error_messages["max_length"].format(max_length=self.max_length)
            raise serializers.ValidationError(said, code="max_length")
        values: list[Any] = super().to_internal_value(data)
        return values


class ParamsField(serializers.Field):
    """Settings of the engine, which judges them itself: `engine.params.Params`."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        Params.from_json(data)
        return dict(data)

    def to_representation(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        return value


def file_addresses(route: str, pk: object, names: Mapping[str, bool]) -> dict[str, str | None]:
    """Addresses of the files of one object; None for those that are not there."""
    return {
        name.replace("-", "_"): reverse(route, args=[pk, name]) if there else None
        for name, there in names.items()
    }
