"""Known weaknesses of the packages that the site runs on, where a database of them can be asked.

`make lint` runs it: `python -m tests.supply.audit`. A weakness fails it; a database that cannot be
reached is said in one line, and nothing fails.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LIMIT_S = 120
UNREACHED = "Known weaknesses of packages: not looked for, no database of them answers here."

IGNORED: dict[str, str] = {}
"""Id of a weakness that does not touch this site, and why."""

Found = dict[str, Any]


def ask(lock: Path) -> list[Found] | None:
    """What is known of each package; None where the database does not answer."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"]
    command += ["--progress-spinner", "off", "--format", "json", "--timeout", "10", "-r", str(lock)]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S)
        known: list[Found] = json.loads(ran.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return None
    answered = [package for package in known if "skip_reason" not in package]
    return known if answered else None


def first_of(lock: Path) -> str:
    """One package of the lock file, to see whether anybody answers before asking about all."""
    text = lock.read_text()
    start = text.index("\ndjango==") + 1
    return text[start : text.index("\n    #", start)] + "\n"


def weaknesses(known: list[Found]) -> list[str]:
    """A line for each weakness that is not ignored."""
    return [
        f"{package['name']} {package['version']}: {weakness['id']}, mended in "
        f"{', '.join(weakness['fix_versions']) or 'no version yet'}"
        for package in known
        for weakness in package.get("vulns", ())
        if not {weakness["id"], *weakness.get("aliases", ())} & set(IGNORED)
    ]


def main() -> int:
    lock = ROOT / "requirements.lock"
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder) / "one.txt"
        one.write_text(first_of(lock))
        known = ask(one) and ask(lock)
    if known is None:
        print(UNREACHED)
        return 0
    found = weaknesses(known)
    for line in found:
        print(line)
    print(f"Known weaknesses of packages: {len(found)} in {len(known)} packages.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
