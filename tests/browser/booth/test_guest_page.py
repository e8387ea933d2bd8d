"""The page behind a guest's link, on a phone, while their picture is painted."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import CheckPage
from tests.transfers.drawings import as_file, quadrants
from transfers.booth import deletion, sittings
from transfers.models import Booth, Sitting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def link(booth: Booth, live_server: LiveServer) -> str:
    photo = io.BytesIO(as_file(quadrants(64, 48)))
    style = booth.styles.get(title="Amber")
    _sitting, code = sittings.take(booth, photo, style, on_wall=False)
    return f"{live_server.url}/b/{code}/"


def test_looking_for_news_takes_the_focus_from_nobody(
    browser: Browser, link: str, paint: Callable[[], None], no_axe_violations: CheckPage
) -> None:
    phone = browser.new_context(viewport=PHONE, has_touch=True).new_page()
    phone.goto(link)
    said = phone.locator("#turn-said")
    expect(said).to_have_text("")
    delete = phone.get_by_role("link", name="Delete my picture now")
    delete.focus()
    for _time in range(2):
        with phone.expect_response(link):
            pass
    phone.wait_for_timeout(300)
    expect(delete).to_be_focused()
    no_axe_violations(phone)
    paint()
    expect(phone.get_by_role("heading", name="Your picture", exact=True)).to_be_visible()
    expect(said).to_have_text("Your picture is ready.")
    expect(delete).to_be_focused()
    no_axe_violations(phone)
    phone.context.close()


def test_a_picture_deleted_at_the_booth_is_gone_from_the_phone_that_waits_for_it(
    browser: Browser, link: str
) -> None:
    phone = browser.new_context(viewport=PHONE).new_page()
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Your picture is being painted")).to_be_visible()
    deletion.delete(Sitting.objects.all())
    expect(phone.get_by_role("heading", name="Nothing hangs here")).to_be_visible()
    phone.context.close()


def test_without_javascript_a_link_looks_again(browser: Browser, link: str) -> None:
    phone = browser.new_context(viewport=PHONE, java_script_enabled=False).new_page()
    phone.goto(link)
    phone.get_by_role("link", name="Look again").click()
    expect(phone.get_by_role("heading", name="Your picture is being painted")).to_be_visible()
    assert phone.url == link
    phone.context.close()
