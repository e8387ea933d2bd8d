"""Recipes that somebody brought, kept as long as they may be repeated or held against a result."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery.models import Mask
from gallery.pictures import StoredPicture
from gallery.recipe_files import RecipeFile

UNUSED_FOR = timedelta(days=30)
"""After that, a recipe by which nothing was painted is forgotten."""


class BroughtRecipeQuerySet(models.QuerySet["BroughtRecipe"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user).order_by("-created_at")

    def expired(self, now: datetime) -> Self:
        """Those by which nothing was painted for long enough."""
        return self.filter(repetitions=None, created_at__lt=now - UNUSED_FOR)


class BroughtRecipe(StoredPicture):
    """A recipe file that was judged and found usable, with the picture that carried it, if any.

    Without a picture the columns of one are empty.
    """

    lossless = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="brought_recipes"
    )
    recipe = models.JSONField(_("recipe"), help_text="A gallery.recipe_files.RecipeFile.")
    picture_format = models.CharField(
        max_length=8, blank=True, default="", help_text="Of the picture that carried it."
    )
    chosen = models.JSONField(
        default=dict,
        help_text="Pictures that its owner gave for inputs: {slot: {id, same, accepted}}.",
    )
    masks = models.ManyToManyField(Mask, related_name="brought_recipes", blank=True)
    created_at = models.DateTimeField(_("brought"), default=timezone.now, editable=False)

    objects = BroughtRecipeQuerySet.as_manager()

    class Meta:
        verbose_name = _("recipe that was brought")
        verbose_name_plural = _("recipes that were brought")
        indexes = [models.Index(fields=["owner", "-created_at"], name="brought_recipes")]

    def __str__(self) -> str:
        return self.file.title or str(self.pk)

    @property
    def file(self) -> RecipeFile:
        """What it says."""
        return RecipeFile.from_json(self.recipe)
