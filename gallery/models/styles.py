"""Styles to paint in, and how they are put together on the wall.

Presets and personal styles are one model: a preset is a style without an owner.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from PIL import Image

from accounts.models import User
from gallery import look_alikes, palettes
from gallery.cropping import Crop
from gallery.folding import fold
from gallery.pictures import THUMBNAIL_SIDE_PX, StoredPicture, _file_path, shrink


class Collection(models.Model):
    """Presets that belong together, such as those of one movement; put together by an admin."""

    slug = models.SlugField(_("address"), unique=True)
    title = models.CharField(_("title"), max_length=80)
    description = models.TextField(_("description"), blank=True)
    position = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("collection")
        verbose_name_plural = _("collections")
        ordering = ["position", "title"]

    def __str__(self) -> str:
        return self.title


class StyleQuerySet(models.QuerySet["Style"]):
    def presets(self) -> Self:
        """Published presets, in the order the admin gave them."""
        return self.filter(owner=None, state=Style.State.PUBLISHED, trashed_at=None).order_by(
            "position", "title"
        )

    def owned_by(self, user: User) -> Self:
        """The personal library of ``user``, newest first."""
        return self.filter(owner=user, trashed_at=None).order_by("-created_at")

    def trashed_by(self, user: User) -> Self:
        return self.filter(owner=user, trashed_at__isnull=False)

    def trashed_before(self, when: datetime) -> Self:
        """Personal ones; an admin's presets are the admin's to delete."""
        return self.filter(owner__isnull=False, trashed_at__lt=when).order_by("trashed_at")

    def usable_by(self, user: User) -> Self:
        """What ``user`` may paint with: published presets and their own styles."""
        return self.filter(
            Q(owner=None, state=Style.State.PUBLISHED) | Q(owner=user), trashed_at=None
        )


class WordsField(models.TextField):  # type: ignore[type-arg]
    """All that a search looks through, put together whenever the whole row is saved.

    As ``auto_now`` does for times. A save of single fields names this one, too.
    """

    def deconstruct(self) -> Any:
        """To migrations it is the column that it is."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.TextField", args, options

    def pre_save(self, model_instance: Any, add: bool) -> str:
        words: str = model_instance.words()
        setattr(model_instance, self.attname, words)
        return words


class Style(StoredPicture):
    """A style image: a preset (no owner) or part of someone's own library."""

    class State(models.TextChoices):
        DRAFT = "draft", _("hidden")
        PUBLISHED = "published", _("published")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="styles",
        editable=False,
    )
    slug = models.SlugField(
        _("name in the catalogue"), unique=True, null=True, blank=True, editable=False
    )
    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    artist = models.CharField(_("artist"), max_length=120, blank=True)
    year = models.CharField(_("year"), max_length=40, blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    params = models.JSONField(
        _("recommended settings"),
        default=dict,
        blank=True,
        help_text=_('Settings that suit this style, such as {"style_strength": 60}.'),
    )
    example = models.FileField(
        _("example result"), upload_to=_file_path, max_length=200, blank=True, editable=False
    )
    example_photo = models.FileField(
        _("photo of the example"), upload_to=_file_path, max_length=200, blank=True, editable=False
    )
    example_alt = models.CharField(_("what the example shows"), max_length=200, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.PUBLISHED
    )
    position = models.PositiveIntegerField(_("order"), default=0)
    collections = models.ManyToManyField(
        Collection, verbose_name=_("collections"), related_name="styles", blank=True
    )
    # Of the columns below, the database has a default for the code that runs before they exist.
    palette = models.JSONField(
        default=list,
        db_default=Value([], models.JSONField()),
        editable=False,
        help_text="Its main colours, the largest first: [{hex, share}].",
    )
    color_groups = models.CharField(
        max_length=120,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="The groups of its main colours, with a space before and after each name.",
    )
    perceptual_hash = models.CharField(
        max_length=16,
        blank=True,
        default="",
        db_default="",
        editable=False,
        db_index=True,
        help_text="64 bits in hex; of pictures that look alike, few bits differ.",
    )
    times_used = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="In how many artworks, those deleted since included.",
    )
    source_sha256 = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        editable=False,
        db_index=True,
        help_text="Of the file that an import brought; the stored original is written anew.",
    )
    search_text = WordsField(blank=True, default="", db_default="", editable=False)
    uncropped = models.FileField(
        upload_to=_file_path,
        max_length=200,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="The whole picture, where the original is a part of it; see gallery.cropping.",
    )
    crop = models.JSONField(
        null=True,
        blank=True,
        editable=False,
        help_text="Which part: [left, top, width, height] as fractions of the whole picture.",
    )
    catalogue = models.JSONField(
        default=dict,
        editable=False,
        help_text="What load_presets last wrote, so that it knows which fields an admin changed.",
    )
    created_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)
    trashed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = StyleQuerySet.as_manager()

    class Meta:
        verbose_name = _("style")
        verbose_name_plural = _("styles")
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="style_library"),
            models.Index(fields=["state", "position"], name="style_presets"),
            models.Index(fields=["owner", "-times_used"], name="style_popularity"),
        ]
        constraints = [
            # Two imports of the same file in the same moment make one preset.
            models.UniqueConstraint(
                fields=["source_sha256"],
                condition=Q(owner=None) & ~Q(source_sha256=""),
                name="style_imported_once",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def set_picture(self, image: Image.Image, *, exactly: bool = False) -> None:
        """Also notes its colours and its fingerprint."""
        super().set_picture(image, exactly=exactly)
        self.look_at(image)

    def look_at(self, image: Image.Image) -> None:
        """Note the colours and the fingerprint of ``image``; the row is not saved."""
        small = shrink(image, THUMBNAIL_SIDE_PX)
        self.palette = palettes.main_colors(small)
        self.color_groups = palettes.color_groups(self.palette)
        self.perceptual_hash = look_alikes.fingerprint(small)

    def words(self) -> str:
        """Title and artist, folded, then the tags, each between two ``#``.

        So it sorts by title, and a tag is told from the same word elsewhere.
        """
        tags = [fold(str(tag)).replace("#", " ") for tag in self.tags]
        return "\n".join([fold(self.title), fold(self.artist), f"#{'#'.join(tags)}#"])

    @property
    def kept_part(self) -> Crop | None:
        """Which part of the picture it is; None for all of it."""
        return Crop.of(self.crop) if self.crop else None

    @property
    def whole_size(self) -> tuple[int, int]:
        """Width and height of the picture before it was cropped, to a pixel or so."""
        if not self.crop:
            return self.width, self.height
        return round(self.width / self.crop[2]), round(self.height / self.crop[3])

    @property
    def is_preset(self) -> bool:
        return self.owner_id is None

    @property
    def is_public(self) -> bool:
        """Whether every visitor may see it and its files."""
        return self.is_preset and self.state == self.State.PUBLISHED and self.trashed_at is None

    @property
    def example_size(self) -> tuple[int, int] | None:
        """Width and height of the example and its photo, so that a page can keep their place."""
        size = self.catalogue.get("example_size")
        return (size[0], size[1]) if self.example and self.example_photo and size else None


class StyleOfferQuerySet(models.QuerySet["StyleOffer"]):
    def open(self) -> Self:
        """Those that wait for an answer."""
        return self.filter(state=StyleOffer.State.OPEN, style__trashed_at=None)


class StyleOffer(models.Model):
    """The owner of a personal style would like to see it among the presets, and consents to it.

    Only an offered style is shown to admins. When they accept, a preset of its own is made of it:
    the personal style stays its owner's.
    """

    class State(models.TextChoices):
        OPEN = "open", _("waiting for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    style = models.ForeignKey(Style, on_delete=models.CASCADE, related_name="offers")
    credit = models.CharField(_("to be credited to"), max_length=120, blank=True)
    licence = models.CharField(_("licence"), max_length=120)
    message = models.TextField(_("message"), blank=True, max_length=1000)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.OPEN, editable=False
    )
    offered_at = models.DateTimeField(_("offered"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    preset = models.ForeignKey(
        Style, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects = StyleOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offered style")
        verbose_name_plural = _("offered styles")
        constraints = [
            models.UniqueConstraint(
                fields=["style"], condition=Q(state="open"), name="style_offered_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.style)
