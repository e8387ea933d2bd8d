"""What the site is made of: pinned by hashes, under licences that somebody looked at."""

import re
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from tests.supply import audit, licences

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
ENTRY = re.compile(
    r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)(?: ; [^\\]+)? \\\n"
    r"((?:    --hash=sha256:[0-9a-f]{64}.*\n)+)",
    re.M,
)
FILES = ["requirements", "requirements-dev"]


def pins(path: Path) -> dict[str, str]:
    found = PIN.findall(path.read_text())
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def test_every_pin_is_locked_as_it_is_written() -> None:
    """Run `make lock` when this fails: somebody changed requirements*.txt."""
    for name in FILES:
        wanted, locked = pins(ROOT / f"{name}.txt"), pins(ROOT / f"{name}.lock")
        assert wanted
        assert wanted.items() <= locked.items()


def test_everything_that_is_locked_has_hashes() -> None:
    for name in FILES:
        lock = ROOT / f"{name}.lock"
        assert len(ENTRY.findall(lock.read_text())) == len(PIN.findall(lock.read_text())) > 80


def test_extras_are_locked_by_their_names() -> None:
    """To pip `coverage[toml]` is not `coverage`: it takes the newest, and knows no hash of that."""
    assert "\npsycopg[binary]==" in (ROOT / "requirements.lock").read_text()
    assert "\ncoverage[toml]==" in (ROOT / "requirements-dev.lock").read_text()


def test_tests_run_on_the_versions_of_the_site() -> None:
    site, tests = pins(ROOT / "requirements.lock"), pins(ROOT / "requirements-dev.lock")
    assert site.items() <= tests.items()


def test_torch_is_locked_for_other_machines_too() -> None:
    """One hash for each wheel: Python 3.11 to 3.13, and more than this processor."""
    entries = {
        name: hashes for name, _, hashes in ENTRY.findall((ROOT / "requirements.lock").read_text())
    }
    assert entries["torch"].count("sha256") >= 10


def test_licences_are_known_and_the_page_lists_them() -> None:
    """Run `make licences` when this fails."""
    page = licences.PAGE.read_text()
    listed = dict(re.findall(r"^\| (\S+) \| (.+) \|$", page, re.MULTILINE))
    for package in licences.packages():
        assert listed.get(package) == licences.licence_of(package), package
    assert set(listed) - {"package", "---"} <= set(
        licences.NAME.findall((ROOT / "requirements.lock").read_text())
    )


@pytest.mark.parametrize(
    ("headers", "licence"),
    [
        ({"License-Expression": "MIT"}, "MIT"),
        ({"License-Expression": "Apache-2.0 OR BSD-3-Clause"}, "Apache-2.0 OR BSD-3-Clause"),
        ({"Classifier": "License :: OSI Approved :: MIT License"}, "MIT"),
        ({"License": "BSD"}, "BSD-3-Clause"),
        ({}, None),
        ({"License": "Ask the author"}, None),
        ({"License-Expression": "MIT AND SSPL-1.0"}, None),
        ({"Classifier": "License :: Other/Proprietary License"}, None),
    ],
)
def test_a_licence_that_nobody_looked_at_is_noticed(
    monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], licence: str | None
) -> None:
    from email.message import Message

    said = Message()
    for name, value in headers.items():
        said[name] = value
    monkeypatch.setattr(metadata, "metadata", lambda package: said)
    if licence is None:
        with pytest.raises(licences.UnknownLicenceError, match="thing is licensed under"):
            licences.licence_of("thing")
    else:
        assert licences.licence_of("thing") == licence


KNOWN: list[dict[str, Any]] = [
    {
        "name": "django",
        "version": "1.0",
        "vulns": [
            {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["1.1"]},
            {"id": "PYSEC-2", "aliases": [], "fix_versions": []},
        ],
    },
    {"name": "rich", "version": "15.0.0", "vulns": []},
    {"name": "torch", "skip_reason": "Dependency not found"},
]


def test_a_known_weakness_is_told_with_the_version_that_mends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert audit.weaknesses([known for known in KNOWN if "version" in known]) == [
        "django 1.0: PYSEC-1, mended in 1.1",
        "django 1.0: PYSEC-2, mended in no version yet",
    ]
    monkeypatch.setattr(audit, "IGNORED", {"CVE-1": "we do not use it"})
    assert len(audit.weaknesses(KNOWN[:2])) == 1


def test_a_database_that_does_not_answer_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "ask", lambda lock: None)
    assert audit.main() == 0
    assert capsys.readouterr().out == f"{audit.UNREACHED}\n"
    monkeypatch.setattr(audit, "ask", lambda lock: KNOWN)
    assert audit.main() == 1
    assert "PYSEC-1" in capsys.readouterr().out
