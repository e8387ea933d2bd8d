"""The admin's path is its own, or no command starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("behind/the-scenes", ""),
        ("gallery", "/gallery/"),
        ("accounts", "/accounts/"),
        ("static", "/static/"),
    ],
)
def test_a_path_that_belongs_to_other_pages_is_refused(
    tmp_path: Path, path: str, taken: str
) -> None:
    env = {**os.environ, "STYLESITE_ADMIN_PATH": path, "STYLESITE_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "check"]
    run = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert bool(run.returncode) is bool(taken)
    if taken:
        assert "stylesite.E001" in run.stderr
        assert f"else: {taken}" in run.stderr
