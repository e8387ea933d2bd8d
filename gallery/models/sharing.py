"""How others get to see a picture: a link, a public profile, and what an admin may do about it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery.models.albums import Album
from gallery.models.artworks import Artwork


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user).order_by("-created_at", "id")

    def open(self, now: datetime) -> Self:
        """Those that still lead somewhere at ``now``."""
        unexpired = Q(expires_at=None) | Q(expires_at__gt=now)
        return self.filter(unexpired, revoked_at=None, owner__is_active=True)

    def long_over(self, now: datetime) -> Self:
        """Those that ended or were withdrawn so long ago that nobody asks about them."""
        long_ago = now - ShareLink.REMEMBERED_FOR
        return self.filter(Q(revoked_at__lt=long_ago) | Q(expires_at__lt=long_ago))


class ShareLink(models.Model):
    """Whoever has the link sees one picture or one album of its owner, until it ends.

    The address is the signed id (``gallery.shares``), so that the database alone opens nothing and
    its owner can copy it again.
    """

    REMEMBERED_FOR = timedelta(days=90)
    """After its end, so that its owner can let it last longer, or make it again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="share_links"
    )
    artwork = models.ForeignKey(
        Artwork, on_delete=models.CASCADE, null=True, blank=True, related_name="share_links"
    )
    album = models.ForeignKey(
        Album, on_delete=models.CASCADE, null=True, blank=True, related_name="share_links"
    )
    name = models.CharField(
        _("name"), max_length=80, blank=True, help_text=_("For yourself: who it is for.")
    )
    password = models.CharField(max_length=128, blank=True, help_text="Hashed; empty: none.")
    may_download = models.BooleanField(_("may be downloaded"), default=True)
    shows_before = models.BooleanField(
        _("the photo is shown too"),
        default=False,
        db_default=False,
        help_text=_("Beside each picture, the photo it was painted from."),
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("ends"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    views = models.PositiveIntegerField(_("views"), default=0, editable=False)
    last_viewed_at = models.DateTimeField(_("last seen"), null=True, editable=False)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("share link")
        verbose_name_plural = _("share links")
        indexes = [models.Index(fields=["owner", "-created_at"], name="share_link_list")]
        constraints = [
            models.CheckConstraint(
                condition=Q(artwork=None, album__isnull=False)
                | Q(artwork__isnull=False, album=None),
                name="share_link_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.pk)

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_open(self) -> bool:
        """Whether it still leads somewhere."""
        return self.revoked_at is None and not self.is_expired

    @property
    def subject(self) -> str:
        """The title of what it shows."""
        shown = self.artwork or self.album
        return shown.title if shown else ""


class Profile(models.Model):
    """The public page of a person, where the pictures hang that they published."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile"
    )
    handle = models.SlugField(
        _("address"), max_length=40, unique=True, help_text=_("The last part of its address.")
    )
    name = models.CharField(_("name"), max_length=80)
    about = models.TextField(_("about you"), blank=True, max_length=1000)
    is_public = models.BooleanField(_("public"), default=True)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")

    def __str__(self) -> str:
        return self.handle


class Report(models.Model):
    """Somebody says that a published or shared picture should not be seen."""

    class Reason(models.TextChoices):
        PERSON = "person", _("It shows a person who does not want to be shown")
        RIGHTS = "rights", _("It belongs to somebody else")
        HARM = "harm", _("It is hateful, violent or sexual")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        OPEN = "open", _("to be looked at")
        DISMISSED = "dismissed", _("stays")
        TAKEN_DOWN = "taken_down", _("taken down")

    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices)
    text = models.TextField(_("what is wrong"), blank=True, max_length=2000)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.OPEN, db_index=True
    )
    created_at = models.DateTimeField(_("reported"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.state})"
