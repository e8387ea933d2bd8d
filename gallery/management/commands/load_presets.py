"""Loads the presets that ship with the site; safe to run at every start."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from gallery.catalogue import Outcome, load_preset
from gallery.presets.catalog import read_catalog


class Command(BaseCommand):
    help = (
        "Adds the presets that ship with the site and follows their changes. "
        "What an admin changed or hid stays as it is."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        outcomes = [load_preset(preset) for preset in read_catalog()]
        if options["verbosity"] > 0:
            for outcome in outcomes:
                self._tell(outcome)
            added = sum(outcome.added for outcome in outcomes)
            updated = sum(bool(outcome.updated) and not outcome.added for outcome in outcomes)
            same = len(outcomes) - added - updated
            self.stdout.write(f"Presets: {added} added, {updated} updated, {same} unchanged.")

    def _tell(self, outcome: Outcome) -> None:
        if outcome.added:
            self.stdout.write(f"{outcome.slug}: added")
        elif outcome.updated:
            self.stdout.write(f"{outcome.slug}: updated {', '.join(outcome.updated)}")
        if outcome.kept:
            self.stdout.write(f"{outcome.slug}: left as an admin set it: {', '.join(outcome.kept)}")
