"""An admin deletes a person as people delete themselves, but without days of grace.

``accounts`` knows nothing of this floor, so its page of people is put in place again here, with
more to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import may_act_on
from accounts.admin import PersonAdmin
from accounts.models import User
from stylesite.privacy import closing, summary
from stylesite.privacy.models import AccountDeletion

admin.site.unregister(User)


@admin.register(User)
class LeavingPersonAdmin(PersonAdmin):
    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Not of oneself: that is on the page of one's own data. Nor of a superuser by others."""
        if isinstance(obj, User) and not _may_go(request, obj):
            return False
        return request.user.has_perm("accounts.delete_user")

    def get_deleted_objects(
        self, objs: Iterable[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """What the question names: counts, not thousands of rows."""
        told: list[Any] = []
        refused = [str(one) for one in objs if not _may_go(request, one)]
        for one in objs:
            has = summary.of(one)
            told += [one.email, [*has.lines, str(filesizeformat(has.bytes))]]
        return told, {str(User._meta.verbose_name_plural): len(list(objs))}, set(), refused

    def save_model(
        self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool
    ) -> None:
        """Who opens an account calls its deletion off, so that locking it later deletes nothing."""
        super().save_model(request, obj, form, change)
        if "is_active" in form.changed_data:
            AccountDeletion.objects.filter(user=obj).delete()

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Of two admins who delete each other at once, one stays."""
        with transaction.atomic():
            if obj.is_superuser and request.user not in closing.admins_held():
                raise PermissionDenied
            closing.close(obj, due_at=timezone.now(), by_staff=True)
        said = _("The account is closed. All that was theirs is deleted within minutes.")
        self.message_user(request, said, messages.INFO)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for one in queryset:
            self.delete_model(request, one)


def _may_go(request: HttpRequest, person: User) -> bool:
    return person.pk != request.user.pk and may_act_on(request, person)
