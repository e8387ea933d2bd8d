"""A finished picture becomes the example of its preset: files first, then the row, then the old
files go.

Called by ``lifecycle.succeed``, which owns the transaction. The row of the order says within that
transaction that it was done, so it is done once, however often a worker died on the way.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from gallery import history, leftovers
from gallery.catalogue import EXAMPLE_SIDE_PX, OWN_EXAMPLE
from gallery.models import Artwork, Style
from gallery.pictures import about_to_write, shrink
from transfers.examples.models import ExampleOrder
from transfers.examples.ordering import photo_of, photos
from transfers.models import Transfer


@dataclass
class Example:
    """The files of a new example, written; the row of its preset does not name them yet."""

    order: ExampleOrder
    files: Style
    size: tuple[int, int]
    artwork: Artwork

    def hang(self) -> None:
        """Let the preset's row name the new files, in the caller's transaction."""
        style = Style.objects.select_for_update().get(pk=self.order.style_id)
        before = history.snapshot(style)
        self._old = [file for file in (style.example, style.example_photo) if file]
        if not style.example_alt or photo_of(style) != self.order.photo:
            style.example_alt = _alt_text(style, self.order.photo)
        style.example = self.files.example.name
        style.example_photo = self.files.example_photo.name
        # What load_presets would write is no longer what should be seen here.
        style.catalogue = {
            **style.catalogue,
            "example_size": list(self.size),
            OWN_EXAMPLE: True,
        }
        style.save(update_fields=["example", "example_photo", "example_alt", "catalogue"])
        ExampleOrder.objects.filter(pk=self.order.pk).update(hung_at=timezone.now())
        history.note_changes(self.order.ordered_by, style, before, _("The example was painted."))

    def remove_old(self) -> None:
        """After the commit: nothing names them any more, nor will there be an artwork."""
        _delete(self._old)
        self.artwork.delete_files()

    def file_fields(self) -> list[FieldFile]:
        """What was written for it, beside the files of the artwork."""
        return self.files.file_fields()


def is_hung(transfer: Transfer) -> bool:
    """Whether ``transfer`` was an order and its picture is the example already."""
    return ExampleOrder.objects.filter(transfer=transfer, hung_at__isnull=False).exists()


def frame(transfer: Transfer, artwork: Artwork) -> Example | None:
    """The files of the example that ``transfer`` was ordered for; None where nobody ordered it.

    ``artwork`` is framed: its files are there, its row is not.
    """
    order = ExampleOrder.objects.filter(transfer=transfer).select_related("ordered_by").first()
    if order is None:
        return None
    files = Style(pk=order.style_id)
    about_to_write(files)
    with leftovers.removed_on_error(files.file_fields):
        size = _write(files, "example", artwork.original)
        _write(files, "example_photo", transfer.content_image.original)
    return Example(order, files, size, artwork)


def _write(style: Style, name: str, picture: FieldFile) -> tuple[int, int]:
    with picture.open("rb") as file, Image.open(file) as opened:
        image = shrink(opened.convert("RGB"), EXAMPLE_SIDE_PX)
    style.set_rendition(getattr(style, name), image, EXAMPLE_SIDE_PX)
    return image.size


def _delete(files: list[FieldFile]) -> None:
    for file in files:
        if file:
            file.storage.delete(str(file.name))


def _alt_text(style: Style, photo: str) -> str:
    title = photos()[photo].title if photo in photos() else photo
    words = _("%(photo)s, painted in %(style)s") % {"photo": title, "style": style.title}
    return words[: Style._meta.get_field("example_alt").max_length]
