"""A finished picture becomes that of its sitting, and no artwork of its host's.

Called by ``lifecycle.succeed``, which owns the transaction. The files that were written for the
artwork are taken over as they are; only the photo beside them is not needed, as the sitting has it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F
from django.db.models.fields.files import FieldFile

from gallery.models import Artwork
from transfers.booth.models import Booth, BoothPicture, Sitting
from transfers.models import Transfer


@dataclass
class Portrait:
    """The picture of a sitting, with its files; its row is not saved yet."""

    picture: BoothPicture
    artwork: Artwork

    def hang(self) -> None:
        """Save the row, in the caller's transaction."""
        self.picture.save(force_insert=True)
        booth = Booth.objects.filter(sittings=self.picture.sitting_id)
        Booth.objects.filter(pk__in=booth.values("pk")).update(painted=F("painted") + 1)

    def remove_old(self) -> None:
        """After the commit: nothing names the artwork's own copy of the photo."""
        before = self.artwork.before
        before.storage.delete(str(before.name))

    def file_fields(self) -> list[FieldFile]:
        """None beside those of the artwork."""
        return []


def is_hung(transfer: Transfer) -> bool:
    return BoothPicture.objects.filter(sitting__transfer=transfer).exists()


def frame(transfer: Transfer, artwork: Artwork) -> Portrait | None:
    """The picture of the sitting that ``transfer`` belongs to; None where no guest ordered it.

    ``artwork`` is framed: its files are there, its row is not. Raises Sitting.DoesNotExist where
    the guest's things were deleted meanwhile.
    """
    if not transfer.booth_id:
        return None
    sitting = Sitting.objects.get(transfer=transfer)
    styles = transfer.style_shares.values_list("style__title", flat=True)
    picture = BoothPicture(
        pk=artwork.pk,
        owner_id=transfer.owner_id,
        sitting=sitting,
        title=", ".join(styles)[:120],
        original=artwork.original.name,
        display=artwork.display.name,
        thumbnail=artwork.thumbnail.name,
        width=artwork.width,
        height=artwork.height,
        sha256=artwork.sha256,
        bytes=artwork.bytes,
        beside_bytes=artwork.beside_bytes - artwork.before.size,
        pixels_sha256=artwork.pixels_sha256,
    )
    return Portrait(picture, artwork)
