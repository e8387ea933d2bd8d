"""The list of presets as pictures, the page of one, and what is done to many at once."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.access import SignedInRequest
from gallery import curation, leftovers, uploads
from gallery.admin import pictures
from gallery.admin.filters import MissingFilter, TagFilter
from gallery.admin.importing import ImportPages
from gallery.admin.noted import Noted
from gallery.admin.preset_form import PresetForm
from gallery.admin.settings_fields import NAMED
from gallery.imports import exporting
from gallery.models import Style
from gallery.pictures import about_to_write, shrink
from gallery.styles import ORIGINAL_SIDE_PX, PICTURE_COLUMNS


@admin.register(Style)
class PresetAdmin(ImportPages, Noted):
    form = PresetForm
    change_list_template = "admin/gallery/style/change_list.html"
    change_form_template = "admin/gallery/style/change_form.html"
    list_display = ["picture", "name", "badge", "collection_line", "position", "use"]
    list_display_links = ["picture", "name"]
    empty_value_display = ""
    list_editable = ["position"]
    list_filter = [MissingFilter, "state", "collections", TagFilter]
    search_fields = ["title", "artist", "description", "collections__title"]
    ordering = ["position", "title"]
    actions = ["publish", "hide", "order_examples", "export"]
    readonly_fields = ["preview", "card", "example_pair"]
    fieldsets = [
        (None, {"fields": ["preview", "new_image", "title", "description", "tags"]}),
        (_("Origin"), {"fields": ["artist", "year", "licence", "source"]}),
        (_("On the wall"), {"fields": ["card", "state", "position", "collections"]}),
        (_("Painting"), {"fields": [*NAMED, "params"]}),
        (_("Example"), {"fields": ["example_pair", "example_alt"]}),
    ]

    class Media:
        js = [forms.Script("gallery/js/order_rows.js", type="module")]

    def get_urls(self) -> list[URLResolver | URLPattern]:  # type: ignore[override]
        own = [
            path(
                "export/", self.admin_site.admin_view(self.export_all), name="gallery_style_export"
            ),
            *self.import_urls(),
        ]
        return [*own, *super().get_urls()]

    @uploads.takes_files
    def add_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().add_view(*args, **kwargs)

    @uploads.takes_files
    def change_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().change_view(*args, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Style]:
        return super().get_queryset(request).filter(owner=None).prefetch_related("collections")

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Notes what is about to be written, and of which row, before the admin’s own transaction
        begins: a note of within would go with it, where it fails."""
        if "new_image" in request.FILES:
            noted = Style() if object_id is None else self.get_object(request, unquote(object_id))
            if noted is not None:
                about_to_write(noted)
                request.noted_id = noted.pk  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, *args, **kwargs)

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """A form class of this request's own, which knows whether the picture was too large."""
        form: Any = super().get_form(request, *args, **kwargs)
        form.too_large = uploads.was_too_large(request)
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        hidden = {"state": Style.State.DRAFT, "position": curation.next_position()}
        return {**hidden, **super().get_changeform_initial_data(request)}

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

    def has_order_permission(self, request: HttpRequest) -> bool:
        return cast(SignedInRequest, request).user.has_perm("transfers.add_exampleorder")

    def view_on_site(self, obj: Style) -> str:
        return reverse("gallery:style", args=[obj.pk])

    def save_model(self, request: HttpRequest, obj: Style, form: Any, change: bool) -> None:
        image = form.cleaned_data.get("new_image")
        if image is None:
            super().save_model(request, obj, form, change)
            return
        obj.pk = request.noted_id  # type: ignore[attr-defined]  # by changeform_view
        old = [str(file.name) for file in (obj.original, obj.display, obj.thumbnail) if file]
        before = [str(file.name) for file in obj.file_fields()]
        with leftovers.removed_on_error(obj.file_fields, but=before):
            obj.set_picture(shrink(image, ORIGINAL_SIDE_PX))
            with transaction.atomic():
                super().save_model(request, obj, form, change)
                leftovers.remove(old)

    def store(self, obj: Style, form: Any, change: bool) -> None:
        """What the form holds, and no more: a worker may hang its example at this very moment."""
        if not change:
            obj.save()
            return
        held = {field.name for field in Style._meta.concrete_fields} & set(form.cleaned_data)
        pictures_too = PICTURE_COLUMNS if form.cleaned_data.get("new_image") else []
        obj.save(update_fields=(held | {*pictures_too, "search_text"}) - {"id"})

    def delete_model(self, request: HttpRequest, obj: Style) -> None:
        files = [str(file.name) for file in obj.file_fields()]
        with transaction.atomic():
            super().delete_model(request, obj)
            leftovers.remove(files)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        more = {
            "title": gettext("Presets"),
            "may_import": self.may_import(request),
            "may_order": self.has_order_permission(request),
            "may_drag": self.has_change_permission(request) and "o" not in request.GET,
        }
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        obj: Style | None = kwargs.get("obj")
        context["may_order"] = self.has_order_permission(request)
        if obj is not None and obj.slug and request.method == "GET":
            messages.info(
                request,
                gettext(
                    "This preset ships with the site. You may change or hide it, and updates keep "
                    "what you changed; it cannot be deleted."
                ),
            )
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.action(description=_("Publish the selected presets"), permissions=["change"])
    def publish(self, request: SignedInRequest, queryset: QuerySet[Style]) -> None:
        outcome = curation.publish(queryset, request.user)
        for style in outcome.refused:
            self.message_user(request, curation.needed_sentence(style), messages.WARNING)
        self._tell(
            request,
            len(outcome.changed),
            "%(count)d preset is on the wall now.",
            "%(count)d presets are on the wall now.",
        )

    @admin.action(description=_("Hide the selected presets"), permissions=["change"])
    def hide(self, request: SignedInRequest, queryset: QuerySet[Style]) -> None:
        outcome = curation.hide(queryset, request.user)
        self._tell(
            request,
            len(outcome.changed),
            "%(count)d preset is hidden now.",
            "%(count)d presets are hidden now.",
        )

    @admin.action(description=_("Order examples of the selected presets"), permissions=["order"])
    def order_examples(self, request: HttpRequest, queryset: QuerySet[Style]) -> HttpResponse:
        """Choosing their photos and ordering happens where the workers are known."""
        chosen = urlencode({"style": [str(style.pk) for style in queryset]}, doseq=True)
        return redirect(f"{reverse('transfers:examples')}?{chosen}")

    @admin.action(description=_("Download the selected presets"), permissions=["view"])
    def export(self, request: HttpRequest, queryset: QuerySet[Style]) -> StreamingHttpResponse:
        return exporting.response(queryset)

    def export_all(self, request: HttpRequest) -> StreamingHttpResponse:
        """Every preset in a zip that can be imported again."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return exporting.response(self.get_queryset(request))

    def _tell(self, request: HttpRequest, count: int, one: str, many: str) -> None:
        level = messages.SUCCESS if count else messages.INFO
        self.message_user(request, ngettext(one, many, count) % {"count": count}, level)

    @admin.display(description=_("picture"))
    def picture(self, obj: Style) -> SafeString:
        return pictures.thumbnail(obj)

    @admin.display(description=_("title"), ordering="title")
    def name(self, obj: Style) -> SafeString:
        credit = ", ".join(filter(None, [obj.artist, obj.year]))
        return format_html('{}<span class="quiet list-credit">{}</span>', obj.title, credit)

    @admin.display(description=_("state"), ordering="state")
    def badge(self, obj: Style) -> SafeString:
        words = get_text_list(curation.missing(obj), gettext("and"))
        return format_html(
            '<span class="badge" data-state="{}">{}</span><span class="missing">{}</span>',
            obj.state,
            obj.get_state_display(),
            words,
        )

    @admin.display(description=_("collections"))
    def collection_line(self, obj: Style) -> str:
        return ", ".join(str(collection) for collection in obj.collections.all())

    @admin.display(description=_("pictures"), ordering="times_used")
    def use(self, obj: Style) -> SafeString:
        """How many were painted in it; on a phone, where there is no heading, with the word."""
        word = ngettext("picture", "pictures", obj.times_used)
        return format_html('{} <span class="without-heading">{}</span>', obj.times_used, word)

    @admin.display(description=_("picture"))
    def preview(self, obj: Style) -> SafeString | str:
        if not obj.original:
            return "–"
        return pictures.image(obj, "display", pictures.PREVIEW_SIDE_PX, obj.width / obj.height)

    @admin.display(description=_("what visitors see"))
    def card(self, obj: Style) -> SafeString | str:
        """The preset as its card on the wall, with the way to its page."""
        if not obj.original:
            return "–"
        context = {
            "style": obj,
            "example": pictures.example(obj, 320),
            "picture": pictures.thumbnail(obj, 320),
            "small": pictures.image(obj, "thumbnail", 40, 1, ""),
        }
        return render_to_string("admin/gallery/style/_card.html", context)

    @admin.display(description=_("example: photo and result"))
    def example_pair(self, obj: Style) -> SafeString | str:
        if not obj.example_size:
            return gettext("No example yet.")
        pair = (
            pictures.example(obj, pictures.PREVIEW_SIDE_PX, rendition)
            for rendition in ("example-photo", "example")
        )
        return format_html('<div class="example-pair">{} {}</div>', *pair)
