"""Booths, the sittings of their guests, and the pictures that came of them."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery.models import Style, StyleQuerySet
from gallery.pictures import StoredPicture

if TYPE_CHECKING:
    from transfers.models import Transfer

MOST_AN_HOUR = 600
LEAST_IDLE_S, MOST_IDLE_S = 20, 600


class BoothQuerySet(models.QuerySet["Booth"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user, leaving=False).order_by("-created_at")

    def open(self) -> Self:
        return self.filter(ended_at=None, leaving=False, owner__is_active=True)


class Booth(models.Model):
    """How a host wants guests to be painted, and for how long anything of them is kept."""

    class Quality(models.TextChoices):
        DRAFT = "draft", _("Draft")
        STANDARD = "standard", _("Standard")

    class Countdown(models.IntegerChoices):
        SHORT = 3, _("3 seconds")
        MIDDLE = 5, _("5 seconds")
        LONG = 10, _("10 seconds")

    class Hours(models.IntegerChoices):
        HOUR = 1, _("1 hour")
        THREE = 3, _("3 hours")
        HALF_DAY = 12, _("12 hours")
        DAY = 24, _("1 day")
        THREE_DAYS = 72, _("3 days")
        WEEK = 168, _("7 days")
        TWO_WEEKS = 336, _("14 days")
        MONTH = 720, _("30 days")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="booths"
    )
    title = models.CharField(_("title"), max_length=80)
    welcome = models.CharField(_("welcome"), max_length=160, blank=True, default="")
    styles = models.ManyToManyField(Style, related_name="booths")
    quality = models.CharField(
        _("quality"), max_length=12, choices=Quality.choices, default=Quality.STANDARD
    )
    countdown_s = models.PositiveSmallIntegerField(
        _("countdown"), choices=Countdown.choices, default=Countdown.MIDDLE
    )
    idle_s = models.PositiveSmallIntegerField(
        _("back to the start after"),
        default=60,
        validators=[MinValueValidator(LEAST_IDLE_S), MaxValueValidator(MOST_IDLE_S)],
        help_text="Seconds without a touch.",
    )
    kept_h = models.PositiveSmallIntegerField(
        _("guests’ pictures are kept"),
        choices=Hours.choices,
        default=Hours.DAY,
        help_text="Hours, from when each was taken.",
    )
    link_h = models.PositiveSmallIntegerField(
        _("guests’ links work"),
        choices=Hours.choices,
        default=Hours.DAY,
        help_text="Hours; no longer than the picture is there.",
    )
    shows_wall = models.BooleanField(_("the latest pictures are shown"), default=True)
    may_download = models.BooleanField(_("guests may download"), default=True)
    most_an_hour = models.PositiveSmallIntegerField(
        _("most pictures an hour"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_AN_HOUR)],
    )

    door = models.CharField(
        max_length=64,
        default=secrets.token_hex,
        editable=False,
        help_text="What its devices know it by; another one shuts all of them out.",
    )
    painted = models.PositiveIntegerField(
        default=0, editable=False, help_text="Ever, those that are gone included."
    )
    hour_began_at = models.DateTimeField(default=timezone.now, editable=False)
    hour_count = models.PositiveIntegerField(
        default=0, editable=False, help_text="Taken since then, whatever became of them."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    leaving = models.BooleanField(
        default=False, editable=False, help_text="Deleted, until housekeeping has emptied it."
    )

    objects = BoothQuerySet.as_manager()

    class Meta:
        verbose_name = _("booth")
        verbose_name_plural = _("booths")
        indexes = [models.Index(fields=["owner", "-created_at"], name="booths_of_host")]

    def __str__(self) -> str:
        return self.title

    @property
    def offered(self) -> StyleQuerySet:
        """The styles on its wheel: of those chosen, the ones that can still be painted in."""
        usable = Style.objects.usable_by(self.owner).filter(booths=self)
        return usable.order_by("position", "title", "pk")

    @property
    def kept_for(self) -> timedelta:
        return timedelta(hours=self.kept_h)

    @property
    def link_for(self) -> timedelta:
        return timedelta(hours=min(self.link_h, self.kept_h))


class SittingQuerySet(models.QuerySet["Sitting"]):
    def there(self, now: datetime) -> Self:
        """Those whose time has not come, whether housekeeping has been there or not."""
        return self.filter(delete_at__gt=now)

    def expired(self, now: datetime) -> Self:
        return self.filter(delete_at__lte=now).order_by("delete_at")

    def on_the_wall(self, now: datetime) -> Self:
        """Those that other guests see in the room, the latest first."""
        shown = self.there(now).filter(on_wall=True, picture__isnull=False)
        return shown.select_related("picture").order_by("-taken_at")


class Sitting(models.Model):
    """One guest's turn. It, its photo, its transfer and its picture leave together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booth = models.ForeignKey(Booth, on_delete=models.CASCADE, related_name="sittings")
    photo = models.OneToOneField(
        "transfers.ContentImage", on_delete=models.CASCADE, related_name="sitting"
    )
    transfer = models.OneToOneField(
        "transfers.Transfer", on_delete=models.CASCADE, related_name="sitting"
    )
    code_sha256 = models.CharField(
        max_length=64, unique=True, help_text="Of the code in its link, which is nowhere else."
    )
    on_wall = models.BooleanField(default=True, help_text="Whether other guests may see it.")
    taken_at = models.DateTimeField(default=timezone.now)
    link_until = models.DateTimeField()
    delete_at = models.DateTimeField()

    objects = SittingQuerySet.as_manager()

    class Meta:
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        indexes = [
            models.Index(fields=["booth", "-taken_at"], name="sittings_of_booth"),
            models.Index(fields=["delete_at"], name="sittings_to_go"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class BoothPicture(StoredPicture):
    """What was painted of a sitting. Nothing lists it but the booth's own pages."""

    lossless = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="booth_pictures"
    )
    sitting = models.OneToOneField(Sitting, on_delete=models.CASCADE, related_name="picture")
    title = models.CharField(max_length=120, help_text="Of the style it was painted in.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("picture of a booth")
        verbose_name_plural = _("pictures of booths")

    def __str__(self) -> str:
        return self.title


class PastPaintingQuerySet(models.QuerySet["PastPainting"]):
    def by(self, user: User) -> Self:
        return self.filter(owner=user)

    def since(self, when: datetime) -> Self:
        return self.filter(finished_at__gt=when)

    def long_over(self, now: datetime) -> Self:
        return self.filter(finished_at__lte=now - PastPainting.COUNTS_FOR)

    def remember(self, transfers: Iterable[Transfer]) -> None:
        """What these took, before their rows are deleted; in that transaction."""
        self.bulk_create(
            PastPainting(
                owner_id=row.owner_id, finished_at=row.finished_at, painting_s=row.painting_s
            )
            for row in transfers
            if row.painting_s and row.finished_at
        )


class PastPainting(models.Model):
    """How long workers painted what is deleted by now, and nothing else of it: for a host's guest,
    or a study of a photo that is gone.

    The rows of transfers say who has had how much; without this, deleting would give it back.
    """

    COUNTS_FOR = timedelta(days=1)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="past_paintings"
    )
    finished_at = models.DateTimeField(db_index=True)
    painting_s = models.FloatField()

    objects = PastPaintingQuerySet.as_manager()

    class Meta:
        verbose_name = _("painting of what is deleted")
        verbose_name_plural = _("paintings of what is deleted")

    def __str__(self) -> str:
        return f"{self.painting_s:.0f} s"
