"""The gallery's wall in a real browser: by keyboard, by touch, scrolling, without JavaScript."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from gallery.models import Album, Artwork
from tests.browser.conftest import OpenPage
from tests.gallery.drawings import RECIPE, gradient, hang_artwork, hang_copies

pytestmark = pytest.mark.browser

Hang = Callable[[int], list[Artwork]]
OpenWall = Callable[..., Page]


@pytest.fixture
def hang(user: User, transactional_db: None) -> Hang:
    """So many pictures, "no. 1" the newest, of several proportions."""

    def make(count: int) -> list[Artwork]:
        picture = gradient(300, 200)
        first = hang_artwork(
            owner=user, image=picture, before=picture, title="no. 1", recipe=RECIPE
        )
        rest = hang_copies(
            first,
            count - 1,
            title=lambda number: f"no. {number + 1}",
            search_text=lambda number: f"no. {number + 1}",
            width=lambda number: (300, 200, 400)[number % 3],
            height=lambda number: (200, 300)[number % 2],
        )
        return [first, *rest]

    return make


@pytest.fixture
def open_wall(live_server: LiveServer, browser: Browser, user: User) -> Iterator[OpenWall]:
    """The wall in a browser of one's own choice, such as a phone or one without JavaScript."""
    client = Client()
    client.force_login(user)
    cookie = {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": live_server.url,
    }
    contexts = []

    def open_it(path: str = "/gallery/", **options: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(path)
        return page

    yield open_it
    for context in contexts:
        context.close()


def tiles(page: Page) -> Locator:
    return page.locator("[data-work]:visible")


def titles(page: Page) -> list[str]:
    return [title.strip() for title in page.locator("[data-work] .wall-title").all_text_contents()]


def focused(page: Page) -> str:
    script = (
        "document.activeElement.closest('[data-work]')?.querySelector('.wall-title').textContent"
    )
    return str(page.evaluate(script) or "").strip()


def selected(page: Page) -> list[str]:
    chosen = page.locator("[data-work]:has(input:checked) .wall-title")
    return [title.strip() for title in chosen.all_text_contents()]


def wait_until(page: Page, is_so: Callable[[], bool]) -> None:
    """Where the page's policy keeps Playwright from asking within it."""
    for _ in range(100):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError("waited for five seconds")


def told(page: Page) -> Locator:
    """The messages at the foot of the window."""
    return page.locator("[data-messages]")


def tab_to(page: Page, target: Locator) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError("the Tab key never gets there")


def test_the_keyboard_alone_does_everything(
    open_page: OpenPage, browser: Browser, hang: Hang
) -> None:
    works = hang(12)
    page = open_page(browser, "/gallery/")
    page.keyboard.press("ArrowRight")
    assert focused(page) == "no. 1"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    below = focused(page)
    assert below not in ("no. 1", "no. 2")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Home")
    assert focused(page) == "no. 1"

    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert selected(page) == ["no. 1", "no. 2", "no. 3"]
    page.keyboard.press("Shift+ArrowLeft")
    assert selected(page) == ["no. 1", "no. 2"]
    expect(page.locator("[data-selected]")).to_have_text("2 selected")
    expect(page.get_by_role("checkbox", name="Select “no. 2”")).to_be_checked()

    page.keyboard.press("f")
    expect(told(page)).to_contain_text("2 favourites more.")
    page.keyboard.press("4")
    expect(told(page)).to_contain_text("4 of 5 stars for 2 pictures.")
    expect(tiles(page).first.locator("[data-mark=stars]")).to_be_visible()
    for work in works[:2]:
        work.refresh_from_db()
        assert (work.is_favourite, work.rating) == (True, 4)

    page.keyboard.press("Delete")
    expect(told(page)).to_contain_text("2 pictures are in the trash.")
    expect(tiles(page)).to_have_count(10)
    assert focused(page) == "no. 3"
    tab_to(page, page.get_by_role("button", name="Undo"))
    page.keyboard.press("Enter")
    expect(tiles(page)).to_have_count(12)
    assert titles(page) == [work.title for work in works]
    assert Artwork.objects.filter(trashed_at=None).count() == 12

    page.keyboard.press("Escape")
    assert selected(page) == []
    page.keyboard.press("Control+a")
    assert len(selected(page)) == 12
    page.keyboard.press("Escape")
    expect(page.locator("[data-bar]")).to_be_hidden()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_label("Search your pictures")).to_be_focused()
    page.keyboard.type("no. 12")
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery/?q=no.+12")
    assert titles(page) == ["no. 12"]
    tab_to(page, page.get_by_role("link", name="Take away: “no. 12”"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery/")
    expect(tiles(page)).to_have_count(12)


def test_enter_opens_a_picture_and_back_leads_to_the_same_place(
    open_page: OpenPage, browser: Browser, hang: Hang
) -> None:
    hang(200)
    page = open_page(browser, "/gallery/")
    page.keyboard.press("ArrowRight")

    def goes_further_than_the_first_page() -> bool:
        page.keyboard.press("ArrowDown")
        return int(focused(page).removeprefix("no. ")) > 65

    wait_until(page, goes_further_than_the_first_page)
    page.wait_for_timeout(400)
    title, top = focused(page), page.evaluate("scrollY")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(title)
    page.go_back()
    wait_until(page, lambda: focused(page) == title)
    assert page.evaluate("scrollY") == top
    page.reload()
    wait_until(page, lambda: page.evaluate("scrollY") == top)


def test_rows_that_are_shown_never_move_while_more_arrive(
    open_page: OpenPage, browser: Browser, hang: Hang
) -> None:
    works = hang(150)
    page = open_page(browser, "/gallery/")
    script = """
        [...document.querySelectorAll("[data-work]")].filter((one) => one.offsetParent)
          .map((one) => [one.dataset.work, one.offsetLeft, one.offsetTop, one.offsetWidth])
    """
    page.wait_for_selector("[data-held]", state="attached")
    before = page.evaluate(script)
    assert 40 < len(before) < 60
    for _ in range(100):
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(60)
        if page.locator("[data-work]").count() == 150:
            break
    after = page.evaluate(script)
    assert after[: len(before)] == before
    assert [row[0] for row in after] == [str(work.pk) for work in works]
    expect(page.get_by_role("link", name="Older")).to_have_count(0)


def test_shift_click_selects_what_lies_between(
    open_page: OpenPage, browser: Browser, hang: Hang
) -> None:
    hang(9)
    page = open_page(browser, "/gallery/")
    tiles(page).nth(1).hover()
    tiles(page).nth(1).locator("label").click()
    tiles(page).nth(4).locator("a").click(modifiers=["Shift"])
    assert selected(page) == ["no. 2", "no. 3", "no. 4", "no. 5"]
    tiles(page).nth(2).locator("a").click()
    assert selected(page) == ["no. 2", "no. 4", "no. 5"]
    page.get_by_role("button", name="End the selection").click()
    assert selected(page) == []


def test_the_bar_tags_and_downloads(open_page: OpenPage, browser: Browser, hang: Hang) -> None:
    works = hang(4)
    page = open_page(browser, "/gallery/")
    page.keyboard.press("Control+a")
    page.locator("[data-bar] summary", has_text="Tag").click()
    page.get_by_label("Tags, with commas between").fill("sea, stones")
    page.keyboard.press("Enter")
    expect(told(page)).to_contain_text("sea, stones: given to 4 pictures.")
    assert works[3].tags.count() == 2
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert len(archive.namelist()) == 4
    assert len(selected(page)) == 4


def test_what_the_site_refuses_is_told_and_nothing_is_lost(
    open_page: OpenPage, browser: Browser, hang: Hang
) -> None:
    hang(3)
    page = open_page(browser, "/gallery/")
    page.keyboard.press("Control+a")
    page.locator("[data-bar] summary", has_text="Tag").click()
    page.locator("[data-bar] button[value=tag]").click()
    expect(told(page)).to_contain_text("Write the tags first")
    page.context.set_offline(True)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("f")
    expect(told(page)).to_contain_text("could not be reached")
    assert len(selected(page)) == 3


def test_fingers_select_fill_an_album_throw_away_and_take_back(
    open_wall: OpenWall, hang: Hang
) -> None:
    works = hang(8)
    phone = {"width": 390, "height": 844}
    page = open_wall(viewport=phone, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    long_press(page, tiles(page).first)
    assert selected(page) == ["no. 1"]
    assert page.url.endswith("/gallery/")
    tiles(page).nth(1).locator("a").tap()
    assert selected(page) == ["no. 1", "no. 2"]
    for control in page.locator("[data-bar] .wall-act").all():
        box = control.bounding_box()
        assert box
        assert box["width"] >= 44
        assert box["height"] >= 44

    page.locator("[data-bar] summary", has_text="Album").tap()
    page.get_by_label("Title of a new album").fill("Holidays")
    page.locator("[data-bar] button[value=album]").tap()
    expect(told(page)).to_contain_text("2 pictures more in “Holidays”.")
    assert set(Album.objects.get().artworks.all()) == set(works[:2])

    page.get_by_role("button", name="Trash").tap()
    expect(told(page)).to_contain_text("2 pictures are in the trash.")
    expect(tiles(page)).to_have_count(6)
    page.get_by_role("button", name="Undo").tap()
    expect(tiles(page)).to_have_count(8)
    assert titles(page) == [work.title for work in works]
    tiles(page).first.locator("a").tap()
    expect(page.locator("h1")).to_have_text("no. 1")


def test_the_select_button_does_what_a_long_press_does(open_wall: OpenWall, hang: Hang) -> None:
    hang(3)
    page = open_wall(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    button = page.get_by_role("button", name="Select", exact=True)
    button.tap()
    expect(button).to_have_attribute("aria-pressed", "true")
    tiles(page).nth(2).locator("a").tap()
    assert selected(page) == ["no. 3"]
    button.tap()
    assert selected(page) == []


def test_without_javascript_it_is_a_form_with_ticks_and_links(
    open_wall: OpenWall, hang: Hang
) -> None:
    hang(62)
    page = open_wall(java_script_enabled=False)
    expect(tiles(page)).to_have_count(60)
    page.get_by_role("checkbox", name="Select “no. 2”").check()
    page.get_by_role("checkbox", name="Select “no. 3”").check()
    page.locator("[data-bar] summary", has_text="Tag").click()
    page.get_by_label("Tags, with commas between").fill("sea")
    page.keyboard.press("Enter")
    expect(told(page)).to_contain_text("sea: given to 2 pictures.")
    page.get_by_role("checkbox", name="Select “no. 2”").check()
    page.get_by_role("button", name="Trash").click()
    expect(told(page)).to_contain_text("1 picture is in the trash.")
    page.get_by_role("button", name="Undo").click()
    expect(told(page)).to_contain_text("1 picture is back.")
    page.get_by_role("link", name="Older").click()
    expect(tiles(page)).to_have_count(2)
    page.get_by_role("link", name="What comes before these").click()
    expect(tiles(page)).to_have_count(60)
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Tag", exact=True).select_option("sea")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"/gallery/\?tag=sea$"))
    expect(tiles(page)).to_have_count(2)
    assert titles(page) == ["no. 2", "no. 3"]


def test_the_trash_restores_many_and_asks_before_it_deletes(
    open_page: OpenPage, browser: Browser, hang: Hang
) -> None:
    works = hang(5)
    Artwork.objects.update(trashed_at=works[0].created_at)
    page = open_page(browser, "/gallery/trash/")
    restore = page.get_by_role("button", name="Restore", exact=True)
    expect(restore).to_be_disabled()
    boxes = page.locator("input[name=ids]")
    boxes.nth(0).check()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("[data-count]")).to_have_text("3 selected")
    restore.click()
    expect(told(page)).to_contain_text("3 pictures are back.")
    page.get_by_label("All on this page").check()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator("h1")).to_have_text("Delete 2 pictures for good?")
    page.get_by_role("button", name="Delete for good").click()
    expect(told(page)).to_contain_text("2 pictures were deleted for good.")
    assert Artwork.objects.count() == 3


def long_press(page: Page, target: Locator) -> None:
    """As a finger does it, with the events a touch screen sends."""
    box = target.bounding_box()
    assert box
    point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    page.wait_for_timeout(700)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
