"""Curating the presets. Personal styles and artworks are private and so are not listed here."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from engine.errors import ParameterError
from engine.params import Params
from gallery import uploads
from gallery.forms import PictureField, TagsField
from gallery.models import Style
from gallery.pictures import shrink
from gallery.styles import ORIGINAL_SIDE_PX

THUMBNAIL_SIDE_PX = 72
PREVIEW_SIDE_PX = 420


class PresetForm(forms.ModelForm):  # type: ignore[type-arg]
    new_image = PictureField(
        label=_("New picture"),
        required=False,
        help_text=_("JPEG, PNG, WebP, HEIC or AVIF. Choosing one replaces the present picture."),
    )
    tags = TagsField(
        label=_("Tags"), required=False, max_length=300, help_text=_("Separate them with commas.")
    )

    too_large: ClassVar[bool] = False

    class Meta:
        model = Style
        fields = [
            "title",
            "description",
            "artist",
            "year",
            "licence",
            "source",
            "tags",
            "params",
            "example_alt",
            "state",
            "position",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "new_image" in self.fields:
            self.fields["new_image"].required = not self.instance.original

    def clean(self) -> dict[str, Any] | None:
        if self.too_large:
            self.errors.pop("new_image", None)
            self.add_error("new_image", uploads.too_large_sentence())
        return super().clean()

    def clean_params(self) -> dict[str, Any]:
        """The engine says whether the settings can be used; its sentence names the wrong one."""
        params = self.cleaned_data["params"] or {}
        try:
            Params.from_json(params)
        except ParameterError as error:
            raise forms.ValidationError(error.sentence, code=error.code) from error
        return dict(params)


@admin.register(Style)
class PresetAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = PresetForm
    list_display = ["picture", "title", "state", "position", "tag_line", "in_catalogue"]
    list_display_links = ["picture", "title"]
    list_editable = ["position"]
    list_filter = ["state"]
    search_fields = ["title", "artist", "description"]
    ordering = ["position", "title"]
    actions = ["publish", "hide"]
    readonly_fields = ["preview", "example_pair"]
    fieldsets = [
        (None, {"fields": ["preview", "new_image", "title", "description", "tags"]}),
        (_("On the wall"), {"fields": ["state", "position"]}),
        (_("Painting"), {"fields": ["params", "example_pair", "example_alt"]}),
        (_("Origin"), {"fields": ["artist", "year", "licence", "source"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Style]:
        return super().get_queryset(request).filter(owner=None)

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """A form class of this request's own, which knows whether the picture was too large."""
        form: Any = super().get_form(request, *args, **kwargs)
        form.too_large = uploads.was_too_large(request)
        return form

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without deleting many at once: it would not ask about each one (see below)."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_delete_permission(self, request: HttpRequest, obj: Style | None = None) -> bool:
        """A preset of the catalogue would come back with the next start: it is hidden instead."""
        if obj is not None and obj.slug:
            return False
        return super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Style, form: Any, change: bool) -> None:
        image = form.cleaned_data.get("new_image")
        if image is None:
            super().save_model(request, obj, form, change)
            return
        old = [
            (file.storage, str(file.name))
            for file in (obj.original, obj.display, obj.thumbnail)
            if file
        ]
        obj.set_picture(shrink(image, ORIGINAL_SIDE_PX))
        try:
            with transaction.atomic():
                super().save_model(request, obj, form, change)
        except BaseException:
            for file in (obj.original, obj.display, obj.thumbnail):
                file.storage.delete(str(file.name))
            raise
        for storage, name in old:
            transaction.on_commit(partial(storage.delete, name))

    def delete_model(self, request: HttpRequest, obj: Style) -> None:
        super().delete_model(request, obj)
        transaction.on_commit(obj.delete_files)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        obj: Style | None = kwargs.get("obj")
        if obj is not None and obj.slug and request.method == "GET":
            messages.info(
                request,
                gettext(
                    "This preset ships with the site. You may change or hide it, and updates keep "
                    "what you changed; it cannot be deleted."
                ),
            )
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.action(description=_("Publish the selected presets"))
    def publish(self, request: HttpRequest, queryset: QuerySet[Style]) -> None:
        count = queryset.update(state=Style.State.PUBLISHED)
        text = ngettext(
            "%(count)d preset is on the wall.", "%(count)d presets are on the wall.", count
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    @admin.action(description=_("Hide the selected presets"))
    def hide(self, request: HttpRequest, queryset: QuerySet[Style]) -> None:
        count = queryset.update(state=Style.State.DRAFT)
        text = ngettext("%(count)d preset is hidden.", "%(count)d presets are hidden.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    @admin.display(description="")
    def picture(self, obj: Style) -> SafeString:
        return _img(obj, "thumbnail", THUMBNAIL_SIDE_PX, obj.width / obj.height)

    @admin.display(description=_("picture"))
    def preview(self, obj: Style) -> SafeString | str:
        if not obj.original:
            return "–"
        return _img(obj, "display", PREVIEW_SIDE_PX, obj.width / obj.height)

    @admin.display(description=_("example: photo and result"))
    def example_pair(self, obj: Style) -> SafeString | str:
        if not obj.example_size:
            return gettext("No example yet.")
        width, height = obj.example_size
        pair = (
            _img(obj, rendition, PREVIEW_SIDE_PX, width / height)
            for rendition in ("example-photo", "example")
        )
        return format_html("{} {}", *pair)

    @admin.display(description=_("tags"))
    def tag_line(self, obj: Style) -> str:
        return ", ".join(obj.tags)

    @admin.display(description=_("ships with the site"), boolean=True)
    def in_catalogue(self, obj: Style) -> bool:
        return bool(obj.slug)


def _img(style: Style, rendition: str, side_px: int, ratio: float) -> SafeString:
    """An image whose longer side is ``side_px``, with its place kept while it loads."""
    width, height = (side_px, side_px / ratio) if ratio > 1 else (side_px * ratio, side_px)
    address = reverse("gallery:style-file", args=[style.pk, rendition]) + f"?v={style.version}"
    return format_html(
        '<img src="{}" alt="{}" width="{}" height="{}" loading="lazy">',
        address,
        style.title,
        round(width),
        round(height),
    )
