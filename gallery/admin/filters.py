"""What the list of presets can be narrowed to, beside its own fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from gallery import curation
from gallery.models import Style, StyleOffer


class MissingFilter(admin.SimpleListFilter):
    title = _("what is missing")
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("artist", _("No credit")),
            ("licence", _("No licence")),
            ("example", _("No example")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Style]) -> QuerySet[Style]:
        if self.value() in ("artist", "licence", "example"):
            return queryset.filter(curation.is_missing(str(self.value())))
        return queryset


class TagFilter(admin.SimpleListFilter):
    """By a word of its tags. They are JSON, which SQLite cannot look into; presets are few."""

    title = _("tag")
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        counts = Counter(tag for tags in _tags().values() for tag in tags)
        return [(tag, f"{tag} ({count})") for tag, count in sorted(counts.items())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Style]) -> QuerySet[Style]:
        wanted = self.value()
        if not wanted:
            return queryset
        return queryset.filter(pk__in=[pk for pk, tags in _tags().items() if wanted in tags])


class AnswerFilter(admin.SimpleListFilter):
    """Of offers: those that wait for an answer, unless others are asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        State = StyleOffer.State
        answered = [(str(state.value), state.label) for state in (State.ACCEPTED, State.DECLINED)]
        return [*answered, ("all", _("all"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """What comes without a choice is no "all" here."""
        for number, choice in enumerate(super().choices(changelist)):
            yield {**choice, "display": StyleOffer.State.OPEN.label} if number == 0 else choice

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[StyleOffer]
    ) -> QuerySet[StyleOffer]:
        if self.value() == "all":
            return queryset
        return queryset.filter(state=self.value() or StyleOffer.State.OPEN)


def _tags() -> dict[Any, list[str]]:
    return dict(curation.presets().values_list("pk", "tags"))
