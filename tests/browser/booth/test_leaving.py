"""Guests who leave while something of theirs is still under way.

Whoever comes next finds nothing of it, and is not disturbed by what arrives late.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Request, expect

from tests.browser.booth.guests import (
    ALL_ENDED,
    ONE_LIVE,
    WATCH_TRACKS,
    hold,
    press_paint,
    start,
    to_the_painting,
    to_the_wheel,
)
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
    to_the_painting(page)
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
    to_the_painting(page)
    deletion.delete(Sitting.objects.all())
    expect(page.get_by_role("button", name="Begin")).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="has been deleted")).to_be_attached()
