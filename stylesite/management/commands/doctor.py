"""`manage.py doctor`: looks at the whole installation and says what to mend."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from stylesite.operating.doctor import Level, examine

WIDTH = 11


class Command(BaseCommand):
    help = (
        "Checks weights, files, database, workers, clocks, keys and mail, and says what to mend. "
        "Ends with 1 when something is wrong, with 0 otherwise."
    )
    # It says itself what is wrong, also where a system check would not let it start.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for scripts: one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        as_json: bool = options["json"]
        found = []
        for name, finding in examine():
            found.append({"check": name, "level": finding.level.value, "says": finding.sentence})
            if not as_json:
                self._say(name, finding.level, finding.sentence)
        count = {level: sum(f["level"] == level.value for f in found) for level in Level}
        healthy = not count[Level.WRONG]
        if as_json:
            self.stdout.write(json.dumps({"healthy": healthy, "findings": found}, indent=1))
        else:
            self.stdout.write(_summary(count[Level.WRONG], count[Level.NOTE]))
        if not healthy:
            sys.exit(1)

    def _say(self, name: str, level: Level, sentence: str) -> None:
        style = {
            Level.OK: self.style.SUCCESS,
            Level.NOTE: self.style.WARNING,
            Level.WRONG: self.style.ERROR,
        }[level]
        self.stdout.write(f"{style(level.value.ljust(6))} {name.ljust(WIDTH)} {sentence}")
        self.stdout.flush()


def _summary(wrong: int, notes: int) -> str:
    if not wrong and not notes:
        return "Everything is in order."
    things = f"{wrong} thing{'' if wrong == 1 else 's'} to mend" if wrong else "Nothing to mend"
    return f"{things}, {notes} note{'' if notes == 1 else 's'}." if notes else f"{things}."
