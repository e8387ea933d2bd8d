"""People, their limits and their API tokens in Django's admin."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import audit_admin, invitation_admin, second_factor_admin, tokens
from accounts.access import is_superuser, may_act_on
from accounts.models import ApiToken, Quota, User

__all__ = ["audit_admin", "invitation_admin", "second_factor_admin"]


POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    add_form = AdminUserCreationForm
    list_display = ("email", "name", "date_joined", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff", "is_superuser", "date_joined")
    search_fields = ("email", "name")
    ordering = ("-date_joined",)
    readonly_fields = ("date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (
            _("What they may do"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        (_("When"), {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("email", "usable_password", "password1", "password2"),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only who may do everything says who may do how much."""
        fixed = tuple(super().get_readonly_fields(request, obj))
        return fixed if is_superuser(request) else (*fixed, *POWERS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or may_act_on(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False  # It would leave all their files behind: stylesite.privacy.admin knows how.


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Whose programs may do what. Of a secret nothing is shown, not even its hash."""

    list_display = ("name", "owner", "scopes_in_short", "last_used_at", "expires_at", "revoked_at")
    list_display_links = None
    fields = ("owner", "name", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "last_used_at", "expires_at")
    search_fields = ("name", "owner__email")
    list_select_related = ("owner",)
    ordering = ("-created_at",)
    actions = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        return super().get_queryset(request).defer("digest", "ending")

    @admin.display(description=_("what it may do"))
    def scopes_in_short(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)

    @admin.action(description=_("Withdraw the selected tokens"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiToken]) -> HttpResponse | None:
        """Asks first: nothing can undo it. The admin's log notes who did it."""
        in_force = list(chosen.filter(revoked_at=None).select_related("owner"))
        if in_force and request.POST.get("confirmed") != "yes":
            context = {
                **self.admin_site.each_context(request),
                "title": _("Withdraw these API tokens?"),
                "opts": self.opts,
                "tokens": in_force,
                "action": "revoke",
                "selected": ACTION_CHECKBOX_NAME,
            }
            return TemplateResponse(request, "admin/accounts/apitoken/revoke.html", context)
        for token in in_force:
            tokens.revoke(token)
            self.log_change(request, token, "Withdrawn.")
        count = len(in_force)
        said = ngettext("%(count)d token was withdrawn.", "%(count)d tokens were withdrawn.", count)
        self.message_user(request, said % {"count": count})
        return None

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_apitoken")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False  # Withdrawing leaves a trace.


@admin.register(Quota)
class QuotaAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "__str__",
        "running",
        "waiting",
        "painting_minutes_a_day",
        "storage_mb",
    )
    list_select_related = ("user", "group")
    autocomplete_fields = ("user", "group")
