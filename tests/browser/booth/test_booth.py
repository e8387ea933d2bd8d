"""A booth, from the host's page to the guest's own phone, in a real Chromium with a camera.

Painted for real, with the tiny network of the engine's tests.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.browser.booth.guests import (
    ALL_ENDED,
    ONE_LIVE,
    WATCH_TRACKS,
    start,
    take_photo,
    to_the_wheel,
)
from tests.browser.conftest import CheckPage, OpenPage
from tests.conftest import PASSWORD
from tests.transfers.drawings import as_file, quadrants
from transfers.booth import opening, sittings
from transfers.models import Booth, Sitting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


SIZES = {
    "phone": {"width": 390, "height": 844},
    "tablet": {"width": 810, "height": 1080},
    "desktop": {"width": 1280, "height": 900},
}


def read_code(page: Page) -> str:
    """What a phone's camera would read off the screen."""
    shown = page.get_by_role("img", name="QR code of the link below").screenshot()
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(shown)))
    return str(found.text)


def test_a_guest_is_painted_and_takes_the_picture_home(
    with_camera: Browser,
    browser: Browser,
    open_page: OpenPage,
    booth: Booth,
    paint: Callable[[], None],
    no_axe_violations: CheckPage,
    live_server: LiveServer,
) -> None:
    Booth.objects.update(countdown_s=3)
    page = open_page(with_camera, f"/booths/{booth.pk}/", WATCH_TRACKS)
    expect(page.get_by_text("which is this computer only")).to_be_visible()
    no_axe_violations(page)
    start(page)
    expect(page.get_by_role("heading", name="Summer party")).to_be_visible()
    no_axe_violations(page)

    page.get_by_role("button", name="Begin").click()
    page.wait_for_function(ONE_LIVE)
    page.get_by_role("button", name="Take the photo").click()
    expect(page.locator("[data-count]")).to_have_text("3")
    no_axe_violations(page)
    expect(page.locator("[data-count]")).to_have_text("1")
    expect(page.get_by_role("button", name="Go on")).to_be_focused()
    page.wait_for_function(ALL_ENDED)
    no_axe_violations(page)
    page.get_by_role("button", name="Take another").click()
    page.wait_for_function(ONE_LIVE)
    take_photo(page)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("radio", name="Amber")).to_be_focused()
    no_axe_violations(page)
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("radio", name="Dusk")).to_be_checked()
    page.get_by_role("button", name="The next style").click()
    page.get_by_role("button", name="The next style").click()
    expect(page.get_by_role("radio", name="Birch")).to_be_checked()
    expect(page.locator("[data-style-title]")).to_have_text("Birch")

    page.get_by_role("button", name="Paint me").click()
    expect(page.get_by_role("heading", name="You are being painted")).to_be_visible()
    expect(page.get_by_text("Next in line")).to_be_visible()
    no_axe_violations(page)
    sitting = Sitting.objects.get()
    assert [style.title for style in sitting.transfer.styles.all()] == ["Birch"]
    assert (sitting.photo.width, sitting.photo.height) == (640, 480)
    with sitting.photo.original.open() as file, Image.open(file) as sent:
        green, red = sent.getpixel((100, 100)), sent.getpixel((540, 100))
    assert green[1] > 140 > 90 > green[0], "as in the mirror that the guest looked into"
    assert red[0] > 170 > 90 > red[1]
    link = read_code(page)
    assert link.startswith(f"{live_server.url}/b/")
    shown = page.locator("[data-link]").inner_text()
    assert link == f"http://{shown}/"

    phone = browser.new_context(viewport=SIZES["phone"], has_touch=True).new_page()
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Your picture is being painted")).to_be_visible()
    paint()
    expect(page.get_by_role("heading", name="Here you are")).to_be_visible()
    expect(page.get_by_role("img", name="Your picture", exact=True)).to_be_visible()
    assert page.get_by_role("img", name="Your picture", exact=True).evaluate(
        "image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])"
    ) == [256, 192]
    slider = page.get_by_role("slider", name="Compare the photo with the painting")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "photo 51 percent")
    no_axe_violations(page)

    expect(phone.get_by_role("heading", name="Your picture", exact=True)).to_be_visible()
    no_axe_violations(phone)
    with phone.expect_download() as download:
        phone.get_by_role("link", name="Save it on this phone").click()
    assert download.value.suggested_filename == "Summer party, Birch.jpg"
    with Image.open(download.value.path()) as saved:
        assert (saved.format, saved.size) == ("JPEG", (256, 192))

    page.get_by_role("button", name="Next guest").click()
    expect(page.get_by_role("button", name="Begin")).to_be_focused()
    expect(page.get_by_role("list", name="The latest pictures").get_by_role("img")).to_have_count(1)
    assert shown not in page.content(), "the next guest does not find the link of the one before"

    phone.get_by_role("link", name="Delete my picture now").click()
    phone.get_by_role("button", name="Delete them now").click()
    expect(phone.get_by_role("heading", name="Deleted")).to_be_visible()
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Nothing hangs here")).to_be_visible()
    assert not Sitting.objects.exists()
    phone.context.close()


def test_a_guest_reaches_nothing_else_however_they_try(
    with_camera: Browser, open_page: OpenPage, booth: Booth, user: User
) -> None:
    """By the address bar, by Back, by scripts, by pictures that the host has looked at."""
    page = open_page(with_camera, "/gallery/")
    page.goto("/accounts/settings/")
    expect(page.get_by_text(user.email).first).to_be_attached()
    picture = f"/styles/{booth.styles.first().pk}/thumbnail/"
    assert page.evaluate("path => fetch(path).then(answer => answer.status)", picture) == 200
    page.goto(f"/booths/{booth.pk}/")
    start(page)
    for path in (
        "/", "/gallery/", "/transfers/", "/photos/", "/new/", "/camera/", "/accounts/login/",
        "/accounts/settings/", "/admin/", f"/booths/{booth.pk}/", "/styles/", "/explore/",
        "/api/v1/docs/", "/no/such/page/",
    ):  # fmt: skip
        page.goto(path)
        assert page.url.endswith("/booth/"), path
        status = page.evaluate(
            "path => fetch(path, {method: 'POST'}).then(answer => answer.status)", path
        )
        assert status == 404, path
    assert page.evaluate("path => fetch(path).then(answer => answer.status)", picture) == 404
    while page.go_back():
        assert page.url.endswith("/booth/")
        assert user.email not in page.content()


def test_the_back_button_brings_no_page_of_the_hosts_back(
    keeps_pages: Browser, open_page: OpenPage, booth: Booth, user: User
) -> None:
    page = open_page(keeps_pages, "/accounts/settings/")
    page.evaluate("window.kept = true")
    page.goto("/gallery/")
    page.evaluate("history.back()")
    page.wait_for_url("**/accounts/settings/", wait_until="commit")
    assert page.evaluate("window.kept")
    page.goto(f"/booths/{booth.pk}/start/")
    page.get_by_role("button", name="Sign me out and start").click()
    page.wait_for_url("**/booth/")
    page.evaluate("window.left = true; history.go(-2)")
    page.wait_for_function("window.left === undefined && document.readyState === 'complete'")
    assert page.evaluate("[location.pathname, window.kept ?? null]") == ["/booth/", None]
    assert user.email not in page.content()


def test_the_host_leaves_with_the_password(
    with_camera: Browser, open_page: OpenPage, booth: Booth, no_axe_violations: CheckPage
) -> None:
    page = open_page(with_camera, f"/booths/{booth.pk}/")
    start(page)
    page.get_by_role("link", name="For the host").click()
    no_axe_violations(page)
    page.get_by_label("Your password").fill("open sesame")
    page.get_by_role("button", name="Leave the booth").click()
    expect(page.get_by_text("This isn’t the host’s password.")).to_be_visible()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Leave the booth").click()
    page.wait_for_url("**/accounts/login/**")
    page.get_by_label("E-mail").fill(booth.owner.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"**/booths/{booth.pk}/")


def test_a_booth_that_ends_elsewhere_closes_here(
    with_camera: Browser, open_page: OpenPage, booth: Booth
) -> None:
    page = open_page(with_camera, f"/booths/{booth.pk}/")
    start(page)
    to_the_wheel(page)
    opening.end(booth)
    page.get_by_role("button", name="Paint me").click()
    expect(page.get_by_role("heading", name="No booth is open here")).to_be_visible()


def test_a_guest_can_stop_at_each_step(
    with_camera: Browser, open_page: OpenPage, booth: Booth
) -> None:
    Booth.objects.update(countdown_s=3)
    page = open_page(with_camera, f"/booths/{booth.pk}/", WATCH_TRACKS)
    start(page)
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name="Take the photo").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Begin")).to_be_focused()
    page.wait_for_function(ALL_ENDED)
    page.wait_for_timeout(3500)
    expect(page.get_by_role("button", name="Begin")).to_be_visible()
    to_the_wheel(page)
    page.get_by_role("button", name="Photo", exact=True).click()
    expect(page.get_by_role("img", name="The photo you took")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Paint me").click()
    page.get_by_role("button", name="Delete it now").click()
    page.get_by_role("button", name="Keep it").click()
    assert Sitting.objects.count() == 1
    page.get_by_role("button", name="Delete it now").click()
    page.get_by_role("button", name="Delete it", exact=True).click()
    expect(page.get_by_role("button", name="Begin")).to_be_visible()
    assert not Sitting.objects.exists()


def test_by_keyboard_alone(with_camera: Browser, open_page: OpenPage, booth: Booth) -> None:
    page = open_page(with_camera, f"/booths/{booth.pk}/")
    start(page)
    page.get_by_role("button", name="Begin").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take the photo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Go on")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="Amber")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Coral")).to_be_checked()
    for _stop in range(5):
        page.keyboard.press("Tab")
        if page.get_by_role("button", name="Paint me").evaluate("it => it.matches(':focus')"):
            break
        if page.get_by_role("checkbox").evaluate("it => it.matches(':focus')"):
            page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You are being painted")).to_be_focused()
    sitting = Sitting.objects.get()
    assert (sitting.transfer.styles.get().title, sitting.on_wall) == ("Coral", False)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Next guest")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Begin")).to_be_focused()


def test_a_finger_turns_the_wheel(with_camera: Browser, open_page: OpenPage, booth: Booth) -> None:
    page = open_page(with_camera, f"/booths/{booth.pk}/", viewport=SIZES["phone"], has_touch=True)
    start(page)
    to_the_wheel(page)
    box = page.locator("[data-wheel]").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(300, middle)
    page.mouse.down()
    page.mouse.move(240, middle, steps=6)
    page.mouse.up()
    expect(page.get_by_role("radio", name="Birch")).to_be_checked()
    page.mouse.move(100, middle)
    page.mouse.down()
    page.mouse.move(220, middle, steps=12)
    page.mouse.up()
    expect(page.get_by_role("radio", name="Coral")).to_be_checked()
    page.wait_for_timeout(400)  # until it has come to rest
    page.touchscreen.tap(380, middle)
    expect(page.get_by_role("radio", name="Dusk")).to_be_checked()


def test_after_a_swipe_the_arrow_keys_still_choose(
    with_camera: Browser, open_page: OpenPage, booth: Booth
) -> None:
    """A swipe that ends beyond the wheel is followed by no click there."""
    page = open_page(with_camera, f"/booths/{booth.pk}/")
    start(page)
    to_the_wheel(page)
    box = page.locator("[data-wheel]").bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2
    page.mouse.move(middle, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(middle - 50, box["y"] + 60, steps=5)
    page.mouse.move(middle - 50, box["y"] - 40, steps=5)
    page.mouse.up()
    expect(page.get_by_role("radio", name="Birch")).to_be_checked()
    page.get_by_role("radio", name="Birch").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Coral")).to_be_checked()


@pytest.mark.parametrize(
    "size",
    [*(pytest.param(size, marks=pytest.mark.long) for size in ("desktop", "tablet")), "phone"],
)
def test_nothing_is_out_of_reach_at_any_size(
    with_camera: Browser, open_page: OpenPage, booth: Booth, size: str, tmp_path: Path
) -> None:
    style = booth.styles.get(title="Amber")
    sittings.take(booth, io.BytesIO(as_file(quadrants())), style, on_wall=True)
    page = open_page(with_camera, f"/booths/{booth.pk}/", viewport=SIZES[size])
    start(page)
    buttons = {
        "Begin": "Take the photo",
        "Take the photo": "Go on",
        "Go on": "Paint me",
        "Paint me": "Next guest",
    }
    for name, following in buttons.items():
        page.get_by_role("button", name=name).click()
        button = page.get_by_role("button", name=following)
        expect(button).to_be_visible()
        button.scroll_into_view_if_needed()
        expect(button).to_be_in_viewport(ratio=1)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= SIZES[size]["width"]


def test_a_booth_without_a_camera_says_what_to_do(
    browser: Browser, open_page: OpenPage, booth: Booth, no_axe_violations: CheckPage
) -> None:
    page = open_page(browser, f"/booths/{booth.pk}/")
    start(page)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text("There is no camera here.")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_focused()
    no_axe_violations(page)
