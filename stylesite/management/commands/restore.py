"""`manage.py restore`: makes this site the one of a backup."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError

from stylesite.backup import BackupError, restoring, settling
from stylesite.backup.folder import BackupFolder
from stylesite.backup.progress import Progress
from stylesite.management.commands.backup import MOST_SAID, folder_named
from stylesite.management.commands.up import take_lock


class Command(BaseCommand):
    help = (
        "Restores a backup into this site, whatever database and storage its settings name. The "
        "site must be stopped. Everything is checked first; one with people in it is replaced only "
        "with --force."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from",
            dest="folder",
            metavar="FOLDER",
            help="where backups lie (default: STYLESITE_BACKUP_DIR)",
        )
        parser.add_argument("--backup", metavar="NAME", default="", help="default: the newest")
        parser.add_argument(
            "--force", action="store_true", help="replace a site that has people in it"
        )
        parser.add_argument(
            "--without-damaged",
            action="store_true",
            help="leave out files that are damaged in the backup; all else of it must be whole",
        )

        parser.add_argument(
            "--withdraw",
            action="store_true",
            help="end every API token, share link and booth of everybody, as after a break-in",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = BackupFolder(folder_named(options["folder"], "--from"))
        progress = Progress(self.stdout)
        with take_lock(settings.DATA_DIR):
            try:
                if hosts := settling.hosts_at_work():
                    raise BackupError(
                        f"Workers are running on {', '.join(hosts)}: stop every host first."
                    )
                with folder.held():
                    backup = folder.find(options["backup"])
                    done = restoring.restore(
                        folder,
                        backup,
                        force=options["force"],
                        without_damaged=options["without_damaged"],
                        withdraw=options["withdraw"],
                        say=progress,
                    )
            except BackupError as error:
                raise CommandError(str(error)) from error
            except DatabaseError as error:
                raise CommandError(
                    f"The database could not be filled ({error}). It is as it was."
                ) from error
            except OSError as error:
                raise CommandError(
                    f"{error.filename or folder.path}: {error.strerror or error}. The database is "
                    "as it was: mend that, and run this again."
                ) from error
            finally:
                progress.end()
        self._tell(backup.path.name, done)
        self._warn(done, withdrawn=options["withdraw"])

    def _tell(self, name: str, done: restoring.Restored) -> None:
        self.stdout.write(
            f"Restored {name}: {done.rows} rows, {done.files} files. {done.waiting} transfers go "
            "on when the site is started. Everybody has to sign in again."
        )
        if done.gone_again:
            self.stdout.write(
                f"{done.gone_again} accounts had been deleted since this backup: they are closed, "
                "and go for good once the site is started."
            )
        if done.missing:
            names = "\n".join(done.missing[:MOST_SAID])
            self.stdout.write(
                f"{len(done.missing)} files that rows name are not in the backup:\n{names}"
            )
        for sentence in done.undone:
            self.stderr.write(sentence)
        if not done.same_key:
            self.stdout.write(
                "This site has another STYLESITE_SECRET_KEY than the one that was backed up: links "
                "that people have shared, and those in letters, do not open, and authenticator "
                "apps and recovery codes do not fit, until it is set again."
            )

    def _warn(self, done: restoring.Restored, *, withdrawn: bool) -> None:
        """What people took away since may be there again, and only they know of it."""
        if done.ended_again:
            since = "open nothing any more" if withdrawn else "had ended since, and stay so"
            self.stdout.write(f"{done.ended_again} API tokens, share links and booths {since}.")
        self.stdout.write(
            "Everything else is as it was when the backup was made. So what was taken away or "
            "changed since counts again: passwords, passkeys and other second steps, e-mail "
            "addresses, known browsers, webhooks, rights of staff, published pictures, deleted "
            "photos and pictures."
        )
        if not withdrawn:
            self.stdout.write(
                "API tokens, share links and booths that ended since are open again where neither "
                "the site that was replaced nor a later backup knew of their end. To end them all, "
                "run this again with --force --withdraw before you start the site."
            )
        self.stdout.write(
            "Tell people to look at their settings, and take rights from staff who have left."
        )
