"""What becomes of a photo between the shutter and the sending: turned, flipped, cropped."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.camera.scenes import corners, stored, take, use, wait_until_live
from tests.browser.conftest import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(with_camera: Browser, open_page: OpenPage) -> Page:
    """A photo is taken, not mirrored: red, green over blue, white, 1280 × 960."""
    page = open_page(with_camera, "/camera/")
    wait_until_live(page)
    page.get_by_role("button", name="Mirror").click()
    take(page)
    return page


def press(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("button", name=name).click()


@pytest.mark.parametrize(
    ("pressed", "size", "expected"),
    [
        (["Turn right"], (960, 1280), "brwg"),
        pytest.param(["Turn left"], (960, 1280), "gwrb", marks=pytest.mark.long),
        pytest.param(["Turn right", "Turn right"], (1280, 960), "wbgr", marks=pytest.mark.long),
        pytest.param(["Flip"], (1280, 960), "grwb", marks=pytest.mark.long),
        pytest.param(["Turn right", "Flip"], (960, 1280), "rbgw", marks=pytest.mark.long),
        pytest.param(["Flip", "Turn right"], (960, 1280), "wgbr", marks=pytest.mark.long),
        (["Turn left", "Flip", "Turn left", "Flip"], (1280, 960), "rgbw"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_turns_and_flips_are_done_in_the_order_they_are_asked_for(
    page: Page, pressed: list[str], size: tuple[int, int], expected: str
) -> None:
    press(page, *pressed)
    photo = stored(use(page))
    assert photo.size == size
    assert corners(photo) == expected


def test_a_part_is_kept_with_the_keyboard(page: Page) -> None:
    frame = page.get_by_role("group", name="The part that is kept")
    frame.focus()
    for _step in range(5):
        page.keyboard.press("Control+Shift+ArrowLeft")  # a tenth narrower each
    expect(page.get_by_text("640 × 960 px")).to_be_visible()
    for _step in range(5):
        page.keyboard.press("Control+ArrowRight")
    photo = stored(use(page))
    assert photo.size == (640, 960), "the right half, every pixel of it"
    assert corners(photo) == "ggww"


def test_a_part_is_kept_with_a_finger_and_stays_the_same_part_when_turned(page: Page) -> None:
    frame = page.get_by_role("group", name="The part that is kept")
    box = frame.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] - 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 5, box["y"] + box["height"] / 2 - 5, steps=4)
    page.mouse.up()
    press(page, "Turn right")
    photo = stored(use(page))
    assert abs(photo.width - 480) <= 8
    assert abs(photo.height - 640) <= 8
    assert corners(photo) == "rrrr"


def test_all_of_it_can_be_kept_again(page: Page) -> None:
    keep_all = page.get_by_role("button", name="Keep all")
    expect(keep_all).to_be_disabled()
    page.get_by_role("group", name="The part that is kept").focus()
    page.keyboard.press("Control+Shift+ArrowUp")
    expect(page.get_by_text("1280 × 864 px")).to_be_visible()
    keep_all.click()
    assert stored(use(page)).size == (1280, 960)


def test_an_accidental_reload_loses_neither_photo_nor_changes(page: Page) -> None:
    press(page, "Turn right")
    page.get_by_role("group", name="The part that is kept").focus()
    page.keyboard.press("Control+Shift+ArrowUp")
    expect(page.get_by_text("960 × 1152 px")).to_be_visible()
    page.wait_for_timeout(600)  # changes are kept three tenths of a second later
    page.reload()
    expect(page.get_by_text("This photo has not been sent yet.")).to_be_visible()
    expect(page.get_by_text("960 × 1152 px")).to_be_visible()
    photo = stored(use(page))
    assert photo.size == (960, 1152)
    assert corners(photo) == "brwg"


def test_a_reload_while_choosing_loses_none_of_the_four(
    with_camera: Browser, open_page: OpenPage
) -> None:
    page = open_page(with_camera, "/camera/")
    wait_until_live(page)
    press(page, "Four shots", "Take the photo")
    expect(page.get_by_role("button", name="Photo 4 of 4")).to_be_visible()
    page.wait_for_timeout(300)
    page.reload()
    press(page, "Photo 2 of 4")
    assert stored(use(page)).size == (1280, 960)


def test_a_photo_is_sent_once_however_often_it_is_asked_for(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.evaluate("""() => {
      const button = document.querySelector("[data-use]");
      button.click();
      button.click();
    }""")
    page.wait_for_url("**/new/?photo=*")
    assert sent.count("POST") == 1
