"""Invitations in Django's admin: made, seen and withdrawn. A link is shown once, when made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from accounts import audit, invitations
from accounts.audit import Action
from accounts.models import Invitation

LASTS = [(1, _("a day")), (7, _("a week")), (30, _("30 days")), (365, _("a year"))]


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for mypy
    lasts_days = forms.TypedChoiceField(label=_("It lasts"), choices=LASTS, coerce=int, initial=7)

    class Meta:
        model = Invitation
        fields = ("email", "note", "uses_allowed")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("email") and cleaned.get("uses_allowed") != 1:
            self.add_error("uses_allowed", _("With one address, one account can be made."))
        return cleaned


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = InvitationForm
    list_display = (
        "__str__",
        "note",
        "made_by",
        "used",
        "last_used_at",
        "expires_at",
        "withdrawn_at",
    )
    list_display_links = None
    list_filter = (("withdrawn_at", admin.EmptyFieldListFilter), "expires_at")
    list_select_related = ("made_by",)
    search_fields = ("email", "note")
    ordering = ("-created_at",)
    actions = ("withdraw",)

    @admin.display(description=_("used"))
    def used(self, invitation: Invitation) -> str:
        return _("%(uses)d of %(allowed)d") % {
            "uses": invitation.uses,
            "allowed": invitation.uses_allowed,
        }

    @sensitive_variables("secret")
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        secret = invitations.seal(obj)
        obj.made_by = request.user
        obj.expires_at = timezone.now() + timedelta(days=form.cleaned_data["lasts_days"])
        super().save_model(request, obj, form, change)
        obj.link = request.build_absolute_uri(reverse("accounts:invitation", args=[secret]))
        audit.record(Action.INVITED, obj.made_by, obj, request, accounts=obj.uses_allowed)
        if obj.email:
            get_adapter(request).send_mail(
                "accounts/email/invitation",
                obj.email,
                {"link": obj.link, "expires_at": obj.expires_at},
            )

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The link, this once: nobody can look it up later."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("The invitation is made"),
            "opts": self.opts,
            "invitation": obj,
            "was_sent": obj.email and settings.SENDS_MAIL,
            "is_needed": invitations.are_needed(),
        }
        return TemplateResponse(request, "admin/accounts/invitation/made.html", context)

    @admin.action(description=_("Withdraw the selected invitations"), permissions=["withdraw"])
    def withdraw(self, request: HttpRequest, chosen: QuerySet[Invitation]) -> None:
        withdrawn = [invitation for invitation in chosen if invitations.withdraw(invitation)]
        for invitation in withdrawn:
            by: Any = request.user
            audit.record(Action.INVITATION_WITHDRAWN, by, invitation, request)
        said = ngettext(
            "%(count)d invitation was withdrawn.",
            "%(count)d invitations were withdrawn.",
            len(withdrawn),
        )
        self.message_user(request, said % {"count": len(withdrawn)})

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_invitation")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False  # Withdrawing leaves a trace.
