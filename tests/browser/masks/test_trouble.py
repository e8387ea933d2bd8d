"""Masks where something comes between: a bad connection, Escape in a stroke, another photo."""

from __future__ import annotations

from io import BytesIO

import pytest
from playwright.sync_api import Browser, Route, expect

from accounts.models import User
from gallery.models import Style
from tests.browser.conftest import OpenPage
from tests.browser.masks.editor import Editor, mask_named, pixels, stripes, studio
from tests.transfers.drawings import as_file
from transfers.models import ContentImage, Transfer
from transfers.photos import add_photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def style(styles: list[Style]) -> Style:
    return styles[0]


@pytest.fixture
def editor(browser: Browser, open_page: OpenPage, photo: ContentImage, style: Style) -> Editor:
    return studio(open_page, browser, photo, style).open()


def paint(editor: Editor) -> None:
    editor.drag((0.2, 0.2), (0.2, 0.8))


def test_a_mask_that_does_not_come_stays_and_is_fetched_again(editor: Editor, style: Style) -> None:
    paint(editor)
    editor.done()
    page = editor.page
    field = page.locator(f"input[name='mask-{style.pk}']")
    mask = field.input_value()
    said = page.locator("[data-masks-summary]").inner_text()
    page.route("**/masks/*-*/", lambda route: route.abort())
    page.reload()
    trouble = page.locator("[data-masks] [data-masks-state]")
    expect(trouble).to_contain_text("What you painted before did not come")
    expect(field).to_have_value(mask)
    page.get_by_role("button", name="Paint where each style goes").click()
    expect(page.get_by_role("dialog")).to_be_hidden()  # nothing is painted over unseen
    page.unroute("**/masks/*-*/")
    page.locator("[data-masks]").get_by_role("button", name="Try again").click()
    expect(page.locator("[data-masks-summary]")).to_have_text(said)
    expect(trouble).to_be_hidden()
    expect(field).to_have_value(mask)
    expect(page.get_by_role("button", name="Paint where each style goes")).to_be_focused()


def test_escape_in_a_stroke_ends_it_and_keeps_what_is_painted(editor: Editor, style: Style) -> None:
    page = editor.page
    page.mouse.move(*editor.at(0.2, 0.2))
    page.mouse.down()
    page.mouse.move(*editor.at(0.2, 0.8), steps=4)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.mouse.up()
    expect(page.locator("[data-masks]")).to_have_attribute("data-state", "saved")
    assert pixels(mask_named(page, f"mask-{style.pk}"))[40, 24] == 255
    editor.open()
    before = editor.place("Stripes")
    page.mouse.move(*editor.at(0.8, 0.2))
    page.mouse.move(*editor.at(0.8, 0.8), steps=4)  # with no button down
    assert editor.place("Stripes") == before


def test_a_mask_of_another_photo_that_fails_holds_nothing_up(
    browser: Browser, open_page: OpenPage, photo: ContentImage, user: User, style: Style
) -> None:
    other = add_photo(user, BytesIO(as_file(stripes(), "PNG")), "upload", "Other")
    editor = studio(open_page, browser, photo, style).open()
    page = editor.page
    page.route("**/masks/", lambda route: route.abort())
    paint(editor)
    expect(page.locator("dialog [data-masks-state]")).to_contain_text("the connection was lost")
    expect(page.locator("[data-masks-alarm]")).to_contain_text("the connection was lost")
    editor.button("Done")
    page.locator(f"[data-latest-photo='{other.pk}']").click()
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/transfers/*/")
    assert Transfer.objects.pictures().get().content_image == other


def test_a_submit_that_waits_for_a_mask_says_so(editor: Editor) -> None:
    page = editor.page
    held: list[Route] = []
    page.route("**/masks/", lambda route: held.append(route))
    paint(editor)
    editor.button("Done")
    page.get_by_role("button", name="Paint it").click()
    expect(page.get_by_text("We start as soon as what you painted is saved.")).to_be_visible()
    held[0].continue_()
    page.wait_for_url("**/transfers/*/")
    assert Transfer.objects.pictures().get().style_shares.get().mask is not None
