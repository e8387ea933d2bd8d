"""How long backing up and restoring a site of many pictures takes, and how much memory it needs.

`python -m tests.benchmarks.backup` fills a site on SQLite, gives each of its artworks files of its
own, and times the commands one after another, each a process of its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("original", "display", "thumbnail", "before")


def main() -> None:
    parser = argparse.ArgumentParser(description="Seconds and memory of backup and restore.")
    parser.add_argument("--count", type=int, default=2000, help="artworks (2000)")
    parser.add_argument("--kb", type=int, default=250, help="of each of their four files (250)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stylesite-bench-") as place:
        folder = Path(place)
        os.environ.update(
            STYLESITE_DATA_DIR=str(folder / "site"),
            STYLESITE_SECRET_KEY="for this benchmark only",
            DJANGO_SETTINGS_MODULE="stylesite.settings",
        )
        files, size_bytes = fill(asked.count, asked.kb * 1000)
        print(f"{asked.count} artworks, {files} files, {size_bytes / 2**20:.0f} MB")
        print("| command | seconds | peak memory |")
        print("| --- | --- | --- |")
        to = f"--to={folder / 'backups'}"
        timed("the first backup", "backup", to)
        timed("another, with nothing new", "backup", to)
        timed("`--verify` of both", "backup", to, "--verify")
        os.environ["STYLESITE_DATA_DIR"] = str(folder / "elsewhere")
        timed("restore", "restore", f"--from={folder / 'backups'}")


def fill(count: int, padding_bytes: int) -> tuple[int, int]:
    """Files and bytes of a site with ``count`` artworks, no two of whose files are the same."""
    import django

    django.setup()
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage
    from django.core.management import call_command

    from gallery.models import Artwork

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("make_artworks", count=count, verbosity=0)
    files = size_bytes = 0
    contents: dict[str, bytes] = {}
    for artwork in Artwork.objects.all():
        for column in COPIED:
            name = str(getattr(artwork, column))
            if not name:
                continue
            if name not in contents:
                with default_storage.open(name) as opened:
                    contents[name] = opened.read()
            own = contents[name] + os.urandom(padding_bytes)
            kept = default_storage.save(f"artworks/{artwork.pk}/{column}", ContentFile(own))
            setattr(artwork, column, kept)
            files, size_bytes = files + 1, size_bytes + len(own)
        artwork.save(update_fields=COPIED)
    return files, size_bytes


def timed(what: str, *words: str) -> None:
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "manage.py", *words], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    _pid, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{what} ended with {os.waitstatus_to_exitcode(status)}")
    print(f"| {what} | {time.monotonic() - began:.1f} s | {used.ru_maxrss / 1024:.0f} MB |")


if __name__ == "__main__":
    main()
