"""The page of one's own photos, by keyboard and on a narrow screen."""

from io import BytesIO

import pytest
from playwright.sync_api import Browser, expect

from accounts.models import User
from tests.browser.conftest import OpenPage
from tests.transfers.drawings import as_file, quadrants
from transfers.models import ContentImage
from transfers.photos import add_photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_photos_are_chosen_and_deleted_by_keyboard_on_a_narrow_screen(
    browser: Browser, open_page: OpenPage, user: User
) -> None:
    for number, title in enumerate(("Attic", "Cellar", "Garden")):
        add_photo(user, BytesIO(as_file(quadrants(60 + number, 90))), "upload", title)
    page = open_page(browser, "/photos/")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") == 320

    cellar = page.get_by_role("checkbox", name="Cellar")
    cellar.focus()
    page.keyboard.press("Space")
    expect(cellar).to_be_checked()
    delete = page.get_by_role("button", name="Delete the chosen photos")
    expect(delete).to_be_in_viewport()
    delete.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Delete this photo?")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.get_by_role("button", name="Delete for good").press("Enter")
    expect(page.get_by_text("1 photo was deleted for good.")).to_be_visible()
    assert set(ContentImage.objects.values_list("title", flat=True)) == {"Attic", "Garden"}
