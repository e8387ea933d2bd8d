"""Taking photos with real getUserMedia: the film in front of the camera is drawn by the tests."""

from __future__ import annotations

import io
import threading

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.camera.conftest import HUES
from tests.browser.camera.scenes import (
    ALL_ENDED,
    ONE_LIVE,
    UPLOADS,
    WATCH_TRACKS,
    corners,
    shutter,
    stored,
    take,
    use,
    use_button,
    wait_until_live,
)
from tests.browser.conftest import CheckPage, OpenPage
from transfers.models import ContentImage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SIDEWAYS = {"viewport": {"width": 844, "height": 390}, "has_touch": True, "is_mobile": True}

# How far the page has announced, in order; a live region is emptied between two sentences.
LISTEN = """
window.said = [];
addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
  const sentence = document.querySelector("[data-said]").textContent.trim();
  if (sentence && sentence !== said.at(-1)) said.push(sentence);
}).observe(document.querySelector("[data-said]"), { childList: true, characterData: true }));
"""


def shown(part: Locator) -> Image.Image:
    """What a person sees of a part of the page."""
    return Image.open(io.BytesIO(part.screenshot())).convert("RGB")


def test_a_photo_is_taken_retaken_and_used_in_full_size(
    with_camera: Browser, open_page: OpenPage
) -> None:
    page = open_page(with_camera, "/camera/", WATCH_TRACKS)
    take(page)
    page.wait_for_function(ALL_ENDED)
    page.get_by_role("button", name="Take another").click()
    page.wait_for_function(ONE_LIVE)
    take(page)
    released = threading.Event()

    def look(route: Route) -> None:
        if page.evaluate(ALL_ENDED):
            released.set()
        route.continue_()

    page.route(UPLOADS, look)
    photo = use(page)
    assert released.is_set(), "the camera was still on while the photo was sent"
    assert photo.source == "camera"
    assert photo.title.startswith("Camera, ")
    assert stored(photo).size == (1280, 960)
    expect(page.get_by_role("img", name="Your photo: Camera")).to_be_visible()


@pytest.mark.parametrize(("mirrored", "expected"), [(True, "grwb"), (False, "rgbw")])
def test_what_is_seen_is_what_is_saved_mirrored_or_not(
    with_camera: Browser, open_page: OpenPage, mirrored: bool, expected: str
) -> None:
    page = open_page(with_camera, "/camera/")
    wait_until_live(page)
    mirror = page.get_by_role("button", name="Mirror")
    expect(mirror).to_have_attribute("aria-pressed", "true")
    if not mirrored:
        mirror.click()
        expect(
            page.get_by_text("As others see you. The photo is saved just as you see it.")
        ).to_be_visible()
    else:
        expect(
            page.get_by_text("As in a mirror. The photo is saved just as you see it.")
        ).to_be_visible()
    assert corners(shown(page.get_by_label("What the camera sees"))) == expected
    take(page)
    assert corners(shown(page.get_by_role("img", name="The photo you took"))) == expected
    assert corners(stored(use(page))) == expected


def test_the_choices_are_remembered(with_camera: Browser, open_page: OpenPage) -> None:
    page = open_page(with_camera, "/camera/")
    wait_until_live(page)
    for name in ("Mirror", "Grid", "Timer: off", "Four shots"):
        page.get_by_role("button", name=name).click()
    page.reload()
    wait_until_live(page)
    pressed = {"Mirror": "false", "Grid": "true", "Four shots": "true"}
    for name, state in pressed.items():
        expect(page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", state)
    expect(page.get_by_role("button", name="Timer: 3 s")).to_be_visible()
    expect(page.locator(".camera-thirds")).to_be_visible()


def test_the_timer_counts_down_in_large_figures_and_aloud(
    with_camera: Browser, open_page: OpenPage
) -> None:
    page = open_page(with_camera, "/camera/", LISTEN)
    wait_until_live(page)
    page.get_by_role("button", name="Timer: off").click()
    shutter(page).click()
    count = page.locator(".camera-count")
    expect(count).to_have_text("3")
    assert count.evaluate("(element) => parseFloat(getComputedStyle(element).fontSize)") > 120
    expect(count).to_have_text("1")
    expect(use_button(page)).to_be_visible()
    heard = page.evaluate("said")
    assert [one for one in heard if one in {"3", "2", "1"}] == ["3", "2", "1"]
    assert heard.index("1") < heard.index("Your photo is taken, and the camera is off.")


@pytest.mark.parametrize("way", ["button", "Escape"])
def test_the_countdown_can_be_cancelled(
    with_camera: Browser, open_page: OpenPage, way: str
) -> None:
    page = open_page(with_camera, "/camera/", WATCH_TRACKS)
    wait_until_live(page)
    page.get_by_role("button", name="Timer: off").click()
    page.get_by_role("button", name="Timer: 3 s").click()
    shutter(page).click()
    expect(page.locator(".camera-count")).to_have_text("10")
    cancel = page.get_by_role("button", name="Cancel")
    expect(cancel).to_be_focused()
    cancel.click() if way == "button" else page.keyboard.press("Escape")
    expect(shutter(page)).to_be_focused()
    assert page.evaluate(ONE_LIVE), "the camera stays on"
    page.wait_for_timeout(300)
    expect(use_button(page)).to_be_hidden()


def test_a_burst_is_four_moments_to_choose_from(
    with_moving_camera: Browser, open_page: OpenPage
) -> None:
    page = open_page(with_moving_camera, "/camera/")
    wait_until_live(page)
    page.get_by_role("button", name="Four shots").click()
    shutter(page).click()
    third = page.get_by_role("button", name="Photo 3 of 4")
    expect(third).to_be_visible()
    moments = [_hue(page, number) for number in range(4)]
    assert len(set(moments)) >= 3, "the film moves on between the shots"
    page.get_by_role("button", name="Photo 1 of 4").click()
    page.get_by_role("button", name="Back to the four").click()
    third.click()
    saved = stored(use(page)).getpixel((160, 120))
    assert _nearest(saved) == moments[2]


def _hue(page: Page, number: int) -> int:
    """Which of the film's colours this one of the four shows."""
    pixel = page.locator(f"[data-shot='{number}'] img").evaluate(
        """async (image) => {
          await image.decode();
          const canvas = document.createElement("canvas");
          canvas.width = canvas.height = 1;
          canvas.getContext("2d").drawImage(image, 0, 0, 1, 1);
          return [...canvas.getContext("2d").getImageData(0, 0, 1, 1).data].slice(0, 3);
        }"""
    )
    return _nearest(pixel)


def _nearest(color: tuple[int, ...]) -> int:
    apart = [sum(abs(a - b) for a, b in zip(color, hue, strict=True)) for hue in HUES]
    assert min(apart) <= 24, f"{color} is none of the film's colours"
    return apart.index(min(apart))


@pytest.mark.parametrize("held", [PHONE, SIDEWAYS], ids=["upright", "sideways"])
def test_an_upright_picture_stays_upright_and_all_is_within_reach(
    with_upright_camera: Browser, open_page: OpenPage, held: dict[str, object]
) -> None:
    page = open_page(with_upright_camera, "/camera/", **held)
    wait_until_live(page)
    box = page.get_by_label("What the camera sees").bounding_box()
    assert box is not None
    assert abs(box["width"] / box["height"] - 720 / 1280) < 0.01
    for button in page.get_by_role("button").all():
        place = button.bounding_box()
        if place is None:
            continue
        assert min(place["width"], place["height"]) >= 44
        _is_inside(page, place)
    take(page)
    for name in ("Take another", "Use this photo", "Turn left", "Turn right", "Flip"):
        place = page.get_by_role("button", name=name).bounding_box()
        assert place is not None
        _is_inside(page, place)
    photo = use(page)
    assert (photo.width, photo.height) == (720, 1280)
    assert corners(stored(photo)) == "grwb"


def _is_inside(page: Page, place: dict[str, float]) -> None:
    size = page.viewport_size
    assert size is not None
    assert place["x"] >= 0
    assert place["y"] >= 0
    assert place["x"] + place["width"] <= size["width"]
    assert place["y"] + place["height"] <= size["height"]


def test_a_photo_can_be_taken_and_used_with_the_keyboard_alone(
    with_camera: Browser, open_page: OpenPage
) -> None:
    page = open_page(with_camera, "/camera/")
    wait_until_live(page)
    expect(shutter(page)).to_be_focused()
    page.keyboard.press("Space")
    expect(use_button(page)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")  # Take another
    expect(shutter(page)).to_be_focused()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Enter")  # the shutter, wherever nothing else has the focus
    expect(use_button(page)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/new/?photo=*")
    assert ContentImage.objects.count() == 1


def test_the_camera_is_off_after_leaving(with_camera: Browser, open_page: OpenPage) -> None:
    page = open_page(with_camera, "/camera/", WATCH_TRACKS)
    wait_until_live(page)
    page.get_by_role("link", name="Back").click()
    page.wait_for_url("**/new/")
    assert page.evaluate("sessionStorage.left") == '["ended"]'


def test_the_camera_is_on_again_when_one_comes_back_to_the_page(
    with_camera: Browser, open_page: OpenPage
) -> None:
    """As from the browser's back-forward cache, which a browser under test does not use."""
    page = open_page(with_camera, "/camera/", WATCH_TRACKS)
    wait_until_live(page)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    page.wait_for_function(ALL_ENDED)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    page.wait_for_function(ONE_LIVE)
    wait_until_live(page)


@pytest.mark.parametrize("timer", [False, True], ids=["at once", "while counting"])
def test_the_camera_rests_while_the_page_is_hidden(
    with_camera: Browser, open_page: OpenPage, timer: bool
) -> None:
    """Hiding is put into the page: a browser under test shows every tab."""
    page = open_page(with_camera, "/camera/", WATCH_TRACKS)
    wait_until_live(page)
    if timer:
        page.get_by_role("button", name="Timer: off").click()
        shutter(page).click()
        expect(page.locator(".camera-count")).to_have_text("3")
    turn = """(hidden) => {
      Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
      document.dispatchEvent(new Event('visibilitychange'));
    }"""
    page.evaluate(turn, True)
    page.wait_for_function(ALL_ENDED)
    page.evaluate(turn, False)
    page.wait_for_function(ONE_LIVE)
    wait_until_live(page)


def test_every_state_of_the_camera_breaks_no_rule(
    with_camera: Browser, open_page: OpenPage, no_axe_violations: CheckPage
) -> None:
    page = open_page(with_camera, "/camera/", **PHONE)
    wait_until_live(page)
    page.get_by_role("button", name="Grid").click()
    no_axe_violations(page)
    page.get_by_role("button", name="Timer: off").click()
    shutter(page).click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    no_axe_violations(page)
    expect(use_button(page)).to_be_visible(timeout=15_000)
    no_axe_violations(page)
    page.get_by_role("button", name="Take another").click()
    wait_until_live(page)
    page.get_by_role("button", name="Four shots").click()
    shutter(page).click()
    expect(page.get_by_role("button", name="Photo 4 of 4")).to_be_visible(timeout=15_000)
    no_axe_violations(page)
