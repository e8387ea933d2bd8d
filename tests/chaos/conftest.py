"""An installation for each test, copied from one that is prepared once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.installation import Installation

# Draws a photo and a style, and measures how fast this machine paints.
PREPARE = """
from PIL import Image
from accounts.models import User
from gallery.models import Style
from transfers.models import ContentImage
from transfers.queue import runner
photo = ContentImage(owner=User.objects.create_user("ada@example.org", "x"), title="Clouds")
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
    template.manage("migrate", "-v0")
    template.manage("createcachetable")
    template.manage("shell", "-v0", "-c", PREPARE)
    return template.data_dir


@pytest.fixture
def site(prepared: Path, tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "data")
    shutil.copytree(prepared, installation.data_dir)
    yield installation
    installation.stop_everything()
