"""Who else on this machine may read what the site writes: whoever its folder lets in, and nobody
else.

A folder that the site makes is its own account's alone. One that was there is its operator's: what
is written into it is as open as they made it, so that a group such as nginx's goes on reading.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

OWN = 0o700
NEVER = 0o002
"""That others write, whatever the folder says."""


def of_folders(*given_by: Path) -> int:
    """Permissions for new folders: those of the first of ``given_by`` that is there."""
    for folder in given_by:
        with suppress(OSError):
            return OWN | folder.stat().st_mode & (stat.S_ISGID | 0o077) & ~NEVER
    return OWN


def of_files(folder: int) -> int:
    """Permissions for files in a folder with these."""
    return folder & 0o666


def create(path: Path, mode: int) -> None:
    """Make an empty file for a program that would make it readable for everybody.

    What is there already stays as it is, and where none can be made, the program says why.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, mode))
