"""How a picture was painted, by keyboard, by touch, and without JavaScript."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from gallery.models import Artwork
from tests.browser.conftest import OpenPage
from tests.gallery.drawings import RECIPE, gradient, hang_artwork
from tests.gallery.films import add_time_lapse

pytestmark = pytest.mark.browser


def painted(owner: User) -> str:
    """The address of a picture with frames of steps 1 to 13."""
    picture = gradient(300, 200)
    artwork = hang_artwork(owner=owner, image=picture, before=picture, title="Mill", recipe=RECIPE)
    add_time_lapse(artwork)
    return reverse("gallery:artwork", args=[artwork.pk])


def grey_of(page: Page) -> int:
    """Of the shown frame, in the middle, as the browser drew it."""
    return page.locator("[data-frame]").evaluate(
        """async (image) => {
            await image.decode();
            const canvas = new OffscreenCanvas(1, 1).getContext("2d");
            const [x, y] = [image.naturalWidth / 2, image.naturalHeight / 2];
            canvas.drawImage(image, x, y, 1, 1, 0, 0, 1, 1);
            return canvas.getImageData(0, 0, 1, 1).data[0];
        }"""
    )


def test_the_slider_steps_through_the_frames_which_come_in_one_file(
    open_page: OpenPage, browser: Browser, user: User, transactional_db: None
) -> None:
    page = open_page(browser, painted(user))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    section = page.locator("#time-lapse")
    section.scroll_into_view_if_needed()
    expect(section).to_have_attribute("data-ready", "")
    slider = page.get_by_role("slider", name="Step of the painting")
    keep = page.get_by_role("button", name="Keep this frame")
    expect(slider).to_have_attribute("aria-valuetext", "The photo")
    expect(keep).to_be_disabled()
    slider.focus()
    for step in range(1, 5):
        page.keyboard.press("ArrowRight")
        expect(page.locator("[data-step]")).to_have_text(f"Step {step} of 13")
        assert grey_of(page) == pytest.approx(step * 10, abs=3)
    expect(page.locator("h1")).to_have_text("Mill")  # the arrows were the slider's
    expect(page.locator("[data-size]")).to_have_text("This frame: 48 × 32 px")
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "Step 13 of 13")
    assert grey_of(page) == pytest.approx(130, abs=3)
    assert [url for url in asked if "/time-lapse/" in url and "blob:" not in url][1:] == []


def test_it_plays_when_asked_and_stops_at_the_end(
    open_page: OpenPage, browser: Browser, user: User, transactional_db: None
) -> None:
    page = open_page(browser, painted(user))
    page.emulate_media(reduced_motion="reduce")
    said = page.locator("[data-step]")
    page.locator("#time-lapse").scroll_into_view_if_needed()
    page.clock.install()
    expect(said).to_have_text("The photo")
    page.get_by_role("button", name="Play").click()
    expect(said).to_have_text("Step 1 of 13")
    page.clock.run_for(1300)
    expect(said).to_have_text("Step 3 of 13")
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(5000)
    expect(said).to_have_text("Step 3 of 13")
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(20_000)
    expect(said).to_have_text("Step 13 of 13")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_frame_is_kept_and_taken_back(
    open_page: OpenPage, browser: Browser, user: User, transactional_db: None
) -> None:
    page = open_page(browser, painted(user))
    page.set_viewport_size({"width": 390, "height": 844})
    slider = page.get_by_role("slider", name="Step of the painting")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    slider.click(position={"x": box["width"] - 12, "y": box["height"] / 2})
    expect(page.locator("[data-step]")).to_have_text("Step 13 of 13")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="Keep this frame").click()
    expect(page.locator("h1")).to_have_text("Mill at step 13")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-messages]")).to_contain_text("“Mill at step 13” is in the trash.")


def test_a_film_is_downloaded(
    open_page: OpenPage, browser: Browser, user: User, transactional_db: None
) -> None:
    page = open_page(browser, painted(user))
    page.get_by_text("Save it as an animation").click()
    page.get_by_label("Length").select_option("4 seconds")
    with page.expect_download() as download:
        page.locator("#time-lapse").get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "Mill.mp4"


def test_without_javascript_there_is_a_strip_of_frames(
    live_server: LiveServer, browser: Browser, user: User, client: Client
) -> None:
    address = painted(user)
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_role("slider", name="Step of the painting")).to_be_hidden()
    for step in (1, 2, 4, 7, 10, 13):
        expect(page.locator("#time-lapse").get_by_text(f"Step {step}", exact=True)).to_be_visible()
    page.get_by_label("Step", exact=True).select_option("7")
    page.get_by_role("button", name="Keep this frame").click()
    expect(page.locator("h1")).to_have_text("Mill at step 7")
    assert Artwork.objects.count() == 2
    context.close()
