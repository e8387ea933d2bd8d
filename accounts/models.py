"""People, the tokens by which their programs sign in, and what was done to accounts and the site.

An account is an e-mail address and a password; there are no user names. How a token is drawn,
found and withdrawn lives in ``tokens``; what is written down, and when, in ``audit``, and its rows
in ``audit_entries``.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
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

# Models of this app with a room of their own; Django looks for all of them here.
from accounts.audit_entries import AppendOnlyError, AuditEntry, AuditEntryQuerySet
from accounts.letter_rows import Letter

__all__ = [
    "ApiToken",
    "ApiTokenQuerySet",
    "AppendOnlyError",
    "AuditEntry",
    "AuditEntryQuerySet",
    "Invitation",
    "InvitationQuerySet",
    "KnownPlace",
    "Letter",
    "Quota",
    "User",
    "UserManager",
]


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
        _("pictures waiting"),
        null=True,
        blank=True,
        help_text=_("Empty: what the site allows everybody (STYLESITE_WAITING_PER_PERSON)."),
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
        help_text=_("Photos, styles and artworks with all their files. Empty: no limit."),
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


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def valid(self, now: datetime) -> Self:
        """Those that let somebody sign up at ``now``."""
        return self.filter(withdrawn_at=None, expires_at__gt=now, uses__lt=models.F("uses_allowed"))

    def long_over(self, now: datetime) -> Self:
        """Those that ended so long ago that nobody asks about them."""
        long_ago = now - Invitation.REMEMBERED_FOR
        used_up = Q(uses__gte=models.F("uses_allowed"), last_used_at__lt=long_ago)
        return self.filter(Q(withdrawn_at__lt=long_ago) | Q(expires_at__lt=long_ago) | used_up)


class Invitation(models.Model):
    """A link by which people sign up where that takes one. Its secret itself is not kept."""

    REMEMBERED_FOR = timedelta(days=30)
    """After its end, with the address it was for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    email = models.EmailField(
        _("e-mail address"),
        blank=True,
        help_text=_("Only this address can sign up with it. Empty: whoever has the link."),
    )
    note = models.CharField(
        _("note"), max_length=80, blank=True, help_text=_("For yourself, such as “Class 7b”.")
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    uses_allowed = models.PositiveIntegerField(
        _("accounts"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("So many can be made with it."),
    )
    uses = models.PositiveIntegerField(_("used"), default=0, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return self.email or self.note or str(_("whoever has the link"))


class KnownPlace(models.Model):
    """A browser or a network that somebody signed in from; of both only a hash is kept."""

    class Kind(models.TextChoices):
        BROWSER = "browser", _("browser")
        NETWORK = "network", _("network")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="known_places"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    digest = models.CharField(max_length=64)
    last_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "digest"], name="known_place_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def owned_by(self, user: User) -> Self:
        """Those that ``user`` has not withdrawn, newest first."""
        return self.filter(owner=user, revoked_at=None).order_by("-created_at")

    def valid(self, now: datetime) -> Self:
        """Those that open something at ``now``."""
        unexpired = Q(expires_at=None) | Q(expires_at__gt=now)
        if longest := ApiToken.longest():
            unexpired &= Q(created_at__gt=now - longest)
        return self.filter(unexpired, revoked_at=None, owner__is_active=True)

    def long_over(self, now: datetime) -> Self:
        """Those that were withdrawn or expired so long ago that nobody asks about them."""
        long_ago = now - ApiToken.REMEMBERED_FOR
        over = Q(revoked_at__lt=long_ago) | Q(expires_at__lt=long_ago)
        if longest := ApiToken.longest():
            over |= Q(created_at__lt=long_ago - longest)
        return self.filter(over)


class ApiToken(models.Model):
    """What a program of ``owner`` shows instead of a password. The secret itself is not kept."""

    class Scope(models.TextChoices):
        """What a token allows. None includes another."""

        READ = "read", _("See and download your photos, styles, transfers and pictures")
        TRANSFERS = "write:transfers", _("Send photos and have them painted; stop, keep, reorder")
        GALLERY = "write:gallery", _("Add, change and throw away styles, albums and pictures")
        SHARES = "write:shares", _("Share by links, publish, and take both back")

    REMEMBERED_FOR = timedelta(days=90)
    """After its end, a token is kept for so long, so that an admin can see what was there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = models.CharField(
        _("name"), max_length=80, help_text=_("For yourself: where you use it.")
    )
    scopes = models.JSONField(_("what it may do"), default=list)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret.")
    ending = models.CharField(
        max_length=4, help_text="The secret's last characters, to tell tokens apart."
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    expires_at = models.DateTimeField(_("expires"), null=True)
    revoked_at = models.DateTimeField(_("withdrawn"), null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        indexes = [models.Index(fields=["owner", "-created_at"], name="api_token_list")]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def longest() -> timedelta | None:
        """For so long a token lasts at most, by the operator's setting; None for no limit."""
        days: int = settings.API_TOKEN_MAX_DAYS
        return timedelta(days=days) if days else None

    @property
    def ends_at(self) -> datetime | None:
        """When it ends by itself: as its owner chose, or before, where the operator says so."""
        longest = self.longest()
        ends = [self.expires_at, longest and self.created_at + longest]
        return min((end for end in ends if end), default=None)

    @property
    def is_expired(self) -> bool:
        return self.ends_at is not None and self.ends_at <= timezone.now()

    @property
    def scope_labels(self) -> list[str]:
        """What it allows, in words, in the order of ``Scope``."""
        return [str(scope.label) for scope in self.Scope if scope.value in self.scopes]
