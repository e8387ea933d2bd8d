"""People. An account is an e-mail address and a password; there are no user names."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    Group,
    PermissionsMixin,
)
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, **fields, is_staff=True, is_superuser=True)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(
        _("e-mail address"),
        unique=True,
        error_messages={"unique": _("An account with this e-mail address already exists.")},
    )
    name = models.CharField(
        _("name"), max_length=80, blank=True, help_text=_("Shown beside your pictures.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may use the admin"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email


class Quota(models.Model):
    """How much may be used: by one person, by each member of a group, or by everybody else.

    An empty limit is none. Which row counts for whom is said in ``accounts.quotas``.
    """

    user = models.OneToOneField(
        User,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="quota",
    )
    group = models.OneToOneField(
        Group,
        verbose_name=_("group"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="quota",
        help_text=_("Without a person and a group, the limits are everybody’s."),
    )
    running = models.PositiveIntegerField(
        _("pictures painted at once"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: no limit."),
    )
    waiting = models.PositiveIntegerField(
        _("pictures waiting"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    painting_minutes_a_day = models.PositiveIntegerField(
        _("minutes of painting a day"),
        null=True,
        blank=True,
        help_text=_("Within the last 24 hours. Empty: no limit."),
    )
    storage_mb = models.PositiveIntegerField(
        _("storage in MB"),
        null=True,
        blank=True,
        help_text=_("Photos, styles and artworks in full size. Empty: no limit."),
    )

    class Meta:
        verbose_name = _("limit")
        verbose_name_plural = _("limits")
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None) | Q(group=None),
                name="quota_of_person_or_group",
                violation_error_message=_("Choose a person or a group, not both."),
            ),
            models.UniqueConstraint(
                Coalesce("user", 0),
                Coalesce("group", 0),
                name="quota_once",
                violation_error_message=_("There are limits for these already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user or self.group or _("everybody"))
