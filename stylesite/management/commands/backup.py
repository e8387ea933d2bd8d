"""`manage.py backup`: rows and files of the whole site, while it runs."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError

from stylesite.backup import BackupError, checking, taking
from stylesite.backup.folder import BackupFolder
from stylesite.backup.progress import Progress

KEPT = 7
FILES_MISSING = 3
MOST_SAID = 20


class Command(BaseCommand):
    help = (
        "Backs up the whole site, database and pictures, into a folder, while the site runs. Files "
        "that an earlier backup there has are not copied again. Ends with 0 when all is written, "
        "with 3 when it is written but the site itself lacks files that its rows name, and with 1 "
        "when nothing was written."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to", metavar="FOLDER", help="where backups lie (default: STYLESITE_BACKUP_DIR)"
        )
        parser.add_argument(
            "--keep", type=int, default=KEPT, help=f"how many backups stay there ({KEPT})"
        )
        parser.add_argument(
            "--verify", action="store_true", help="only check the hashes of all that is there"
        )
        parser.add_argument("--quiet", action="store_true", help="say nothing when all is well")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = BackupFolder(folder_named(options["to"], "--to"))
        if options["keep"] < 1:
            raise CommandError("Give --keep a whole number of 1 or more.")
        progress = Progress(self.stdout, quiet=options["quiet"])
        try:
            if options["verify"]:
                said = self._verify(folder, progress)
            else:
                said = self._take(folder, options["keep"], progress)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(
                f"The database could not be read ({error}): check STYLESITE_DATABASE_URL. No "
                "backup was made."
            ) from error
        except OSError as error:
            undone = "Not all was checked" if options["verify"] else "No backup was made"
            raise CommandError(
                f"{error.filename or folder.path}: {error.strerror or error}. {undone}: make room, "
                "or mend that, and run this again."
            ) from error
        finally:
            progress.end()
        if not options["quiet"]:
            self.stdout.write(said)

    def _take(self, folder: BackupFolder, keep: int, progress: Progress) -> str:
        taken = taking.take(folder, keep=keep, say=progress)
        self._warn(taken, progress)
        said = (
            f"{taken.backup.path}: {taken.row_count} rows and {taken.files} files "
            f"({_size(taken.bytes)}), {taken.new_files} of them new ({_size(taken.new_bytes)})."
        )
        if taken.missing:
            progress.end()
            names = "\n".join(taken.missing[:MOST_SAID])
            self.stderr.write(
                f"{said}\n{len(taken.missing)} files that rows name are missing in the site's own "
                f"storage:\n{names}"
            )
            sys.exit(FILES_MISSING)
        return said

    def _warn(self, taken: taking.Taken, progress: Progress) -> None:
        if taken.warnings:
            progress.end()
            # The same list may have been asked twice.
            self.stderr.write("\n".join(dict.fromkeys(taken.warnings)))

    def _verify(self, folder: BackupFolder, progress: Progress) -> str:
        folder.find()
        with folder.held():
            backups = folder.backups()
            found = {b.path.name: checking.faults(folder, b, progress) for b in backups}
            broken = {name: faults for name, faults in found.items() if faults}
            for faults in broken.values():
                checking.set_aside(folder, faults)
        if not broken:
            return f"{len(backups)} backups in {folder.path} are whole."
        progress.end()
        for name, faults in broken.items():
            for sentence in faults.sentences()[:MOST_SAID]:
                self.stderr.write(f"{name}: {sentence}")
        raise CommandError(" ".join(_advice(broken)))


def _advice(broken: dict[str, checking.Faults]) -> Iterator[str]:
    yield f"Not whole: {', '.join(broken)}."
    if useless := [name for name, faults in broken.items() if faults.parts]:
        yield f"Nothing can be made of {', '.join(useless)}: remove them."
    if len(useless) < len(broken):
        yield (
            "Run `manage.py backup` now: it copies anew the files that the site still has. If that "
            "mends not all, a restore leaves them out with --without-damaged."
        )


def folder_named(given: str | None, option: str) -> Path:
    chosen = given or settings.BACKUP_DIR
    if not chosen:
        raise CommandError(f"Say in which folder with {option}, or set STYLESITE_BACKUP_DIR.")
    return Path(chosen).expanduser().absolute()


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
