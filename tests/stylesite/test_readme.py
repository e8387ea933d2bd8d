"""The README's table of settings and the code know the same variables."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
VARIABLE = re.compile(r"\bSTYLESITE_[A-Z0-9_]+\b")


def test_the_readme_documents_every_variable_that_is_read_and_no_other() -> None:
    sources = [ROOT / "Makefile", ROOT / "tests/browser/install.py"]
    for package in ("accounts", "engine", "gallery", "transfers", "stylesite"):
        sources += (ROOT / package).rglob("*.py")
    read = {name for path in sources for name in VARIABLE.findall(path.read_text())}
    rows = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("|")]
    documented = {name for line in rows for name in VARIABLE.findall(line.split("|")[1])}
    assert read == documented
