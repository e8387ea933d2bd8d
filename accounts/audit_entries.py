"""The rows of the audit log. What is written down, and when, is up to ``audit``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User


COMING_AND_GOING = ("sign_in_failed", "signed_in", "signed_out")
"""What is done so often that whoever reads of an account does not see it one by one."""

OF_NOBODY_OR_ANOTHER = Q(account=None) | ~Q(account=F("actor"))


class AppendOnlyError(TypeError):
    """Somebody’s code tried to change or delete what was written down for good."""


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def by_or_about(self, user: User) -> Self:
        """What ``user`` did, and what was done to their account."""
        return self.filter(Q(account=user) | (Q(actor=user) & OF_NOBODY_OR_ANOTHER))

    def by_on_others(self, user: User) -> Self:
        """What ``user`` did elsewhere."""
        return self.filter(OF_NOBODY_OR_ANOTHER, actor=user)

    def older_than(self, when: datetime) -> Self:
        return self.filter(at__lt=when)

    def delete(self) -> NoReturn:
        raise AppendOnlyError("Entries go when their time has come: audit.forget_old().")

    def update(self, **values: Any) -> NoReturn:
        raise AppendOnlyError("Entries are never changed.")

    def delete_for_good(self) -> int:
        """For ``audit.forget_old`` alone."""
        return super().delete()[0]

    def blank_addresses(self) -> int:
        """For ``audit.forget_addresses`` alone."""
        return super().update(address="")


class AuditEntry(models.Model):
    """That something was done: written once, in the transaction that did it, and never changed.

    ``actor`` and ``account`` are numbers without a foreign key’s constraint: an account that is
    deleted leaves them, and nothing that tells who it was. The database refuses changes, too
    (migration 0005).
    """

    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    action = models.CharField(_("what"), max_length=40)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by whom"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("whose account"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    subject_label = models.CharField(
        _("of what"), max_length=200, blank=True, help_text="Only of what is nobody’s own."
    )
    address = models.CharField(
        _("from"), max_length=45, blank=True, help_text="Of the network, as settings shorten it."
    )
    facts = models.JSONField(_("more"), default=dict)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the audit log")
        verbose_name_plural = _("audit log")
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_by_time"),
            models.Index(fields=["account", "action", "-at"], name="audit_of_kind"),
            models.Index(
                fields=["actor", "action", "-at"],
                name="audit_by_kind_on_others",
                condition=OF_NOBODY_OR_ANOTHER,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError("Entries are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Entries go when their time has come: audit.forget_old().")
