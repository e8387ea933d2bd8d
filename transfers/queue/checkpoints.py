"""Files of an unfinished transfer: its checkpoint, its preview and the frames of its time-lapse.

Each version gets a name of its own: the new file is written, then the row names it, then the old
file goes. So the row always names a whole file, whenever the worker or the machine dies.
"""

from __future__ import annotations

import logging
import secrets

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from gallery import leftovers
from gallery.files import FilesUnavailableError
from transfers.models import Transfer

logger = logging.getLogger(__name__)


def about_to_write(transfer: Transfer) -> None:
    """Before its worker writes the first of its files, and when it has ended, as a worker that was
    superseded may still write one: what no row names in the end does not stay."""
    leftovers.note_writing(prefix(transfer))


def write(transfer: Transfer, kind: str, data: bytes, suffix: str) -> str:
    """Store `data` under a new name and return the name. Nothing refers to it yet."""
    name = f"{_folder(transfer)}/{transfer.pk}-{kind}-{secrets.token_hex(6)}.{suffix}"
    return default_storage.save(name, ContentFile(data))


def read_checkpoint(transfer: Transfer) -> bytes | None:
    """The last checkpoint, or None when there is none: then painting starts from the beginning.

    Raises FilesUnavailableError when it may be there in a moment.
    """
    if not transfer.checkpoint:
        return None
    try:
        with transfer.checkpoint.open("rb") as file:
            data: bytes = file.read()
    except FilesUnavailableError:
        raise
    except OSError:
        logger.warning("transfer %s: its checkpoint cannot be read", transfer.pk, exc_info=True)
        return None
    return data


def read_frames(transfer: Transfer) -> bytes | None:
    """The frames kept so far, or None. Raises OSError where they cannot be read."""
    if not transfer.time_lapse:
        return None
    with transfer.time_lapse.open("rb") as file:
        data: bytes = file.read()
    return data


def delete(name: str | None) -> None:
    """Remove a file that no row names any more. One left over goes by its note, so no error."""
    if not name:
        return
    try:
        default_storage.delete(name)
    except OSError:
        logger.warning("could not remove %s", name, exc_info=True)


def sweep(transfer: Transfer, *, keep: str) -> None:
    """Remove all files of a transfer that has ended, but the one named `keep`.

    Those too that no row ever named, because the worker or the database went away in that instant.
    """
    try:
        names = _names(transfer)
    except OSError:
        logger.warning("transfer %s: its files are left over", transfer.pk, exc_info=True)
        return
    for name in names:
        if name != keep:
            delete(name)


def remove(transfer: Transfer) -> None:
    """Remove all files of a transfer whose row goes next. Raises OSError where one may be left."""
    for name in _names(transfer):
        default_storage.delete(name)


def prefix(transfer: Transfer) -> str:
    """What the names of all its files begin with."""
    return f"{_folder(transfer)}/{transfer.pk}-"


def _names(transfer: Transfer) -> list[str]:
    folder = _folder(transfer)
    try:
        _folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    return [f"{folder}/{file}" for file in files if file.startswith(f"{transfer.pk}-")]


def _folder(transfer: Transfer) -> str:
    return f"transfers/{str(transfer.pk)[:2]}"
