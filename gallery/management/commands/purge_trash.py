"""Empties the trash of what has been in it for thirty days; for a daily timer."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from gallery.artworks import TRASH_KEPT_DAYS, purge_trash


class Command(BaseCommand):
    help = f"Deletes for good what has been in the trash for {TRASH_KEPT_DAYS} days."

    def handle(self, *args: Any, **options: Any) -> None:
        purged = purge_trash()
        if options["verbosity"] > 0:
            self.stdout.write(f"Pictures deleted for good: {purged}")
