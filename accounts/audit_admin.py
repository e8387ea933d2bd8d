"""The audit log in Django's admin: to filter, search and export, and nothing else."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit, audit_log
from accounts.audit import Action
from accounts.models import AuditEntry, User


class ActionFilter(admin.SimpleListFilter):
    title = _("what was done")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(action.value, str(action.label)) for action in Action]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry]
    ) -> QuerySet[AuditEntry]:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("at", "what", "by", "whose", "of", "address", "more")
    list_display_links = None
    list_filter = (ActionFilter, "at")
    list_select_related = ("actor", "account")
    list_per_page = 100
    show_full_result_count = False
    # Any part of any of these is looked for, which no index finds: all are read, the newest first,
    # until a page is full.
    search_fields = ("actor__email", "account__email", "subject_id", "subject_label", "address")
    search_help_text = _("E-mail address, network, number or name of what was changed")
    ordering = ("-at", "-id")
    change_list_template = "admin/accounts/auditentry/change_list.html"

    what = admin.display(description=_("what"), ordering="action")(
        lambda self, entry: audit_log.what(entry)
    )
    of = admin.display(description=_("of what"))(lambda self, entry: audit_log.of(entry))
    more = admin.display(description=_("more"))(lambda self, entry: audit_log.more(entry))

    @admin.display(description=_("by whom"))
    def by(self, entry: AuditEntry) -> str:
        return audit_log.person(entry.actor, entry.actor_id)

    @admin.display(description=_("whose account"))
    def whose(self, entry: AuditEntry) -> str:
        return audit_log.person(entry.account, entry.account_id)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Audit log"), **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export)
        return [path("export/", export, name="accounts_auditentry_export"), *super().get_urls()]

    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        """What the list shows, by the same filters, as CSV. That somebody took it is recorded."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        entries = self.get_changelist_instance(request).get_queryset(request)
        audit.record(Action.AUDIT_LOG_EXPORTED, cast(User, request.user), None, request)
        answer = StreamingHttpResponse(
            audit_log.table(entries), content_type="text/csv; charset=utf-8"
        )
        name = f"audit-{timezone.localdate():%Y-%m-%d}.csv"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        answer["Content-Security-Policy"] = "default-src 'none'; sandbox"  # as any file's here
        answer["Cache-Control"] = "private, no-store"
        return answer

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
