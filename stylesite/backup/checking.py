"""Holding a backup against its hashes: every part of it, and every file that it names."""

from __future__ import annotations

import contextlib
import errno
from dataclasses import dataclass, field
from pathlib import Path

from stylesite.backup import Say
from stylesite.backup.folder import Backup, BackupFolder, sha256_of


@dataclass(slots=True)
class Faults:
    """What is wrong with a backup; nothing of it when it is whole."""

    parts: list[str] = field(default_factory=list)
    """Of the backup itself: without them nothing can be made of it."""
    damaged: dict[str, str] = field(default_factory=dict)
    """Files that are not what they were: their SHA-256 by name."""
    missing: list[str] = field(default_factory=list)
    """Files that are not there."""

    def __bool__(self) -> bool:
        return bool(self.parts or self.damaged or self.missing)

    @property
    def files(self) -> frozenset[str]:
        return frozenset([*self.damaged, *self.missing])

    def sentences(self) -> list[str]:
        return [
            *(f"{name} is missing or not what was written" for name in self.parts),
            *(f"{name} is damaged" for name in self.damaged),
            *(f"{name} is missing" for name in self.missing),
        ]


def faults(folder: BackupFolder, backup: Backup, say: Say) -> Faults:
    say(f"checking {backup.path.name}")
    found = Faults(parts=backup.broken_parts())
    if found.parts:
        return found
    with backup.index() as index:
        count, _bytes = index.totals()
        for number, (name, digest, _size) in enumerate(index.files(), 1):
            if folder.object(digest).exists():
                if not _is_whole(folder.object(digest), digest):
                    found.damaged[name] = digest
            elif folder.damaged(digest).exists():
                found.damaged[name] = digest
            else:
                found.missing.append(name)
            say(f"checking files, {number} of {count}")
    return found


def set_aside(folder: BackupFolder, found: Faults) -> None:
    """Move what is damaged out of the way, so that the next backup copies it anew."""
    for digest in found.damaged.values():
        # Two names may be one file; and where nothing can be written, no backup can be made either.
        with contextlib.suppress(OSError):
            folder.object(digest).rename(folder.damaged(digest))


def _is_whole(path: Path, digest: str) -> bool:
    try:
        return sha256_of(path) == digest
    except OSError as error:
        if error.errno == errno.EIO:  # the disk has lost it
            return False
        raise
