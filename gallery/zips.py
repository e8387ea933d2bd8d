"""Many pictures as one zip that is written while it is sent.

Nothing is put together beforehand, in memory or on a disk: the first bytes leave when the first
file is open, and at any moment one file is being read. Pictures are stored as they are, since PNGs
would not get smaller, and the archive may be larger than 4 GB.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from pathlib import PurePosixPath

from django.core.files.base import File
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from zipstream import ZipStream

from gallery.file_names import safe_name
from gallery.files import CHUNK_BYTES, harden
from gallery.models import Artwork, ArtworkQuerySet
from gallery.sending import take_place

logger = logging.getLogger(__name__)

NEEDED = ("id", "title", "original")


class Names:
    """File names that no two entries share, not even on systems that do not tell case apart."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._times: Counter[str] = Counter()

    def claim(self, title: str, suffix: str) -> str:
        """A name for ``title``: "Mill.png", then "Mill (2).png"."""
        stem = name = safe_name(title)
        key = stem.casefold()
        while True:
            self._times[key] += 1
            if self._times[key] > 1:
                name = f"{stem} ({self._times[key]})"
            if (folded := f"{name}{suffix}".casefold()) not in self._taken:
                self._taken.add(folded)
                return name + suffix


def stream(artworks: Iterable[Artwork]) -> Generator[bytes, None, None]:
    """The zip of ``artworks`` piece by piece, in their order.

    A picture whose file cannot be opened is left out and named in a text file inside. One that
    breaks off in the middle ends the stream with an error, so that the download fails visibly.
    """
    archive, names, missing = ZipStream(), Names(), []
    for artwork in artworks:
        name = names.claim(artwork.title, PurePosixPath(str(artwork.original.name)).suffix)
        try:
            opened = artwork.original.storage.open(str(artwork.original.name))
        except OSError:
            logger.warning("a zip leaves out artwork %s: its file is missing", artwork.pk)
            missing.append(name)
            continue
        with opened:
            archive.add(pieces_of(opened), name)
            yield from archive.file()
    if missing:
        told = "\n".join([_explanation(), "", *missing, ""])
        archive.add(told, names.claim(_("Left out"), ".txt"))
    yield from archive.finalize()


def pieces_of(opened: File[bytes]) -> Iterator[bytes]:
    while piece := opened.read(CHUNK_BYTES):
        yield piece


def _explanation() -> str:
    return _("The files of these pictures could not be read, so they are not in this archive:")


def needed_of(artworks: ArtworkQuerySet) -> ArtworkQuerySet:
    """``artworks`` with no more of their rows than ``stream`` needs."""
    return artworks.only(*NEEDED)


def response(artworks: Iterable[Artwork], name: str) -> StreamingHttpResponse:
    """A download of ``artworks`` called ``name``, with today's date. Raises BusyError."""
    take_place()
    return download(stream(artworks), name)


def download(pieces: Iterable[bytes], name: str) -> StreamingHttpResponse:
    """The same of any zip that is written while it is sent."""
    day = timezone.localdate().isoformat()
    answer = StreamingHttpResponse(pieces, content_type="application/zip")
    header = content_disposition_header(True, f"{safe_name(name)} {day}.zip")
    answer["Content-Disposition"] = str(header)
    answer["X-Accel-Buffering"] = "no"  # a proxy in front would gather it first
    return harden(answer, max_age_s=None)
