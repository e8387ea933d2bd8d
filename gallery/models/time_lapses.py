"""How a picture came to be: the frames that were kept while it was painted."""

from __future__ import annotations

import json
from pathlib import PurePosixPath

from django.db import models
from django.utils.translation import gettext_lazy as _

from gallery.frames import Place
from gallery.models.artworks import Artwork
from gallery.pictures import _file_path


class TimeLapse(models.Model):
    """The frames of one artwork, in one file; see ``gallery.frames`` and ``gallery.time_lapses``.

    Written once with the artwork, and never changed. Its owner may delete it alone.
    """

    artwork = models.OneToOneField(
        Artwork, on_delete=models.CASCADE, related_name="time_lapse", primary_key=True
    )
    file = models.FileField(upload_to=_file_path, max_length=200, editable=False)
    index = models.JSONField(
        help_text="Of each frame: step, width, height, and where it lies in the file."
    )
    width = models.PositiveIntegerField(help_text="At which all frames are shown: the last one's.")
    height = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField(_("bytes"))

    class Meta:
        verbose_name = _("time-lapse")
        verbose_name_plural = _("time-lapses")

    def __str__(self) -> str:
        return str(self.artwork_id)

    @property
    def frames(self) -> list[Place]:
        return [Place(*entry) for entry in self.index]

    @property
    def steps(self) -> int:
        """Of the whole painting, with those of the pictures that it goes on from."""
        return self.frames[-1].step

    @property
    def version(self) -> str:
        """Addresses that carry it may be cached for good."""
        return PurePosixPath(str(self.file.name)).stem.removeprefix("time-lapse-")

    @property
    def index_json(self) -> str:
        """The index for a script of the page."""
        return json.dumps(self.index, separators=(",", ":"))

    @property
    def strip(self) -> list[Place]:
        """A few frames that show the way: most of them from its beginning."""
        frames = self.frames
        last = len(frames) - 1
        return [frames[at] for at in sorted({round(last * (n / 5) ** 1.5) for n in range(6)})]
