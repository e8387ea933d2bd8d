"""Looks at styles from before their colours, fingerprint and words were noted; for `prepare`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from gallery.styles import describe_older


class Command(BaseCommand):
    help = "Notes colours, fingerprint and words of styles that lack them; safe at every start."

    def handle(self, *args: Any, **options: Any) -> None:
        described, missing = describe_older()
        if options["verbosity"] > 0 and (described or missing):
            self.stdout.write(f"Styles looked at: {described}")
        if missing:
            self.stderr.write(f"Styles whose picture is not there: {missing}")
