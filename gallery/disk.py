"""Pictures in folders of a disk: as Django keeps files, but without the empty folders of those that
are gone, which would carry their ids for ever.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.core.files.storage import FileSystemStorage


class DiskFiles(FileSystemStorage):
    def delete(self, name: str) -> None:
        super().delete(name)
        folder = Path(self.path(name)).parent
        if _is_of_one_row(folder.name):
            with suppress(OSError):  # another file of the row is still there
                folder.rmdir()


def _is_of_one_row(name: str) -> bool:
    """Whether a folder holds the files of one row only: nobody else writes there meanwhile."""
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
