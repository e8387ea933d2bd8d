"""Guests who leave, and connections that fail, while something of theirs is still under way.

Whoever comes next finds nothing of it, and is not disturbed by what arrives late.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.browser.booth.guests import ALL_ENDED, ONE_LIVE, WATCH_TRACKS, start, to_the_wheel
from tests.browser.conftest import OpenPage
from transfers.booth import deletion
from transfers.models import Booth, Sitting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SLOW_TO_ENCODE = """
const toBlob = HTMLCanvasElement.prototype.toBlob;
HTMLCanvasElement.prototype.toBlob = function (...given) {
  setTimeout(() => toBlob.apply(this, given), 1500);
};
"""
# A minute and a half as a second and a half: what a stalled connection is given.
SHORT_LIMITS = """
const after = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (ms) => after(ms / 60);
"""


def hold(page: Page, address: str) -> list[Route]:
    """What the page asks there waits, as on a connection that stalls."""
    held: list[Route] = []
    page.route(address, lambda route: held.append(route))
    return held


def press_paint(page: Page) -> None:
    page.get_by_role("button", name="Paint me").click()
    expect(page.get_by_role("button", name="Sending your photo…")).to_be_disabled()


def test_who_stops_while_the_photo_is_sent_leaves_nothing_to_the_next(
    with_camera: Browser, open_page: OpenPage, booth: Booth
) -> None:
    page = open_page(with_camera, f"/booths/{booth.pk}/")
    start(page)
    to_the_wheel(page)
    held = hold(page, "**/booth/take/")
    press_paint(page)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Begin")).to_be_focused()
    to_the_wheel(page)
    expect(page.get_by_role("button", name="Paint me")).to_be_enabled()

    page.route("**/booth/turn/*/delete/", lambda route: route.abort(), times=1)
    with page.expect_response("**/booth/turn/*/delete/") as deleted:
        held[0].continue_()
    assert deleted.value.status == 204, "once more, as the first time failed"
    assert not Sitting.objects.exists()
    expect(page.get_by_role("heading", name="Choose your style")).to_be_visible()
    page.unroute("**/booth/take/")
    page.get_by_role("button", name="Paint me").click()
    expect(page.get_by_role("heading", name="You are being painted")).to_be_visible()


def test_who_looks_at_the_photo_again_is_not_painted_meanwhile(
    with_camera: Browser, open_page: OpenPage, booth: Booth
) -> None:
    page = open_page(with_camera, f"/booths/{booth.pk}/", WATCH_TRACKS)
    start(page)
    to_the_wheel(page)
    held = hold(page, "**/booth/take/")
    press_paint(page)
    page.get_by_role("button", name="Photo", exact=True).click()
    page.get_by_role("button", name="Take another").click()
    page.wait_for_function(ONE_LIVE)
    with page.expect_response("**/booth/turn/*/delete/"):
        held[0].continue_()
    expect(page.get_by_role("button", name="Take the photo")).to_be_visible()
    assert page.evaluate(ONE_LIVE)
    assert not Sitting.objects.exists()
    page.get_by_role("button", name="Stop").click()
    page.wait_for_function(ALL_ENDED)


def test_who_stops_before_the_photo_is_ready_to_be_sent_sends_none(
    with_camera: Browser, open_page: OpenPage, booth: Booth
) -> None:
    page = open_page(with_camera, f"/booths/{booth.pk}/", SLOW_TO_ENCODE)
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    start(page)
    to_the_wheel(page)
    press_paint(page)
    page.get_by_role("button", name="Stop").click()
    page.wait_for_timeout(2500)
    assert not [request for request in sent if request.url.endswith("/booth/take/")]
    assert not Sitting.objects.exists()


def test_a_connection_that_stalls_is_given_up_and_loses_no_photo(
    with_camera: Browser, open_page: OpenPage, booth: Booth
) -> None:
    page = open_page(with_camera, f"/booths/{booth.pk}/", SHORT_LIMITS)
    start(page)
    to_the_wheel(page)
    hold(page, "**/booth/take/")
    press_paint(page)
    expect(page.get_by_text("The connection was lost. Your photo is still here")).to_be_visible()
    page.unroute("**/booth/take/")
    expect(page.get_by_role("button", name="Paint me")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You are being painted")).to_be_visible()


@pytest.mark.long
def test_it_starts_over_though_the_photo_is_still_being_sent(
    with_camera: Browser, open_page: OpenPage, booth: Booth
) -> None:
    """With a word for those who do not see it counting, and covering nothing."""
    Booth.objects.update(idle_s=8)
    page = open_page(with_camera, f"/booths/{booth.pk}/", viewport={"width": 390, "height": 640})
    start(page)
    to_the_wheel(page)
    hold(page, "**/booth/take/")
    press_paint(page)
    warning = page.get_by_text("Starting over in")
    expect(warning).to_be_visible(timeout=8000)
    expect(page.get_by_role("status").filter(has_text="Starting over soon")).to_be_attached()
    button = page.get_by_role("button", name="Sending your photo…")
    button.scroll_into_view_if_needed()
    assert button.evaluate(
        """button => {
          const { left, top, width, height } = button.getBoundingClientRect();
          return document.elementFromPoint(left + width / 2, top + height - 4) === button;
        }"""
    )
    page.get_by_role("checkbox").evaluate("box => box.focus()")
    expect(warning).to_be_hidden()
    expect(page.get_by_role("button", name="Begin")).to_be_visible(timeout=12_000)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("button", name="Go on")).to_be_hidden()


@pytest.mark.long
def test_a_deletion_that_takes_its_time_leaves_the_next_guest_alone(
    with_camera: Browser, open_page: OpenPage, booth: Booth
) -> None:
    page = open_page(with_camera, f"/booths/{booth.pk}/")
    start(page)
    to_the_wheel(page)
    page.get_by_role("button", name="Paint me").click()
    held = hold(page, "**/booth/turn/*/delete/")
    page.get_by_role("button", name="Delete it now").click()
    page.get_by_role("button", name="Delete it", exact=True).click()
    page.get_by_role("button", name="Next guest").click()
    first = Sitting.objects.get()
    to_the_wheel(page)
    page.get_by_role("button", name="Paint me").click()
    expect(page.get_by_role("heading", name="You are being painted")).to_be_visible()
    expect(page.get_by_role("button", name="Delete it now")).to_be_enabled()
    with page.expect_response("**/booth/turn/*/delete/"):
        held[0].continue_()
    page.wait_for_timeout(500)
    expect(page.get_by_role("heading", name="You are being painted")).to_be_visible()
    assert Sitting.objects.exclude(pk=first.pk).count() == 1
    assert not Sitting.objects.filter(pk=first.pk).exists()


def test_a_picture_that_is_deleted_from_the_phone_is_said_to_be_gone(
    with_camera: Browser, open_page: OpenPage, booth: Booth
) -> None:
    page = open_page(with_camera, f"/booths/{booth.pk}/")
    start(page)
    to_the_wheel(page)
    page.get_by_role("button", name="Paint me").click()
    expect(page.get_by_role("heading", name="You are being painted")).to_be_visible()
    deletion.delete(Sitting.objects.all())
    expect(page.get_by_role("button", name="Begin")).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="has been deleted")).to_be_attached()
