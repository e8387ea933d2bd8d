"""What admins of the library have in common: their history tells old and new values."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext

from gallery import history


class Noted(admin.ModelAdmin):  # type: ignore[type-arg]
    """An admin whose history tells the old and the new value of whatever has changed."""

    object_history_template = "admin/gallery/object_history.html"

    class Media:
        css = {"all": ["gallery/css/curation.css"]}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            # From the database: `obj` holds the new values already.
            form.before = history.snapshot(type(obj)._default_manager.get(pk=obj.pk))
        self.store(obj, form, change)

    def store(self, obj: Any, form: Any, change: bool) -> None:
        """Write the row."""
        obj.save()

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """In the history's own words; it is asked for after everything has been saved."""
        if add:
            return super().construct_change_message(request, form, formsets, add)
        after = history.snapshot(type(form.instance)._default_manager.get(pk=form.instance.pk))
        return "\n".join(history.changes(form.before, after)) or gettext("Nothing was changed.")
