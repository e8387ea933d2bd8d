"""The new-transfer page with JavaScript: drop, paste, pick, and mistakes that lose nothing."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from engine.params import Params
from gallery.models import Style
from tests.browser.conftest import OpenPage
from tests.transfers.drawings import BAD_FILES, as_file, as_heic, quadrants
from transfers.durations import spoken
from transfers.models import ContentImage, MachineSpeed, Transfer
from transfers.queue import estimates

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HAND_OVER = """([name, base64, how]) => {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name));
  const options = {bubbles: true, cancelable: true};
  if (how === 'paste') {
    document.body.dispatchEvent(new ClipboardEvent('paste', {...options, clipboardData: carried}));
    return;
  }
  for (const type of how.split(' ')) {
    document.body.dispatchEvent(new DragEvent(type, {...options, dataTransfer: carried}));
  }
}"""


@pytest.fixture
def preset(transactional_db: None) -> Style:
    style = Style(title="Stripes", slug="stripes", params={"style_strength": 71})
    style.set_picture(quadrants(90, 90))
    style.save()
    return style


def hand_over(page: Page, data: bytes, how: str, name: str = "old_mill.jpg") -> None:
    page.evaluate(HAND_OVER, [name, base64.b64encode(data).decode(), how])


def photo_shown(page: Page, title: str = "old mill") -> None:
    picture = page.get_by_role("img", name=f"Your photo: {title}")
    expect(picture).to_be_visible()
    page.wait_for_function("image => image.naturalWidth > 0", arg=picture.element_handle())


def style_choice(page: Page) -> None:
    page.get_by_text("Stripes", exact=True).first.click()
    expect(page.get_by_role("radio", name="Stripes")).to_be_checked()


def test_a_photo_dropped_anywhere_is_uploaded_and_painted(
    browser: Browser, open_page: OpenPage, preset: Style
) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=2e5, overhead_s=10)
    draft_time = spoken(estimates.seconds_for(120, 80, Params(size_px=256)) or 0)
    page = open_page(browser, "/new/")
    hand_over(page, as_file(quadrants()), "dragenter dragover")
    expect(page.get_by_text("Let go to use this photo")).to_be_visible()
    hand_over(page, as_file(quadrants()), "drop")
    photo_shown(page)
    expect(page.get_by_text("Let go to use this photo")).to_be_hidden()
    style_choice(page)
    expect(page.get_by_role("slider", name="How much style")).to_have_value("71")
    page.get_by_role("radio", name="Draft").check()
    expect(page.locator("[data-time-shown]")).to_have_text(draft_time)
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/transfers/*/")
    transfer = Transfer.objects.pictures().get()
    assert transfer.content_image.title == "old mill"
    assert transfer.params["style_strength"] == 71
    assert ContentImage.objects.count() == 1


def test_a_photo_can_be_pasted(browser: Browser, open_page: OpenPage, preset: Style) -> None:
    page = open_page(browser, "/new/")
    hand_over(page, as_file(quadrants(), "PNG"), "paste", "image.png")
    photo_shown(page, "image")


def test_a_heic_photo_is_shown_as_the_server_made_it(
    browser: Browser, open_page: OpenPage, preset: Style, tmp_path: Path
) -> None:
    file = tmp_path / "IMG_2034.heic"
    file.write_bytes(as_heic(quadrants(128, 96)))
    page = open_page(browser, "/new/")
    page.get_by_label("Photo", exact=True).set_input_files(file)
    photo_shown(page, "IMG 2034")


@pytest.mark.parametrize(
    "name",
    ["not an image", "truncated", pytest.param("26 MB", marks=pytest.mark.long)],
)
def test_a_bad_file_says_why_and_keeps_every_choice(
    browser: Browser, open_page: OpenPage, preset: Style, name: str
) -> None:
    bad = BAD_FILES[name]
    page = open_page(browser, "/new/")
    hand_over(page, as_file(quadrants()), "drop")
    photo_shown(page)
    style_choice(page)
    page.get_by_role("radio", name="Fine").check()
    page.get_by_role("slider", name="How much style").fill("23")
    hand_over(page, bad.data, "drop", bad.name)
    expect(page.get_by_role("alert").filter(has_text=bad.words)).to_be_visible()
    photo_shown(page)
    expect(page.get_by_role("radio", name="Stripes")).to_be_checked()
    expect(page.get_by_role("radio", name="Fine")).to_be_checked()
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/transfers/*/")
    assert Transfer.objects.pictures().get().params["style_strength"] == 23


def test_submitting_while_the_photo_is_on_its_way_waits_for_it(
    browser: Browser, open_page: OpenPage, preset: Style
) -> None:
    page = open_page(browser, "/new/")
    held: list[Route] = []
    page.route("**/api/v1/content-images/", lambda route: held.append(route))
    hand_over(page, as_file(quadrants()), "drop")
    style_choice(page)
    page.get_by_role("button", name="Paint it").click()
    expect(page.get_by_text("We start as soon as your photo is here.")).to_be_visible()
    held[0].continue_()
    page.wait_for_url("**/transfers/*/")
    assert Transfer.objects.pictures().count() == 1


def test_comparing_settings_while_the_photo_is_on_its_way_paints_nothing(
    browser: Browser, open_page: OpenPage, preset: Style
) -> None:
    page = open_page(browser, "/new/")
    held: list[Route] = []
    page.route("**/api/v1/content-images/", lambda route: held.append(route))
    hand_over(page, as_file(quadrants()), "drop")
    style_choice(page)
    page.get_by_role("button", name="Compare settings").click()
    expect(page.get_by_text("We start as soon as your photo is here.")).to_be_visible()
    held[0].continue_()
    expect(page.get_by_role("heading", name="Compare settings")).to_be_visible()
    assert not Transfer.objects.pictures().exists()


def test_a_lost_connection_is_said_and_the_photo_before_stays(
    browser: Browser, open_page: OpenPage, preset: Style
) -> None:
    page = open_page(browser, "/new/")
    hand_over(page, as_file(quadrants()), "drop")
    photo_shown(page)
    page.route("**/api/v1/content-images/", lambda route: route.abort())
    hand_over(page, as_file(quadrants(64, 64)), "drop", "second.jpg")
    expect(page.get_by_text("the connection was lost. It is still here.")).to_be_visible()
    photo_shown(page)
    page.unroute("**/api/v1/content-images/")
    page.get_by_role("button", name="Send it again").click()
    photo_shown(page, "second")
    expect(page.get_by_role("button", name="Send it again")).to_be_hidden()


@pytest.mark.long
def test_a_photo_given_up_for_another_one_says_nothing(
    browser: Browser, open_page: OpenPage, preset: Style
) -> None:
    page = open_page(browser, "/new/")
    hand_over(page, as_file(quadrants()), "drop")
    photo_shown(page)
    page.goto("/new/")
    page.route("**/api/v1/content-images/", lambda _route: None)  # on its way for ever
    hand_over(page, as_file(quadrants(64, 64)), "drop", "second.jpg")
    expect(page.get_by_role("progressbar", name="Upload")).to_be_visible()
    page.get_by_role("link", name="Paint old mill").click()
    photo_shown(page)
    expect(page.get_by_role("progressbar", name="Upload")).to_be_hidden()
    expect(page.locator("[data-photo-error]")).to_be_empty()
    hand_over(page, as_file(quadrants(64, 64)), "drop", "third.jpg")
    expect(page.get_by_role("progressbar", name="Upload")).to_be_visible()
    bad = BAD_FILES["26 MB"]
    hand_over(page, bad.data, "drop", bad.name)
    expect(page.get_by_role("alert").filter(has_text=bad.words)).to_be_visible()
    photo_shown(page)


def test_times_that_arrive_late_are_those_of_the_last_choice(
    browser: Browser, open_page: OpenPage, preset: Style
) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=2e5, overhead_s=10)
    page = open_page(browser, "/new/")
    held: list[Route] = []
    page.route("**/new/estimates/*", lambda route: held.append(route))
    with page.expect_request("**/new/estimates/*"):
        hand_over(page, as_file(quadrants()), "drop")
    photo_shown(page)
    with page.expect_request("**/new/estimates/*"):
        style_choice(page)
    page.evaluate("0")  # by its answer, the request before it has reached the list
    assert len(held) == 2, "the photo and the style each asked for the times"
    held[1].continue_()
    expect(page.locator("#time-draft")).to_have_text(
        spoken(estimates.seconds_for(120, 80, Params(size_px=256)) or 0)
    )


def test_someone_signed_out_meanwhile_can_sign_in_elsewhere_and_go_on(
    browser: Browser, open_page: OpenPage, preset: Style
) -> None:
    page = open_page(browser, "/new/")
    page.context.clear_cookies(name="sessionid")
    hand_over(page, as_file(quadrants()), "drop")
    expect(page.get_by_role("alert")).to_contain_text("You have been signed out.")
    other = page.context.new_page()
    other.goto("/accounts/login/")
    other.locator("input[name=login]").fill("ada@example.org")
    other.locator("input[name=password]").fill("correct horse battery")
    other.locator("input[name=password]").press("Enter")
    other.wait_for_url("**/new/")
    hand_over(page, as_file(quadrants()), "drop")
    photo_shown(page)
    style_choice(page)
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/transfers/*/")


def test_an_earlier_photo_is_one_click_away(
    browser: Browser, open_page: OpenPage, preset: Style
) -> None:
    page = open_page(browser, "/new/")
    hand_over(page, as_file(quadrants()), "drop")
    photo_shown(page)
    page.goto("/new/")
    page.get_by_role("link", name="Paint old mill").click()
    photo_shown(page)
    add = page.get_by_role("link", name="Add a style of your own")
    assert str(ContentImage.objects.get().pk) in (add.get_attribute("href") or "")


def test_everything_can_be_chosen_by_keyboard(
    browser: Browser, open_page: OpenPage, preset: Style
) -> None:
    page = open_page(browser, "/new/")
    hand_over(page, as_file(quadrants()), "drop")
    photo_shown(page)
    page.get_by_role("radio", name="Stripes").focus()
    page.keyboard.press("Space")
    page.get_by_role("radio", name="Standard").focus()
    page.keyboard.press("ArrowUp")
    page.get_by_role("slider", name="How much style").press("End")
    page.get_by_role("button", name="Paint it").press("Enter")
    page.wait_for_url("**/transfers/*/")
    params = Transfer.objects.pictures().get().params
    assert (params["size_px"], params["style_strength"]) == (256, 100)
