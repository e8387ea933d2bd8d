"""Imports every module under tests/, so that a name that is gone from another is noticed.

A step of `make lint`: ruff looks into one file at a time, mypy leaves tests out, and pytest imports
of what is no test only what a test asks for.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import django

ROOT = Path(__file__).parents[1]
ONLY_FOR_BENCHMARKS = {"matplotlib", "pystiche", "tqdm"}
"""What requirements-bench.txt adds, which the benchmark of engines installs."""


def modules() -> list[str]:
    paths = sorted((ROOT / "tests").rglob("*.py"))
    return [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths]


def main() -> int:
    # As whoever starts them sets it.
    os.environ.update(DJANGO_SETTINGS_MODULE="tests.settings", REAL_THINGS="{}")
    django.setup()
    broken = []
    for name in modules():
        try:
            import_module(name)
        except Exception as error:
            if isinstance(error, ModuleNotFoundError) and error.name in ONLY_FOR_BENCHMARKS:
                continue
            broken.append(f"{name} cannot be imported: {type(error).__name__}: {error}")
    print("\n".join(broken) or "Every module of the tests can be imported.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
