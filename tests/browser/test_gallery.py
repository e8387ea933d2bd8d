"""The gallery as a person at a keyboard, or without JavaScript, meets it."""

from __future__ import annotations

from collections.abc import Iterator
from time import sleep

import pytest
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from gallery.models import Artwork
from tests.browser.conftest import OpenPage
from tests.gallery.drawings import RECIPE, gradient, hang_artwork

pytestmark = pytest.mark.browser


def paint(owner: User, title: str, width: int = 300, height: int = 200) -> Artwork:
    picture = gradient(width, height)
    return hang_artwork(owner=owner, image=picture, before=picture, title=title, recipe=RECIPE)


def page_of(artwork: Artwork) -> str:
    return reverse("gallery:artwork", args=[artwork.pk])


def test_arrow_keys_turn_to_the_neighbours_unless_a_control_needs_them(
    open_page: OpenPage, browser: Browser, user: User, transactional_db: None
) -> None:
    _oldest, middle, newest = (paint(user, title) for title in ("Oldest", "Middle", "Newest"))
    page = open_page(browser, page_of(middle))
    page.keyboard.press("ArrowLeft")
    expect(page.locator("h1")).to_have_text("Newest")
    page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).to_have_text("Middle")
    page.get_by_role("button", name="Slider").click()
    page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).to_have_text("Middle")
    assert page_of(newest) not in page.url


def test_the_photo_is_laid_over_the_painting_and_taken_away_again(
    open_page: OpenPage, browser: Browser, user: User, transactional_db: None
) -> None:
    page = open_page(browser, page_of(paint(user, "Mill")))
    painting, slider = page.locator("[data-painting]"), page.get_by_role("slider")
    toggle = page.get_by_role("button", name="Slider")
    expect(painting).to_be_visible()
    expect(slider).to_be_hidden()
    before = painting.bounding_box()
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(slider).to_be_focused()
    expect(painting).to_be_hidden()
    assert page.locator("[data-compare]").bounding_box() == before
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "photo 51 percent")
    page.get_by_role("button", name="Picture", exact=True).click()
    expect(painting).to_be_visible()


def test_without_javascript_photo_and_painting_are_both_there(
    live_server: LiveServer, browser: Browser, user: User, client: Client
) -> None:
    artwork = paint(user, "Mill")
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(page_of(artwork))
    expect(page.locator("[data-painting]")).to_be_visible()
    expect(page.locator("[data-before]")).to_be_visible()
    expect(page.get_by_role("button", name="Side by side")).to_be_hidden()
    page.get_by_text("Change the title").click()
    page.get_by_label("Title").fill("Evening")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.locator("h1")).to_have_text("Evening")
    page.locator("label", has_text="4 stars").click()
    page.get_by_role("button", name="Save the stars").click()
    expect(page.get_by_role("radio", name="4 stars")).to_be_checked()
    page.get_by_role("button", name="Favourite").click()
    expect(page.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    context.close()


@pytest.mark.parametrize(
    ("size_px", "viewport", "shown"),
    [
        ((300, 200), (1280, 900), (300, 200)),  # never larger than it is
        ((3000, 1000), (390, 844), (390, 130)),  # edge to edge on a phone
        ((1000, 3000), (1280, 900), (246, 738)),  # 82 % of the window's height
    ],
)
def test_a_picture_fits_the_window_and_is_never_enlarged(
    open_page: OpenPage,
    browser: Browser,
    user: User,
    transactional_db: None,
    size_px: tuple[int, int],
    viewport: tuple[int, int],
    shown: tuple[int, int],
) -> None:
    artwork = paint(user, "Mill", *size_px)
    page = open_page(browser, "/gallery/")
    page.set_viewport_size({"width": viewport[0], "height": viewport[1]})
    page.goto(page_of(artwork))
    box = page.locator("[data-painting]").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == pytest.approx(shown, abs=1)
    assert page.evaluate("document.documentElement.scrollWidth") == viewport[0]


def test_a_deleted_picture_comes_back_with_undo(
    open_page: OpenPage, browser: Browser, user: User, transactional_db: None
) -> None:
    page = open_page(browser, page_of(paint(user, "Mill")))
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.get_by_role("status")).to_contain_text("“Mill” is in the trash.")
    expect(page.get_by_role("heading", name="The wall is still bare")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("h1")).to_have_text("Mill")


def test_nothing_on_the_wall_jumps_while_page_and_pictures_load(
    open_page: OpenPage,
    browser: Browser,
    user: User,
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The page arrives in two parts: the last row of half a wall would have the whole width."""
    for number in range(12):
        paint(user, f"Picture {number}", 300, 200 + 20 * (number % 5))
    get_response = BaseHandler.get_response

    def in_two_parts(handler: BaseHandler, request: HttpRequest) -> HttpResponseBase:
        response = get_response(handler, request)
        if request.path != "/gallery/":
            return response
        first, last = response.content.split(b"Picture 6", 1)

        def parts() -> Iterator[bytes]:
            yield first
            sleep(0.5)
            yield b"Picture 6" + last

        del response["Content-Length"]
        return StreamingHttpResponse(parts(), headers=response.headers)

    monkeypatch.setattr(BaseHandler, "get_response", in_two_parts)
    page = open_page(
        browser,
        "/gallery/",
        init_script="""
            window.shift = 0;
            new PerformanceObserver((list) => {
              for (const entry of list.getEntries()) window.shift += entry.value;
            }).observe({ type: "layout-shift", buffered: true });
        """,
    )
    page.wait_for_load_state("networkidle")
    page.mouse.wheel(0, 5000)
    page.wait_for_load_state("networkidle")
    assert page.locator(".wall-item img").count() == 12
    assert page.evaluate("window.shift") < 0.01
