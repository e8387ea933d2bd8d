"""How the OpenAPI document is drawn from views and serializers.

Adds what all operations share: the problems that each may answer with, and the scope it needs.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
import threading
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from rest_framework.permissions import AllowAny

from engine.params import CHOICES, LAYERS, MAX_LAYER_WEIGHT, MAX_LAYERS, PARAMS_VERSION, RANGES
from transfers.api.access import scope_needed
from transfers.api.problems import MEDIA_TYPE
from transfers.api.serializers.problems import ProblemSerializer

WHOLE_NUMBERS = ("size_px", "steps", "seed")
NULLABLE = (
    "optimizer",
    "steps",
    "learning_rate",
    "tv_weight",
    "pooling",
    "initial",
    "content_layers",
    "style_layers",
)


class ApiSchema(AutoSchema):
    def get_summary(self) -> str:
        """What is said first about the operation, up to a full stop or a colon."""
        return re.split(r"[.:;] |\.$", " ".join(super().get_description().split()))[0]

    def get_description(self) -> str:
        said = " ".join(super().get_description().split())
        scope = scope_needed(self.view, self.method)
        if scope is None or AllowAny in self.view.permission_classes:
            return said
        return f"{said} Scope: `{scope}`."

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status in self._problem_statuses():
            bodies[str(status)] = self._get_response_for_code(
                ProblemSerializer, str(status), media_types=[MEDIA_TYPE], direction=direction
            )
        return dict(sorted(bodies.items()))

    def _problem_statuses(self) -> set[int]:
        own = getattr(self.view, "problem_statuses", {})
        statuses = {400, 401, 403, 405, 429, 500, 503, *own.get(self.method, ())}
        if "{" in self.path:
            statuses.add(404)
        if self.method in ("POST", "PATCH"):
            statuses |= {413, 415}
        return statuses


_drawing = threading.Lock()


def document() -> bytes:
    """The OpenAPI document as JSON; drawn once a process, as it does not depend on who asks."""
    with _drawing:  # views remember what is being drawn of them: two at once would mix it up
        return _drawn()


@functools.cache
def _drawn() -> bytes:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return json.dumps(schema, ensure_ascii=False).encode()


@functools.cache
def document_etag() -> str:
    return f'"{hashlib.sha256(document()).hexdigest()[:32]}"'


def params_schema() -> dict[str, Any]:
    """The JSON schema of `engine.params.Params`, from its own ranges and choices."""
    properties: dict[str, Any] = {"version": {"type": "integer", "enum": [PARAMS_VERSION]}}
    for name, (low, high) in RANGES.items():
        kind = "integer" if name in WHOLE_NUMBERS else "number"
        properties[name] = {"type": kind, "minimum": low, "maximum": high}
    for name, choices in CHOICES.items():
        properties[name] = {"type": "string", "enum": list(choices)}
    weight = {
        "type": "number",
        "minimum": 0,
        "exclusiveMinimum": True,
        "maximum": MAX_LAYER_WEIGHT,
    }
    for name in ("content_layers", "style_layers"):
        properties[name] = {
            "type": "object",
            "properties": dict.fromkeys(LAYERS, weight),
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": MAX_LAYERS,
        }
    for name in NULLABLE:
        properties[name]["nullable"] = True
        if "enum" in properties[name]:
            properties[name]["enum"].append(None)
    return {
        "type": "object",
        "description": "Settings of the engine; what is left out is the style’s recommendation or "
        "the default.",
        "properties": properties,
        "additionalProperties": False,
    }
