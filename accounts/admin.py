"""People, their limits and their API tokens in Django's admin."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account import admin as address_admin
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    UserChangeForm,
)
from django.contrib.auth.models import Group
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import (
    alerts,
    audit_admin,
    invitation_admin,
    mailboxes,
    new_passwords,
    second_factor_admin,
    sessions,
    tokens,
)
from accounts.access import is_superuser, may_act_on
from accounts.models import ApiToken, Quota, User

__all__ = ["address_admin", "audit_admin", "invitation_admin", "second_factor_admin"]

# Whoever holds an address of somebody resets their password, so that nobody hands addresses out:
# people confirm their own. allauth's admin is imported here, so that it registers itself before.
admin.site.unregister(EmailAddress)
admin.site.unregister(Group)

POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


class PersonForm(UserChangeForm):  # type: ignore[type-arg]
    def clean_email(self) -> str:
        """In small letters; none that was confirmed for somebody else, who could not keep it."""
        email: str = self.cleaned_data["email"].lower()
        others = EmailAddress.objects.filter(email=email, verified=True).exclude(user=self.instance)
        if others.exists():
            raise forms.ValidationError(_("This address belongs to another account."))
        return email


class NewPasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]
    def save(self, commit: bool = True) -> User:
        """Addresses that wait are forgotten as well where the password is taken away."""
        user: User = super().save(commit)
        mailboxes.forget_waiting(user)
        new_passwords.tell_of_staff(user)
        return user


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    form = PersonForm
    add_form = AdminUserCreationForm
    change_password_form = NewPasswordForm
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

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """With another address, the old one opens nothing any more, and whoever has it is told.

        So it is where another counted beside the one that staff see here: see ``out_of_step``.
        """
        before = User.objects.get(pk=obj.pk) if change else None
        obj.email = obj.email.lower()
        super().save_model(request, obj, form, change)
        if before is None:
            return
        if before.email.lower() != obj.email:
            alerts.tell_of_staff(before, "accounts/email/address_replaced", new_email=obj.email)
        elif not mailboxes.out_of_step().filter(pk=obj.pk).exists():
            return
        mailboxes.replace(obj)
        sessions.end_all(obj, but=request.session.session_key)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or may_act_on(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False  # It would leave all their files behind: stylesite.privacy.admin knows how.


@admin.register(Group)
class PowersAdmin(GroupAdmin):
    """What a group may do its members may, staff among them: see ``POWERS`` of a person."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return is_superuser(request)


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Whose programs may do what. Of a secret nothing is shown, not even its hash."""

    list_display = ("name", "owner", "scopes_in_short", "last_used_at", "ends_at", "revoked_at")
    list_display_links = None
    fields = ("owner", "name", "scopes", "created_at", "last_used_at", "ends_at", "revoked_at")
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

    @admin.display(description=_("expires"))
    def ends_at(self, token: ApiToken) -> datetime | None:
        return token.ends_at

    @admin.action(description=_("Withdraw the selected tokens"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiToken]) -> HttpResponse | None:
        """Asks first: nothing can undo it. The admin's log notes who did it."""
        every = chosen.filter(revoked_at=None).select_related("owner")
        in_force = [token for token in every if may_act_on(request, token.owner)]
        if len(in_force) < len(every):
            left = _("Tokens of staff are left alone: only a superuser withdraws those.")
            self.message_user(request, left, messages.WARNING)
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

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _may_limit(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_limit(request, obj)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **given: Any
    ) -> ModelChoiceField[Any] | None:
        if db_field.name == "user" and not is_superuser(request):
            given["queryset"] = User.objects.filter(is_staff=False, is_superuser=False)
        return super().formfield_for_foreignkey(db_field, request, **given)


def _may_limit(request: HttpRequest, quota: Quota | None) -> bool:
    return quota is None or quota.user is None or may_act_on(request, quota.user)
