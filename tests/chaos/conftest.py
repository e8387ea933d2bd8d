"""An installation for each test, copied from one that is prepared once, of either kind."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.chaos.installation import Installation, SharedInstallation
from tests.services.postgres import Postgres
from tests.services.s3 import S3

# Makes the tables, draws a photo and a style, and measures how fast this machine paints. Nobody of
# these signs in: a password would take half a second each.
PREPARE = """
from django.core.management import call_command
from PIL import Image
from accounts.models import User
from gallery.models import Style
from transfers.models import ContentImage
from transfers.queue import runner
call_command("migrate", verbosity=0)
call_command("createcachetable")
for name in ("ada", "bob", "cat", "dan", "eve"):
    photo = ContentImage(owner=User.objects.create_user(f"{name}@example.org"), title="Clouds")
    photo.set_picture(Image.effect_noise((192, 144), 60).convert("RGB"))
    photo.save()
style = Style(title="Rings", slug="rings")
style.set_picture(Image.radial_gradient("L").convert("RGB"))
style.save()
runner.calibrate()
"""


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with its database, a photo, a style, and this machine's speed."""
    template = Installation(tmp_path_factory.mktemp("chaos") / "template")
    template.data_dir.mkdir()
    prepare(template)
    return template.data_dir


@pytest.fixture(scope="session")
def prepared_stores(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, s3: S3
) -> SharedInstallation:
    """A database and a bucket with the same in them."""
    postgres.create("template")
    folder = tmp_path_factory.mktemp("chaos-stores") / "template"
    template = SharedInstallation(folder, postgres, s3, "template")
    prepare(template)
    return template


def prepare(template: Installation) -> None:
    template.manage("shell", "-v0", "-c", PREPARE)


@pytest.fixture
def site(prepared: Path, tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "data")
    shutil.copytree(prepared, installation.data_dir)
    yield installation
    installation.stop_everything()


@pytest.fixture
def shared_site(
    prepared_stores: SharedInstallation, tmp_path: Path
) -> Iterator[SharedInstallation]:
    """A host of a site on PostgreSQL and S3."""
    template = prepared_stores
    name = f"site-{uuid4().hex[:8]}"
    template.postgres.create(name, template.name)
    installation = SharedInstallation(tmp_path / "shared", template.postgres, template.s3, name)
    template.s3.copy(template.name, name)
    yield installation
    installation.stop_everything()


@pytest.fixture(params=["one machine", pytest.param("many hosts", marks=pytest.mark.long)])
def any_site(request: pytest.FixtureRequest) -> Installation:
    """The test runs once on either kind; on many hosts with `make chaos` only."""
    kind = {"one machine": "site", "many hosts": "shared_site"}[request.param]
    installation: Installation = request.getfixturevalue(kind)
    return installation
