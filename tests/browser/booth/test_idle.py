"""A booth that nobody touches: a countdown, then the start."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

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
from tests.browser.conftest import CheckPage, OpenPage
from transfers.models import Booth, Sitting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.long
def test_it_starts_over_when_nobody_is_there_any_more(
    with_camera: Browser, open_page: OpenPage, booth: Booth, no_axe_violations: CheckPage
) -> None:
    Booth.objects.update(idle_s=8)
    page = open_page(with_camera, f"/booths/{booth.pk}/", WATCH_TRACKS)
    start(page)
    page.wait_for_timeout(8500)
    expect(page.get_by_text("Starting over in")).to_be_hidden()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_function(ONE_LIVE)
    warning = page.get_by_text(re.compile("Starting over in [1-4] s"))
    expect(warning).to_be_visible()
    no_axe_violations(page)
    page.get_by_role("button", name="I’m still here").click()
    expect(page.get_by_text("Starting over in")).to_be_hidden()
    assert page.evaluate(ONE_LIVE)
    expect(page.get_by_role("button", name="Begin")).to_be_visible()
    page.wait_for_function(ALL_ENDED)
    to_the_wheel(page)
    expect(page.get_by_role("button", name="Begin")).to_be_visible()
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("button", name="Go on")).to_be_hidden()


def test_who_watches_the_picture_being_painted_may_until_it_is_done(
    with_camera: Browser, open_page: OpenPage, booth: Booth, paint: Callable[[], None]
) -> None:
    Booth.objects.update(idle_s=3)
    page = open_page(with_camera, f"/booths/{booth.pk}/")
    start(page)
    to_the_painting(page)
    page.wait_for_timeout(4000)
    expect(page.get_by_role("heading", name="You are being painted")).to_be_visible()
    paint()
    expect(page.get_by_role("heading", name="Here you are")).to_be_visible()
    expect(page.get_by_role("button", name="Begin")).to_be_visible()


@pytest.mark.long
def test_a_question_that_nobody_answers_does_not_cover_the_countdown(
    with_camera: Browser, open_page: OpenPage, booth: Booth, paint: Callable[[], None]
) -> None:
    Booth.objects.update(idle_s=8)
    page = open_page(with_camera, f"/booths/{booth.pk}/")
    start(page)
    to_the_painting(page)
    expect(page.get_by_role("button", name="Delete it now")).to_be_visible()
    paint()
    expect(page.get_by_role("heading", name="Here you are")).to_be_visible()
    page.get_by_role("button", name="Delete it now").click()
    question = page.get_by_role("dialog", name="Delete your picture now?")
    expect(question).to_be_visible()
    expect(page.get_by_text("Starting over in")).to_be_visible()
    expect(question).to_be_hidden()
    expect(page.get_by_role("button", name="Begin")).to_be_visible()
    assert Sitting.objects.count() == 1


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
    expect(warning).to_be_visible()
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
    expect(page.get_by_role("button", name="Begin")).to_be_visible()
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("button", name="Go on")).to_be_hidden()
