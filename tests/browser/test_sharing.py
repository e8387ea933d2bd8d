"""Albums and links in a real browser: put in order by keyboard and mouse, shared, opened, ended."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from gallery import albums
from gallery.models import Album, Artwork, ShareLink
from tests.browser.conftest import OpenPage
from tests.gallery.album_contents import titles
from tests.gallery.drawings import RECIPE, gradient, hang_artwork

pytestmark = pytest.mark.browser
PASSWORD = "open sesame"


@pytest.fixture
def album(user: User, transactional_db: None) -> Album:
    picture = gradient(120, 80)
    works: list[Artwork] = [
        hang_artwork(owner=user, image=picture, before=picture, title=title, recipe=RECIPE)
        for title in ("One", "Two", "Three")
    ]
    return albums.create(user, "Summer", works)


@pytest.fixture
def open_signed_out(live_server: LiveServer, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens an address in a browser of somebody who is not signed in."""
    contexts = []

    def open_in(address: str, **options: object) -> Page:
        context = browser.new_context(base_url=live_server.url, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        return page

    yield open_in
    for context in contexts:
        context.close()


def test_an_album_is_shared_opened_signed_out_and_ends(
    open_page: OpenPage,
    browser: Browser,
    open_signed_out: Callable[..., Page],
    album: Album,
) -> None:
    cache.clear()
    page = open_page(browser, reverse("gallery:album", args=[album.pk]))
    page.get_by_role("link", name="Share").click()
    page.get_by_label("Who it is for").fill("Grandmother")
    expect(page.get_by_label("Last day")).to_be_hidden()
    page.get_by_label("It ends").select_option("date")
    expect(page.get_by_label("Last day")).to_be_visible()
    page.get_by_label("It ends").select_option("1")
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name="Make the link").click()
    address = page.get_by_label("Address").input_value()
    assert re.search(r"/s/[\w-]{22}\.[\w-]{43}/$", address)

    guest = open_signed_out(address)
    assert "Summer" not in guest.content()
    guest.get_by_label("Password", exact=False).first.fill("wrong")
    guest.get_by_role("button", name="Open").click()
    expect(guest.get_by_text("This isn’t the password.")).to_be_visible()
    guest.get_by_label("Password", exact=False).first.fill(PASSWORD)
    guest.get_by_role("button", name="Open").click()
    expect(guest.locator("h1")).to_have_text("Summer")
    for image in guest.locator("main img").all():
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    guest.get_by_role("link", name="One").click()
    expect(guest.locator("h1")).to_have_text("One")
    guest.wait_for_load_state()  # keys are listened to from then on
    guest.keyboard.press("ArrowRight")
    expect(guest.locator("h1")).to_have_text("Two")
    with guest.expect_download() as download:
        guest.get_by_role("link", name="Download PNG").click()
    assert download.value.suggested_filename == "Two.png"

    page.goto("/shares/")
    expect(page.get_by_text("Seen once")).to_be_visible()
    ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    picture = guest.url
    for gone in (picture, address):
        guest.goto(gone)
        expect(guest.get_by_text("This link does not lead anywhere")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Ended on")).to_be_visible()


def test_a_withdrawn_link_comes_back_with_undo(
    open_page: OpenPage,
    browser: Browser,
    open_signed_out: Callable[..., Page],
    album: Album,
) -> None:
    page = open_page(browser, reverse("gallery:album-share", args=[album.pk]))
    page.get_by_role("button", name="Make the link").click()
    address = page.get_by_label("Address").input_value()
    page.get_by_role("button", name="Withdraw the link").click()
    guest = open_signed_out(address)
    expect(guest.get_by_text("This link does not lead anywhere")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("works again")).to_be_visible()
    guest.goto(address)
    expect(guest.locator("h1")).to_have_text("Summer")


def test_the_address_is_copied(open_page: OpenPage, browser: Browser, album: Album) -> None:
    page = open_page(browser, reverse("gallery:album-share", args=[album.pk]))
    page.get_by_role("button", name="Make the link").click()
    page.get_by_role("button", name="Copy the address").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    address = page.get_by_label("Address").input_value()
    page.goto("/gallery/")  # no page may read the clipboard; people paste
    page.get_by_role("searchbox").focus()
    page.keyboard.press("Control+V")
    expect(page.get_by_role("searchbox")).to_have_value(address)


def test_an_album_is_put_in_order_by_keyboard_and_by_dragging(
    open_page: OpenPage, browser: Browser, album: Album
) -> None:
    page = open_page(browser, reverse("gallery:album-arrange", args=[album.pk]))
    later = page.get_by_role("button", name="Later: One")
    later.focus()
    with page.expect_response("**/move/"):
        page.keyboard.press("Enter")
    expect(later).to_be_focused()
    expect(page.locator("[data-arranged]")).to_have_text("Number 2 now")
    assert titles(album) == ["Two", "One", "Three"]
    rows = page.locator("[data-picture]")
    with page.expect_response("**/move/"):
        rows.nth(2).locator("[data-handle]").drag_to(
            rows.nth(0), target_position={"x": 100, "y": 5}
        )
    expect(page.locator("[data-number]").first).to_have_text("1")
    expect(rows.first).to_contain_text("Three")
    assert titles(album) == ["Three", "Two", "One"]


def test_without_javascript_the_arrows_work_as_well(
    live_server: LiveServer, browser: Browser, album: Album, client: Client, user: User
) -> None:
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(reverse("gallery:album-arrange", args=[album.pk]))
    expect(page.locator("[data-handle]").first).to_be_hidden()
    page.get_by_role("button", name="To the end: One").click()
    page.get_by_role("button", name="Make it the cover: Two").click()
    expect(page.get_by_text("“Two” is the cover now.")).to_be_visible()
    page.get_by_role("checkbox", name="Three").check()
    page.get_by_role("button", name="Take the ticked ones out").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("h1")).to_have_text("Summer")
    context.close()
    assert titles(album) == ["Two", "Three", "One"]
