"""A photo and two styles with detail everywhere."""

from __future__ import annotations

from io import BytesIO

import pytest

from accounts.models import User
from gallery.models import Style
from tests.browser.masks.editor import (
    landscape,
    stripes,
)
from tests.transfers.drawings import as_file
from transfers.models import ContentImage
from transfers.photos import add_photo


@pytest.fixture
def photo(user: User) -> ContentImage:
    return add_photo(user, BytesIO(as_file(landscape(), "PNG")), "upload", "Harbour", exactly=True)


@pytest.fixture
def styles(transactional_db: None) -> list[Style]:
    rows = []
    for title in ("Stripes", "Tiles"):
        style = Style(title=title, slug=title.lower())
        style.set_picture(stripes() if title == "Stripes" else stripes().rotate(90))
        style.save()
        rows.append(style)
    return rows
