"""Pictures in folders of a disk: as Django keeps files, but without the empty folders of those that
are gone, which would carry their ids for ever.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.core.files.storage import FileSystemStorage

from gallery.files import StoredFile


class DiskFiles(FileSystemStorage):
    def walk(self, folder: str) -> Iterator[StoredFile]:
        """All files below ``folder``, in any order. Links are left alone, and so is what goes
        meanwhile."""
        folders = [folder]
        while folders:
            here = folders.pop()
            with suppress(FileNotFoundError), os.scandir(self.path(here)) as entries:
                for entry in entries:
                    name = f"{here}/{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(name)
                    elif entry.is_file(follow_symlinks=False):
                        with suppress(FileNotFoundError):
                            said = entry.stat(follow_symlinks=False)
                            modified_at = datetime.fromtimestamp(said.st_mtime, UTC)
                            yield StoredFile(name, said.st_size, modified_at)

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
