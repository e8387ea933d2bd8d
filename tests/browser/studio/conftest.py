"""Five styles that recommend different settings, and a photo."""

from __future__ import annotations

from io import BytesIO

import pytest
from playwright.sync_api import Page

from accounts.models import User
from gallery.models import Style
from tests.transfers.drawings import as_file, quadrants
from transfers.models import ContentImage
from transfers.photos import add_photo

# Remembers what the page's form says of itself.
LISTEN = """() => {
  window.heard = [];
  for (const name of ['changed', 'styles', 'photo']) {
    document.addEventListener(`studio:${name}`, (event) => {
      const {detail} = event;
      window.heard.push(name === 'styles' ? ['styles', detail.map((one) => one.title)]
        : [name, detail.name ?? detail.id]);
    });
  }
}"""


@pytest.fixture
def styles(transactional_db: None) -> dict[str, Style]:
    made = {}
    for number, (title, params) in enumerate(
        {
            "Stripes": {"style_strength": 71, "style_scale": 1.5},
            "Dots": {"keep_colors": "luminance"},
            "Waves": {},
            "Leaves": {},
            "Tiles": {},
        }.items()
    ):
        style = Style(title=title, slug=title.lower(), params=params, position=number)
        style.set_picture(quadrants(90, 90))
        style.save()
        made[title] = style
    return made


@pytest.fixture
def photo(user: User, transactional_db: None) -> ContentImage:
    return add_photo(user, BytesIO(as_file(quadrants())), "upload", "Harbour")


def pick(page: Page, title: str) -> None:
    page.locator("#style-choices").get_by_text(title, exact=True).click()
