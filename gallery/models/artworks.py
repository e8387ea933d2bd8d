"""Finished pictures, and what their owner says about them.

Files and renditions live in ``pictures``; what a transfer is, lives a floor above in ``transfers``.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.files import FieldFile
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from PIL import Image

from accounts.models import User
from gallery import recipes
from gallery.models.masks import Mask
from gallery.models.styles import Style
from gallery.pictures import StoredPicture, _file_path

MOST_STARS = 5

LEAVING = datetime(1970, 1, 1, tzinfo=UTC)
"""``trashed_at`` of what its owner deleted for good and housekeeping has not come to yet."""


class Tag(models.Model):
    """A word of its owner's for pictures that belong together."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tags"
    )
    name = models.CharField(_("name"), max_length=40, help_text="In lower case, without commas.")

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="tag_once")]

    def __str__(self) -> str:
        return self.name


class ArtworkQuerySet(models.QuerySet["Artwork"]):
    def visible_to(self, user: User) -> Self:
        """What ``user`` may see: their own works that are not in the trash."""
        return self.filter(owner=user, trashed_at=None)

    def trashed_by(self, user: User) -> Self:
        """What ``user`` can still take out of the trash."""
        return self.filter(owner=user, trashed_at__gt=LEAVING)

    def trashed_before(self, when: datetime) -> Self:
        return self.filter(trashed_at__lt=when).order_by("trashed_at")

    def published(self) -> Self:
        """What its owner shows to everybody and no admin has taken down.

        Nothing of a person whose profile is hidden or whose account is closed, and nothing at all
        where the site has no public gallery.
        """
        if not settings.PUBLIC_GALLERY:
            return self.none()
        return self.filter(
            published_at__isnull=False,
            taken_down_at=None,
            trashed_at=None,
            owner__is_active=True,
            owner__profile__is_public=True,
        )

    def shareable(self) -> Self:
        """What a link may show: neither in the trash nor taken down."""
        return self.filter(trashed_at=None, taken_down_at=None)


class Artwork(StoredPicture):
    """A finished picture, with copies of all it shows: nothing deleted elsewhere harms it."""

    lossless = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="artworks"
    )
    title = models.CharField(_("title"), max_length=120)
    before = models.FileField(_("photo"), upload_to=_file_path, max_length=200, editable=False)
    recipe = models.JSONField(
        _("recipe"),
        help_text="Parameters, styles, hashes of the inputs, seed, versions, steps and seconds.",
    )
    styles = models.ManyToManyField(Style, through="ArtworkStyle", related_name="artworks")
    content_sha256 = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Of the photo, as the recipe says.",
    )
    from_camera = models.BooleanField(
        _("taken with the camera"), default=False, db_default=False, editable=False
    )
    painting_s = models.FloatField(
        default=0, db_default=0, editable=False, help_text="Seconds, as the recipe says."
    )
    masks = models.ManyToManyField(
        Mask,
        related_name="artworks",
        blank=True,
        help_text="Those that the recipe names, kept as long as the picture is.",
    )
    notes = models.TextField(_("notes"), blank=True, default="", db_default="", max_length=4000)
    rating = models.PositiveSmallIntegerField(
        _("stars"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(MOST_STARS)],
        help_text=_("0: none."),
    )
    is_favourite = models.BooleanField(_("favourite"), default=False, db_default=False)
    tags = models.ManyToManyField(Tag, verbose_name=_("tags"), related_name="artworks", blank=True)
    search_text = models.TextField(
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="What a search looks through; see gallery.search.",
    )
    published_at = models.DateTimeField(
        _("published"), null=True, blank=True, editable=False, help_text=_("Shown to everybody.")
    )
    publishes_before = models.BooleanField(
        _("photo published too"),
        default=False,
        db_default=False,
        editable=False,
        help_text=_("The photo it was painted from is shown to everybody, too."),
    )
    taken_down_at = models.DateTimeField(
        _("taken down"), null=True, blank=True, editable=False, help_text="By an admin."
    )
    created_at = models.DateTimeField(_("finished"), default=timezone.now, editable=False)
    trashed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ArtworkQuerySet.as_manager()

    class Meta:
        verbose_name = _("artwork")
        verbose_name_plural = _("artworks")
        indexes = [
            models.Index(
                fields=["owner", "-created_at", "id"],
                name="artwork_wall",
                condition=Q(trashed_at=None),
            ),
            # The other orders of the wall: gallery.listing.ORDERS.
            models.Index(
                "owner",
                Lower("title"),
                "id",
                name="artwork_by_title",
                condition=Q(trashed_at=None),
            ),
            models.Index(
                fields=["owner", "-rating", "-created_at", "id"],
                name="artwork_by_rating",
                condition=Q(trashed_at=None),
            ),
            models.Index(
                "owner",
                (F("width") * F("height")).desc(),
                "id",
                name="artwork_by_size",
                condition=Q(trashed_at=None),
            ),
            models.Index(
                fields=["owner", "-trashed_at"],
                name="artwork_trash",
                condition=Q(trashed_at__isnull=False),
            ),
            models.Index(fields=["owner", "content_sha256"], name="artwork_of_photo"),
            # All that gallery.statistics adds up, so that it reads no row.
            models.Index(
                fields=[
                    "owner",
                    "painting_s",
                    "is_favourite",
                    "from_camera",
                    "width",
                    "height",
                ],
                name="artwork_sums",
                condition=Q(trashed_at=None),
            ),
            models.Index(
                fields=["-published_at", "id"],
                name="artwork_published",
                condition=Q(published_at__isnull=False, taken_down_at=None, trashed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def file_fields(self) -> list[FieldFile]:
        """Its own, and that of its time-lapse."""
        time_lapse = getattr(self, "time_lapse", None)
        return [
            *super().file_fields(),
            *([time_lapse.file] if time_lapse and time_lapse.file else []),
        ]

    def opened_before(self) -> Image.Image | None:
        """Its copy of the photo; None where its owner deleted that with the photo. Raises
        FileNotFoundError where the file is gone."""
        if not self.before:
            return None
        with self.before.open("rb") as file, Image.open(file) as photo:
            return photo.convert("RGB")

    @property
    def alt_text(self) -> str:
        return recipes.alt_text(self.title, self.recipe)

    @property
    def public_alt_text(self) -> str:
        """The same for other people: the name of the photo is nobody else's business."""
        return recipes.alt_text(self.title, {"styles": self.recipe.get("styles")})

    @property
    def painted_in(self) -> str:
        """The styles it was painted in; empty when the recipe does not say."""
        return recipes.style_names(self.recipe)

    @property
    def painted_after(self) -> str:
        """The same with their artists."""
        return recipes.credits_line(self.recipe)

    @property
    def is_published(self) -> bool:
        """Whether everybody may see it, as long as its owner's profile is public."""
        return bool(self.published_at and not self.taken_down_at and not self.trashed_at)


class ArtworkStyle(models.Model):
    """One of the styles of an artwork that are still there; the recipe names all of them."""

    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="style_shares")
    style = models.ForeignKey(Style, on_delete=models.CASCADE, related_name="artwork_shares")
    weight = models.FloatField(default=1.0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["artwork", "style"], name="style_once_per_artwork")
        ]

    def __str__(self) -> str:
        return f"{self.style_id} × {self.weight}"
