"""Holding a backup against its hashes: every part of it, and every file that it names."""

from __future__ import annotations

from collections.abc import Callable

from stylesite.backup.folder import Backup, BackupFolder, sha256_of


def faults(folder: BackupFolder, backup: Backup, say: Callable[[str], None]) -> list[str]:
    """What is wrong with it, each in a few words; empty when it is whole."""
    say(f"checking {backup.path.name}")
    if broken := backup.broken_parts():
        return [f"{name} is missing or not what was written" for name in broken]
    found = []
    with backup.index() as index:
        count, _bytes = index.totals()
        for number, (name, digest, _size) in enumerate(index.files(), 1):
            path = folder.object(digest)
            if not path.exists() or sha256_of(path) != digest:
                found.append(f"{name} is {'damaged' if path.exists() else 'missing'}")
            say(f"checking files, {number} of {count}")
    return found
