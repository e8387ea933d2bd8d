"""Collections: what they are called, in which order they stand, and which presets they hold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import SignedInRequest
from gallery import curation, history
from gallery.admin import pictures
from gallery.admin.noted import Noted
from gallery.models import Collection, Style

SHOWN = 6
"""Thumbnails in the list, of each collection."""


class CollectionForm(forms.ModelForm):  # type: ignore[type-arg]
    presets = pictures.StyleChoices(
        label=_("Presets"),
        queryset=Style.objects.none(),
        required=False,
        help_text=_("A preset may be in several. The order is that of the wall."),
    )

    class Meta:
        model = Collection
        fields = ["title", "slug", "description", "position"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "presets" in self.fields:
            self.fields["presets"].queryset = curation.presets()  # type: ignore[attr-defined]
            if self.instance.pk:
                self.initial["presets"] = list(self.instance.styles.filter(owner=None))


@admin.register(Collection)
class CollectionAdmin(Noted):
    form = CollectionForm
    change_list_template = "admin/gallery/collection/change_list.html"
    list_display = ["title", "shown", "size", "position"]
    list_editable = ["position"]
    search_fields = ["title", "description"]
    ordering = ["position", "title"]
    prepopulated_fields = {"slug": ["title"]}
    fieldsets = [(None, {"fields": ["title", "slug", "description", "position", "presets"]})]

    class Media:
        js = [forms.Script("gallery/js/order_rows.js", type="module")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        counted: QuerySet[Any] = (
            super().get_queryset(request).annotate(preset_count=Count("styles"))
        )
        return counted.prefetch_related("styles")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        more = {
            "title": gettext("Collections"),
            "may_drag": self.has_change_permission(request) and "o" not in request.GET,
        }
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if "presets" in form.cleaned_data:
            _hold(request, form.instance, set(form.cleaned_data["presets"]))

    @admin.display(description=_("presets"))
    def shown(self, obj: Any) -> SafeString:
        styles = sorted(obj.styles.all(), key=lambda style: (style.position, style.title))
        images = format_html_join(
            "", "{}", ((pictures.thumbnail(style, 56),) for style in styles[:SHOWN])
        )
        return format_html('<span class="strip">{}</span>', images)

    @admin.display(description=_("how many"), ordering="preset_count")
    def size(self, obj: Any) -> int:
        return int(obj.preset_count)


def _hold(request: SignedInRequest, collection: Collection, wanted: set[Style]) -> None:
    """Make ``wanted`` the presets of ``collection``, and note it with each that comes or goes."""
    held = set(collection.styles.all())
    for style in held ^ wanted:
        before = history.snapshot(style)
        if style in wanted:
            style.collections.add(collection)
        else:
            style.collections.remove(collection)
        history.note_changes(request.user, style, before)
