"""Imports presets from a zip or a folder of this machine, as the admin does from an upload."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from gallery.imports import archive
from gallery.imports.carrying_out import Run
from gallery.imports.judging import Kind, Verdict, Wishes


class Command(BaseCommand):
    help = (
        "Adds or updates the presets that styles.csv in a zip or a folder tells of. "
        "docs/presets.md says what its columns mean. Importing the same twice changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="a zip, or a folder with styles.csv")
        parser.add_argument(
            "--dry-run", action="store_true", help="only tell what would happen, row by row"
        )
        parser.add_argument(
            "--publish",
            action="store_true",
            help="publish what has its credit and licence, where the table does not say",
        )
        parser.add_argument("--collection", default="", help="put all of them into this, too")
        parser.add_argument(
            "--by",
            metavar="E-MAIL",
            help="whose act it is in the history; needed where there is more than one admin",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        if not path.exists():
            raise CommandError(f"There is no {path}.")
        wishes = Wishes(
            by=_person(options["by"]),
            publish=options["publish"],
            collection=" ".join(options["collection"].split()),
            source=path.name,
        )
        try:
            with archive.opened(path) as opened:
                self._run(Run(opened, wishes, dry=options["dry_run"]))
        except archive.ArchiveError as error:
            raise CommandError(error.sentence) from error

    def _run(self, run: Run) -> None:
        for verdict in run.verdicts():
            self._tell(verdict)
        report = run.report
        if report.others_sentence:
            self.stdout.write(report.others_sentence)
        begin = "It would be: " if run.dry else ""
        self.stdout.write(
            f"{begin}{report.new} new, {report.changed} changed, {report.unchanged} unchanged, "
            f"{report.refused} refused."
        )
        if report.refused and not run.dry:
            raise CommandError("Some rows were refused; the others are in.")

    def _tell(self, verdict: Verdict) -> None:
        self.stdout.write(f"line {verdict.row.line}: {verdict.kind}: {verdict.title}")
        for sentence in [*verdict.reasons, *verdict.notes]:
            self.stdout.write(f"    {sentence}")
        if verdict.kind == Kind.CHANGED:
            for change in verdict.changes:
                self.stdout.write(f"    {change.label}: {change.old or '–'} → {change.new or '–'}")


def _person(email: str | None) -> User:
    """Who the history names: somebody it can be put down to, and never a guess."""
    if email:
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Nobody here has the address {email}.")
        return person
    admins = list(User.objects.filter(is_superuser=True, is_active=True)[:2])
    if len(admins) != 1:
        raise CommandError("Say with --by E-MAIL whose act this is in the history.")
    return admins[0]
