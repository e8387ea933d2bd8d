"""What a host sees of their booths, held against WCAG in both themes and at both widths."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import Browser, expect

from accounts.models import User
from gallery.models import Style
from tests.browser.conftest import CheckPage, OpenPage
from tests.transfers.drawings import as_file, quadrants
from transfers.booth import sittings
from transfers.models import Booth

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def booth(user: User) -> Booth:
    """One with a guest's photo under way."""
    style = Style(title="Amber", slug="amber", artist="Nobody")
    style.set_picture(quadrants(120, 160))
    style.save()
    booth = Booth.objects.create(owner=user, title="Summer party", quality="draft")
    booth.styles.add(style)
    photo = io.BytesIO(as_file(quadrants(64, 48)))
    sittings.take(booth, photo, style, on_wall=True)
    return booth


@pytest.mark.parametrize(
    "path",
    [
        "/booths/",
        "/booths/add/",
        "/booths/{}/",
        "/booths/{}/edit/",
        "/booths/{}/start/",
        "/booths/{}/end/",
        "/booths/{}/delete/",
    ],
)
def test_the_pages_of_a_host_are_accessible(
    browser: Browser, open_page: OpenPage, booth: Booth, path: str, no_axe_violations: CheckPage
) -> None:
    for look in (PHONE, DESKTOP):
        page = open_page(browser, path.format(booth.pk), **look)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        no_axe_violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
