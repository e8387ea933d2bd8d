"""Files of an unfinished transfer: its checkpoint and its preview.

Each version gets a name of its own: the new file is written, then the row names it, then the old
file goes. So the row always names a whole file, whenever the worker or the machine dies.
"""

from __future__ import annotations

import logging
import secrets

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from transfers.models import Transfer

logger = logging.getLogger(__name__)


def write(transfer: Transfer, kind: str, data: bytes, suffix: str) -> str:
    """Store `data` under a new name and return the name. Nothing refers to it yet."""
    key = str(transfer.pk)
    name = f"transfers/{key[:2]}/{key}-{kind}-{secrets.token_hex(6)}.{suffix}"
    return default_storage.save(name, ContentFile(data))


def read_checkpoint(transfer: Transfer) -> bytes | None:
    """The last checkpoint, or None when there is none: then painting starts from the beginning."""
    if not transfer.checkpoint:
        return None
    try:
        with transfer.checkpoint.open("rb") as file:
            data: bytes = file.read()
    except OSError:
        logger.warning("transfer %s: its checkpoint cannot be read", transfer.pk, exc_info=True)
        return None
    return data


def delete(name: str | None) -> None:
    """Remove a file that no row names any more. A file left over harms nobody, so no error."""
    if not name:
        return
    try:
        default_storage.delete(name)
    except OSError:
        logger.warning("could not remove %s", name, exc_info=True)
