"""How the log is set: a wrong word stops the start, and gunicorn speaks like the rest."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def start(data_dir: Path, program: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *program.split(" ", 1)],
        cwd=ROOT,
        env={**os.environ, "STYLESITE_DATA_DIR": str(data_dir), **env}
        | {"DJANGO_SETTINGS_MODULE": "stylesite.settings"},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("STYLESITE_LOG_FORMAT", "xml", "Set STYLESITE_LOG_FORMAT to line or json."),
        (
            "STYLESITE_LOG_LEVEL",
            "LOUD",
            "Set STYLESITE_LOG_LEVEL to DEBUG, INFO, WARNING or ERROR.",
        ),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_sentence(
    tmp_path: Path, name: str, value: str, sentence: str
) -> None:
    ended = start(tmp_path, "manage.py check", **{name: value})
    assert ended.returncode == 1
    assert ended.stderr == sentence + "\n"


def test_gunicorn_and_django_q_write_objects_too(tmp_path: Path) -> None:
    program = (
        "-c import django; django.setup()\n"
        "import logging, types\n"
        "from gunicorn.config import Config\n"
        "from stylesite.web_server import Logger\n"
        "Logger(Config()).error('Worker (pid:%d) was killed', 77)\n"
        "from django_q.conf import logger\n"
        "logger.error('the pool hangs')\n"
    )
    ended = start(tmp_path, program, STYLESITE_LOG_FORMAT="json")
    assert ended.returncode == 0, ended.stderr
    said = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [(entry["logger"], entry["message"]) for entry in said] == [
        ("gunicorn.error", "Worker (pid:77) was killed"),
        ("django-q", "the pool hangs"),
    ]
