"""`manage.py leftovers`: files of the store that no row names."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError

from gallery.strays import Strays


class Command(BaseCommand):
    help = (
        "Lists the files of the store, disk or bucket, that no row of any table names and that are "
        "older than a day, with their sizes. Deletes nothing unless it is told to."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--delete", action="store_true", help="delete them, after a question")
        parser.add_argument(
            "--no-input", action="store_false", dest="asks", help="delete without the question"
        )
        parser.add_argument(
            "--anyway",
            action="store_true",
            help="delete them although the database looks like that of another store",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with Strays() as strays:
                for file in strays.find():
                    self.stdout.write(f"{file.bytes:>12}  {file.modified_at:%Y-%m-%d}  {file.name}")
                self.stdout.write(_summary(strays))
                if options["delete"] and strays.count:
                    self._delete(strays, asks=options["asks"], anyway=options["anyway"])
        except DatabaseError as error:
            raise CommandError(
                f"The database could not be read ({error}): check STYLESITE_DATABASE_URL, and that "
                "`manage.py migrate` was run. Nothing more was deleted."
            ) from error
        except OSError as error:
            raise CommandError(
                f"{error.filename or 'The store of files'}: {error.strerror or error}. Mend that, "
                "and run this again."
            ) from error

    def _delete(self, strays: Strays, *, asks: bool, anyway: bool) -> None:
        doubts = strays.doubts()
        if doubts and not anyway:
            raise CommandError(
                f"{' '.join(doubts)} Nothing was deleted. Check STYLESITE_DATABASE_URL, and "
                "STYLESITE_DATA_DIR or STYLESITE_S3_BUCKET; if they are right, add --anyway."
            )
        if asks and not _is_sure(strays):
            raise CommandError("Nothing was deleted.")
        gone = strays.remove()
        self.stdout.write(f"{gone} files are deleted.")
        if gone < strays.count:
            left = strays.count - gone
            self.stdout.write(f"{left} are not: they have a row by now, or the log says why.")


def _summary(strays: Strays) -> str:
    said = (
        f"{strays.count} files ({strays.bytes / 1e6:.1f} MB) that no row names, of {strays.stored} "
        f"here. Rows name {strays.named_here} of those, and {strays.named} in all."
    )
    if strays.young:
        said += f" {strays.young} without a row are younger than a day."
    return said


def _is_sure(strays: Strays) -> bool:
    try:
        said = input(f"Delete these {strays.count} files for good? Type “yes”: ")
    except EOFError:
        return False
    return said.strip().lower() == "yes"
