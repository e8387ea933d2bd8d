"""A photo, a preset, an own style and transfers in every state."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.base import ContentFile

from accounts.models import User
from engine.params import Params
from gallery.masks import add_mask
from gallery.models import Mask, Style
from gallery.styles import add_style
from tests.transfers.drawings import as_file, left_half, quadrants
from transfers.models import ContentImage, Transfer
from transfers.photos import add_photo
from transfers.queue import submission


@pytest.fixture
def photo(user: User) -> ContentImage:
    return add_photo(user, BytesIO(as_file(quadrants())), "upload", "Harbour")


@pytest.fixture
def preset(db: None) -> Style:
    style = Style(title="Stripes", slug="stripes", params={"style_strength": 71})
    style.set_picture(quadrants(90, 90))
    style.save()
    return style


@pytest.fixture
def own_style(user: User) -> Style:
    return add_style(owner=user, image=quadrants(64, 96), title="My tiles")


@pytest.fixture
def mask(user: User, photo: ContentImage) -> Mask:
    """White on the left half of the photo."""
    return add_mask(user, BytesIO(as_file(left_half(), "PNG")), (photo.width, photo.height))


@pytest.fixture
def transfer(user: User, photo: ContentImage, preset: Style) -> Transfer:
    return submission.submit(user, photo, [(preset, 1.0)], Params(size_px=256))


@pytest.fixture
def set_row(transfer: Transfer) -> Callable[..., Transfer]:
    """Puts the row where a worker would have put it."""

    def change(preview_step: int = 0, **fields: object) -> Transfer:
        for name, value in fields.items():
            setattr(transfer, name, value)
        if preview_step:
            drawn = ContentFile(as_file(quadrants(96, 64), "WEBP"))
            transfer.preview.save(f"test/{transfer.pk}-{preview_step}.webp", drawn, save=False)
            transfer.preview_step = preview_step
        transfer.save()
        return transfer

    return change
