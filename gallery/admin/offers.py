"""Styles that their owners have offered: looked at, accepted as a preset, or declined.

The picture of an offer is shown while the offer is open, and through this page alone; an owner's
library stays closed.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest
from gallery import promotion
from gallery.admin import pictures
from gallery.admin.filters import AnswerFilter
from gallery.files import file_response
from gallery.models import StyleOffer

State = StyleOffer.State


@admin.register(StyleOffer)
class StyleOfferAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    change_form_template = "admin/gallery/styleoffer/change_form.html"
    list_display = ["picture", "title", "owner", "terms", "badge", "offered_on"]
    list_display_links = ["picture", "title"]
    list_filter = [AnswerFilter]
    search_fields = ["style__title", "credit", "message"]
    ordering = ["-offered_at"]
    list_select_related = ["style__owner", "preset"]
    fields = (
        "preview",
        "title",
        "owner",
        "credit",
        "licence",
        "message",
        "badge",
        "offered_at",
        "decided_at",
        "decided_by",
        "made_of_it",
    )

    class Media:
        css = {"all": ["gallery/css/curation.css"]}

    def get_urls(self) -> list[URLResolver | URLPattern]:  # type: ignore[override]
        within = self.admin_site.admin_view
        own = [
            path(
                "<int:pk>/picture/<slug:rendition>/",
                within(require_safe(self.offered_picture)),
                name="gallery_styleoffer_picture",
            ),
            path(
                "<int:pk>/answer/<slug:answer>/",
                within(require_POST(self.answer)),
                name="gallery_styleoffer_answer",
            ),
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StyleOffer]:
        shown = promotion.shown_to_curators().select_related("style__owner", "preset")
        return shown.order_by(*self.ordering)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def offered_picture(self, request: HttpRequest, pk: int, rendition: str) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        offer = get_object_or_404(self.get_queryset(request), pk=pk)
        if rendition not in ("display", "thumbnail") or not promotion.is_shown(offer):
            raise Http404
        return file_response(request, getattr(offer.style, rendition), immutable=False)

    def answer(self, request: SignedInRequest, pk: int, answer: str) -> HttpResponse:
        """Accept, decline, or take a decline back."""
        answers = {"accept": self._accept, "decline": self._decline, "reopen": self._reopen}
        if answer not in answers:
            raise Http404
        may = self.has_change_permission(request)
        if not may or (answer == "accept" and not request.user.has_perm("gallery.add_style")):
            raise PermissionDenied
        offer = get_object_or_404(self.get_queryset(request), pk=pk)
        try:
            return answers[answer](request, offer)
        except promotion.AnsweredError:
            sentence = gettext(
                "Nothing was changed: the offer was answered or withdrawn, or its picture "
                "replaced meanwhile. Please look at it again."
            )
            messages.warning(request, sentence)
            return redirect("admin:gallery_styleoffer_changelist")

    def _accept(self, request: SignedInRequest, offer: StyleOffer) -> HttpResponse:
        preset = promotion.accept(offer, request.user, request.POST.get("version", ""))
        self.log_change(request, offer, gettext("Accepted: it is a preset now."))
        sentence = gettext("“%(title)s” is a preset now. It is hidden until you publish it.")
        messages.success(request, sentence % {"title": preset.title})
        if request.user.has_perm("gallery.change_style"):
            return redirect("admin:gallery_style_change", preset.pk)
        return redirect("admin:gallery_styleoffer_changelist")

    def _decline(self, request: SignedInRequest, offer: StyleOffer) -> HttpResponse:
        promotion.decline(offer, request.user)
        self.log_change(request, offer, gettext("Declined."))
        sentence = gettext("“%(title)s” is declined. If that was a slip, take it back below.")
        messages.success(request, sentence % {"title": offer.style.title})
        return redirect("admin:gallery_styleoffer_change", offer.pk)

    def _reopen(self, request: SignedInRequest, offer: StyleOffer) -> HttpResponse:
        promotion.reopen(offer)
        self.log_change(request, offer, gettext("Taken back: it waits for an answer again."))
        messages.success(request, gettext("The offer waits for an answer again."))
        return redirect("admin:gallery_styleoffer_change", offer.pk)

    @admin.display(description=_("picture"))
    def picture(self, obj: StyleOffer) -> SafeString | str:
        return self._image(obj, "thumbnail", pictures.THUMBNAIL_SIDE_PX)

    @admin.display(description=_("picture"))
    def preview(self, obj: StyleOffer) -> SafeString | str:
        return self._image(obj, "display", pictures.PREVIEW_SIDE_PX)

    def _image(self, obj: StyleOffer, rendition: str, side_px: int) -> SafeString | str:
        if obj.preset:
            return pictures.image(
                obj.preset, rendition, side_px, obj.preset.width / obj.preset.height
            )
        if not promotion.is_shown(obj):
            return gettext("not offered any more")
        address = reverse("admin:gallery_styleoffer_picture", args=[obj.pk, rendition])
        scale = side_px / max(obj.style.width, obj.style.height)
        return format_html(
            '<img src="{}" alt="{}" width="{}" height="{}" loading="lazy">',
            address,
            obj.style.title,
            round(obj.style.width * scale),
            round(obj.style.height * scale),
        )

    @admin.display(description=_("title"), ordering="style__title")
    def title(self, obj: StyleOffer) -> str:
        """Without the way to the style itself, which is its owner's."""
        return obj.style.title

    @admin.display(description=_("credit and licence"))
    def terms(self, obj: StyleOffer) -> SafeString:
        return format_html('{}<span class="quiet list-credit">{}</span>', obj.credit, obj.licence)

    @admin.display(description=_("offered"), ordering="offered_at")
    def offered_on(self, obj: StyleOffer) -> str:
        return date_format(timezone.localtime(obj.offered_at), "SHORT_DATE_FORMAT")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        title = {"title": gettext("Offered styles")}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    @admin.display(description=_("offered by"))
    def owner(self, obj: StyleOffer) -> str:
        return str(obj.style.owner)

    @admin.display(description=_("state"), ordering="state")
    def badge(self, obj: StyleOffer) -> SafeString:
        label = obj.get_state_display()
        return format_html('<span class="badge" data-state="{}">{}</span>', obj.state, label)

    @admin.display(description=_("preset"))
    def made_of_it(self, obj: StyleOffer) -> SafeString | str:
        if obj.preset is None:
            return "–"
        address = reverse("admin:gallery_style_change", args=[obj.preset.pk])
        return format_html('<a href="{}">{}</a>', address, obj.preset)
