"""The studio and many pictures at once, in a browser."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from accounts.models import Quota, User
from engine.params import Params
from gallery.models import Style
from tests.browser.conftest import OpenPage
from tests.transfers.drawings import as_file, quadrants
from transfers.models import ContentImage, Transfer
from transfers.photos import add_photo
from transfers.queue import lifecycle, submission
from transfers.studio import saved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def style(db: None) -> Style:
    style = Style(title="Stripes", slug="stripes")
    style.set_picture(quadrants(90, 90))
    style.save()
    return style


@pytest.fixture
def photo(user: User) -> ContentImage:
    return add_photo(user, BytesIO(as_file(quadrants(600, 400))), "upload", "Harbour")


@pytest.fixture
def waiting(user: User, photo: ContentImage, style: Style) -> list[Transfer]:
    return [
        submission.submit(user, photo, [(style, 1.0)], Params(size_px=256, seed=seed))
        for seed in range(3)
    ]


def order() -> list[int]:
    return [row.params["seed"] for row in Transfer.objects.queued().in_own_order()]


def test_waiting_pictures_are_moved_with_the_keyboard(
    browser: Browser, open_page: OpenPage, waiting: list[Transfer]
) -> None:
    page = open_page(browser, "/transfers/")
    earlier = page.get_by_role("button", name="Earlier")
    chosen = earlier.nth(2)
    own = page.locator(f"#{chosen.get_attribute('id')}")
    own.focus()
    for place, left in ((1, [0, 2, 1]), (0, [2, 0, 1])):
        page.keyboard.press("Enter")
        expect(earlier.nth(place)).to_be_focused()
        expect(own).to_be_focused()
        assert order() == left
    expect(own).to_have_attribute("aria-disabled", "true")


def test_a_move_that_cannot_be_sent_or_comes_too_late_says_so(
    browser: Browser, open_page: OpenPage, waiting: list[Transfer]
) -> None:
    page = open_page(browser, "/transfers/")
    later = page.get_by_role("button", name="Later").first
    page.route("**/move/", lambda route: route.abort(), times=1)
    later.click()
    expect(page.get_by_text("The site cannot be reached")).to_be_visible()
    page.route("**/move/", lambda route: route.fulfill(status=503), times=1)
    later.click()
    expect(page.get_by_text("That did not work")).to_be_visible()
    expect(page.get_by_text("The site cannot be reached")).to_have_count(0)
    assert order() == [0, 1, 2]
    page.route("**/transfers/", lambda route: route.abort())  # the page looks no more by itself
    lifecycle.claim("here")
    page.get_by_role("button", name="Earlier").first.press("Enter")
    expect(page.get_by_text("It is no longer waiting, so its place stays")).to_be_visible()
    expect(page.get_by_role("heading", name="2 wait")).to_be_visible()
    page.get_by_role("button", name="Put this message away").click()
    expect(page.get_by_text("It is no longer waiting")).to_have_count(0)


def test_the_page_follows_what_happens_and_still_asks_before_cancelling(
    browser: Browser, open_page: OpenPage, waiting: list[Transfer]
) -> None:
    page = open_page(browser, "/transfers/")
    expect(page.get_by_role("heading", name="3 wait")).to_be_visible()
    lifecycle.claim("here")
    expect(page.get_by_role("heading", name="2 wait")).to_be_visible()
    page.get_by_role("button", name="Cancel all that wait").click()
    page.get_by_role("button", name="Let them wait").click()
    assert len(order()) == 2
    page.get_by_role("button", name="Cancel all that wait").click()
    with page.expect_response("**/transfers/"):
        pass  # the list is brought up to date behind the question
    page.wait_for_timeout(200)
    page.get_by_role("button", name="Cancel them").click()
    expect(page.get_by_text("2 waiting pictures were taken from the queue")).to_be_visible()
    assert order() == []


def test_many_photos_are_uploaded_chosen_and_painted_in_the_chosen_styles(
    browser: Browser, open_page: OpenPage, style: Style, photo: ContentImage, tmp_path: Path
) -> None:
    files = [tmp_path / "lake.jpg", tmp_path / "broken.jpg", tmp_path / "tower.jpg"]
    files[0].write_bytes(as_file(quadrants(300, 200)))
    files[1].write_bytes(b"no picture")
    files[2].write_bytes(as_file(quadrants(200, 300)))
    page = open_page(browser, "/new/many/")
    page.set_input_files("input[type=file]", files)
    expect(page.get_by_text("broken.jpg: This file is not a picture")).to_be_visible()
    expect(page.get_by_role("checkbox", name="tower")).to_be_checked()
    first = page.locator("[data-photos] img").first
    assert first.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    page.get_by_text("Stripes").click()
    expect(page.get_by_text("2 pictures", exact=False)).to_be_visible()
    page.get_by_text("Harbour").click()
    expect(page.get_by_text("3 pictures", exact=False)).to_be_visible()
    page.get_by_role("button", name="Paint them").click()
    expect(page.get_by_text("3 pictures are waiting to be painted")).to_be_visible()
    assert Transfer.objects.queued().count() == 3


def test_a_photo_without_room_is_refused_with_the_reason(
    browser: Browser, open_page: OpenPage, photo: ContentImage, tmp_path: Path
) -> None:
    ContentImage.objects.update(bytes=2_000_000)
    Quota.objects.create(storage_mb=2)
    file = tmp_path / "lake.jpg"
    file.write_bytes(as_file(quadrants(300, 200)))
    page = open_page(browser, "/new/")
    page.set_input_files("input[type=file]", file)
    expect(page.get_by_text("There is no room for another picture")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_enter_uses_no_settings_that_nobody_asked_for(
    browser: Browser,
    open_page: OpenPage,
    user: User,
    photo: ContentImage,
    style: Style,
    javascript: bool,
) -> None:
    saved.save(user, "Soft", Params(style_strength=12))
    address = f"/new/?photo={photo.pk}&style={style.pk}"
    page = open_page(browser, address, java_script_enabled=javascript)
    number = page.get_by_role("spinbutton", name="How much style")
    number.fill("60")
    if javascript:
        page.get_by_role("slider", name="How much style").press("Enter")
        page.get_by_role("radio", name="Draft").press("Enter")
        page.get_by_role("radio", name="Stripes").press("Enter")
        page.wait_for_timeout(300)
        assert page.url.endswith(address)
        expect(number).to_have_value("60")
        assert not Transfer.objects.pictures().exists()
    else:
        number.press("Enter")
        page.wait_for_url("**/transfers/*/")
        assert Transfer.objects.pictures().get().params["style_strength"] == 60
