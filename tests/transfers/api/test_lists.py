"""Lists in bodies are counted first: a megabyte of wrong ids costs no more than one of them."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework import serializers

from gallery import bulk
from tests.transfers.api.conftest import ApiClient
from transfers.api import schema
from transfers.api.problems import MOST_ERRORS
from transfers.api.schema import ApiSchema
from transfers.api.serializers.fields import CountedListField, IdField
from transfers.api.serializers.recipes import RecipeFileSerializer

UNBOUNDED = (
    serializers.ListField,
    serializers.ListSerializer,
    serializers.DictField,
    serializers.JSONField,
)
"""They take any number of things by themselves."""


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every id that is judged."""
    seen: list[object] = []
    judge = IdField.run_validation

    def counting(self: IdField, data: object = serializers.empty) -> Any:
        seen.append(data)
        return judge(self, data)

    monkeypatch.setattr(IdField, "run_validation", counting)
    return seen


@pytest.mark.django_db
def test_a_list_that_is_too_long_is_refused_before_its_items_are_judged(
    api: ApiClient, judged: list[object]
) -> None:
    answer = api.post("/artworks/zip/", {"ids": [0] * 100_000})
    assert answer.status_code == 400
    said = f"Ensure this field has no more than {bulk.MOST} elements."
    assert answer.json()["errors"] == {"ids": [said]}
    assert not judged


@pytest.mark.django_db
def test_as_many_as_may_be_are_judged(api: ApiClient, judged: list[object]) -> None:
    answer = api.post("/artworks/zip/", {"ids": [0] * bulk.MOST})
    assert answer.status_code == 400
    assert len(judged) == bulk.MOST


@pytest.mark.django_db
def test_an_answer_lists_the_first_errors_and_counts_the_others(api: ApiClient) -> None:
    problem = api.post("/artworks/zip/", {"ids": [0] * 50}).json()
    assert list(problem["errors"]) == [f"ids.{number}" for number in range(MOST_ERRORS)]
    assert problem["detail"].startswith("ids.0: ")
    assert problem["detail"].endswith(" 30 more errors are not listed.")
    few = api.post("/artworks/zip/", {"ids": [0] * MOST_ERRORS}).json()
    assert len(few["errors"]) == MOST_ERRORS
    assert "more error" not in few["detail"]


def test_no_body_has_a_list_without_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {path: field for one in bodies(monkeypatch) for path, field in lists(one)}
    assert {"ChosenSerializer.ids", "NewTransferSerializer.styles"} <= set(found)
    assert [path for path, one in found.items() if not isinstance(one, CountedListField)] == []


def test_the_document_says_how_long_each_list_of_a_body_may_be() -> None:
    whole = json.loads(schema.document())
    contents = [
        content["schema"]
        for path in whole["paths"].values()
        for operation in path.values()
        for content in operation.get("requestBody", {}).get("content", {}).values()
    ]
    found = [array for one in contents for array in arrays(one, whole)]
    assert {100, bulk.MOST} <= {array.get("maxItems") for array in found}
    assert [array for array in found if "maxItems" not in array] == []


def arrays(shown: Any, whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every list in a part of the document, references followed."""
    if isinstance(shown, list):
        for one in shown:
            yield from arrays(one, whole)
    elif isinstance(shown, dict):
        if reference := shown.get("$ref"):
            yield from arrays(whole["components"]["schemas"][reference.split("/")[-1]], whole)
        if shown.get("type") == "array":
            yield shown
        for one in shown.values():
            yield from arrays(one, whole)


def bodies(monkeypatch: pytest.MonkeyPatch) -> list[serializers.BaseSerializer[Any]]:
    """What each operation reads its body with, as the document is drawn from it."""
    read: list[serializers.BaseSerializer[Any]] = []
    draw = ApiSchema._get_request_body

    def noting(self: ApiSchema, direction: Any = "request") -> Any:
        if self.method in ("POST", "PATCH") and (said := self.get_request_serializer()):
            for one in said.values() if isinstance(said, dict) else [said]:
                if one is not RecipeFileSerializer:  # only drawn: recipe_files judges the body
                    read.append(one() if inspect.isclass(one) else one)
        return draw(self, direction)

    monkeypatch.setattr(ApiSchema, "_get_request_body", noting)
    schema._drawn.__wrapped__()
    assert len(read) > 20
    return read


def lists(serializer: Any) -> Iterator[tuple[str, serializers.Field[Any, Any, Any, Any]]]:
    """Everything under ``serializer`` that takes any number of things, by its path."""
    for name, field in serializer.fields.items():
        if field.read_only:
            continue
        inner = field
        while inner is not None:
            if isinstance(inner, UNBOUNDED):
                yield f"{type(serializer).__name__}.{name}", inner
            if isinstance(inner, serializers.Serializer):
                yield from lists(inner)
            inner = getattr(inner, "child", None)
