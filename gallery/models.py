"""Styles to paint in and the artworks that came out.

Presets and personal styles are one model: a preset is a style without an owner. Files and
renditions live in ``pictures``; what a transfer is, lives a floor above in ``transfers``.
"""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery import recipes
from gallery.pictures import StoredPicture, _file_path


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

    def usable_by(self, user: User) -> Self:
        """What ``user`` may paint with: published presets and their own styles."""
        return self.filter(
            Q(owner=None, state=Style.State.PUBLISHED) | Q(owner=user), trashed_at=None
        )


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
        ]

    def __str__(self) -> str:
        return self.title

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


class ArtworkQuerySet(models.QuerySet["Artwork"]):
    def visible_to(self, user: User) -> Self:
        """What ``user`` may see: their own works that are not in the trash."""
        return self.filter(owner=user, trashed_at=None)

    def trashed_by(self, user: User) -> Self:
        return self.filter(owner=user, trashed_at__isnull=False)


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
    created_at = models.DateTimeField(_("finished"), default=timezone.now, editable=False)
    trashed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ArtworkQuerySet.as_manager()

    class Meta:
        verbose_name = _("artwork")
        verbose_name_plural = _("artworks")
        indexes = [models.Index(fields=["owner", "-created_at", "id"], name="artwork_gallery")]

    def __str__(self) -> str:
        return self.title

    @property
    def alt_text(self) -> str:
        return recipes.alt_text(self.title, self.recipe)

    @property
    def painted_in(self) -> str:
        """The styles it was painted in; empty when the recipe does not say."""
        return recipes.style_names(self.recipe)

    @property
    def painted_after(self) -> str:
        """The same with their artists."""
        return recipes.credits_line(self.recipe)
