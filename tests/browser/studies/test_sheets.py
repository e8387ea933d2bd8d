"""Sheets in a browser: set up from the studio, filled in, looked at one by one, painted in full.

The rows are moved on by hand in place of a worker.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from gallery.models import Style
from tests.browser.conftest import CheckPage, OpenPage
from tests.browser.studies.conftest import PHONE, finish, move_on
from transfers.models import ContentImage, Sweep, Transfer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

State = Transfer.State
NO_LOOKS = "localStorage.setItem('quick-look', 'off')"
DESK = {"viewport": {"width": 1280, "height": 860}}


@pytest.fixture
def setup(
    browser: Browser, open_page: OpenPage, photo: ContentImage, style: Style
) -> Callable[..., Page]:
    def opened(**options: object) -> Page:
        address = f"/new/?photo={photo.pk}&style={style.pk}"
        page = open_page(browser, address, NO_LOOKS, **options)
        page.get_by_role("button", name="Compare settings").click()
        expect(page.get_by_role("heading", name="Compare settings")).to_be_visible()
        return page

    return opened


@pytest.fixture
def sheet(setup: Callable[..., Page]) -> Callable[..., Page]:
    def opened(**options: object) -> Page:
        page = setup(**options)
        page.get_by_role("button", name="Paint the sheet").click()
        page.wait_for_url("**/sheets/*-*/")
        return page

    return opened


def cell(row: int, column: int) -> Transfer:
    return Transfer.objects.get(cell__row=row, cell__column=column)


def test_two_settings_are_chosen_with_their_values(setup: Callable[..., Page]) -> None:
    page = setup()
    summary = page.get_by_role("status").filter(has_text="small pictures")
    expect(summary).to_have_text("9 small pictures")
    setting = page.get_by_label("Setting").first
    setting.focus()
    setting.select_option(label="Colours")
    other = page.get_by_role("checkbox", name="Your photo’s, matched as a whole")
    expect(other).to_be_visible()
    expect(setting).to_be_focused()  # for the next arrow key
    other.check()
    expect(summary).to_have_text("9 small pictures")
    page.get_by_label("Values").fill("0.5, 1, 2, 4")
    page.get_by_label("Values").press("Tab")
    expect(summary).to_have_text("12 small pictures")
    page.get_by_role("button", name="Paint the sheet").click()
    page.wait_for_url("**/sheets/*-*/")
    assert Sweep.objects.get().row_axis["values"] == ["off", "luminance", "covariance"]
    assert Transfer.objects.count() == 12


def test_a_sheet_fills_in_as_its_pictures_come(sheet: Callable[..., Page]) -> None:
    page = sheet()
    expect(page.get_by_text("0 of 9 painted")).to_be_visible()
    finish(cell(0, 0))
    first = page.locator("[data-cell='0-0'] img")
    expect(first).to_be_visible()
    expect(page.get_by_text("1 of 9 painted")).to_be_visible()
    move_on(cell(0, 1), 6)
    expect(page.get_by_text("46 % painted")).to_be_visible()
    failed = {"state": State.FAILED, "error": "This picture is too dark."}
    Transfer.objects.filter(pk=cell(0, 2).pk).update(**failed)
    expect(page.get_by_text("This picture is too dark.")).to_be_visible()
    page.get_by_role("button", name="Cancel the rest").click()
    expect(page.get_by_text("8 pictures are missing")).to_be_visible()
    page.get_by_role("button", name="Paint what is missing").click()
    expect(page.get_by_text("1 of 9 painted")).to_be_visible()
    for waiting in Transfer.objects.queued():
        finish(waiting)
    said = page.get_by_role("status").filter(has_text="All painted")
    expect(said).to_be_attached()
    expect(page.get_by_role("progressbar")).to_be_hidden()


def test_with_the_keyboard_one_is_opened_compared_and_painted_in_full(
    sheet: Callable[..., Page],
) -> None:
    page = sheet()
    for transfer in Transfer.objects.all():
        finish(transfer)
    expect(page.locator("[data-cell='2-2'] img")).to_be_visible()
    page.locator("[data-cell='0-0'] a").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    shown = page.get_by_role("dialog", name="One picture of the sheet")
    expect(shown.get_by_text("How much style: 40, Brush size: 1 ×")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(shown.get_by_text("How much style: 70, Brush size: 1 ×")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(shown.get_by_text("How much style: 70, Brush size: 2 ×")).to_be_visible()
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    expect(page.locator("[data-cell='1-2'] a")).to_be_focused()
    page.keyboard.press("Enter")
    shown.get_by_label("Size").select_option(label="1024 px")
    shown.get_by_role("button", name="Paint this in full").click()
    page.wait_for_url("**/transfers/*/")
    picture = Transfer.objects.pictures().get()
    chosen = {"style_strength": 70.0, "style_scale": 2.0, "size_px": 1024}
    assert picture.params | chosen == picture.params


def test_the_sheet_is_saved_as_one_picture(sheet: Callable[..., Page]) -> None:
    page = sheet()
    finish(cell(0, 0))
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download the sheet").click()
    assert saved.value.suggested_filename == "harbour-in-stripes.jpg"
    image = Image.open(io.BytesIO(saved.value.path().read_bytes()))
    assert image.width > 3 * 240


def test_a_sheet_is_deleted_after_a_question(sheet: Callable[..., Page], user: User) -> None:
    page = sheet()
    page.get_by_role("button", name="Delete this sheet").click()
    page.get_by_role("button", name="Keep it", exact=True).click()
    assert Sweep.objects.exists()
    page.get_by_role("button", name="Delete this sheet").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("No sheets yet")).to_be_visible()
    assert not Sweep.objects.exists()


@pytest.mark.parametrize("options", [DESK, PHONE], ids=["desk", "phone"])
def test_sheets_are_open_to_everybody(
    sheet: Callable[..., Page],
    setup: Callable[..., Page],
    no_axe_violations: CheckPage,
    options: dict[str, object],
) -> None:
    no_axe_violations(setup(**options))
    page = sheet(**options)
    finish(cell(0, 0))
    expect(page.locator("[data-cell='0-0'] img")).to_be_visible()
    no_axe_violations(page)
    page.locator("[data-cell='0-0'] a").click()
    expect(page.get_by_role("button", name="Paint this in full")).to_be_visible()
    no_axe_violations(page)
    page.goto("/sheets/")
    no_axe_violations(page)
