"""A booth whose connection is lost, stalls, or loses an answer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.booth.guests import (
    hold,
    press_paint,
    start,
    to_the_wheel,
)
from tests.browser.conftest import OpenPage
from transfers.models import Booth, Sitting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A minute and a half as a second and a half: what a stalled connection is given.
SHORT_LIMITS = """
const after = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (ms) => after(window.patient ? ms : ms / 60);
"""


def test_a_lost_connection_loses_no_photo(
    with_camera: Browser, open_page: OpenPage, booth: Booth
) -> None:
    page = open_page(with_camera, f"/booths/{booth.pk}/")
    start(page)
    to_the_wheel(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Paint me").click()
    expect(page.get_by_text("The connection was lost. Your photo is still here")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Paint me").click()
    expect(page.get_by_role("heading", name="You are being painted")).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_text("The connection is away for the moment.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("Next in line")).to_be_visible()


def test_a_photo_that_arrived_though_its_answer_was_lost_is_painted_once(
    with_camera: Browser, open_page: OpenPage, booth: Booth
) -> None:
    page = open_page(with_camera, f"/booths/{booth.pk}/")
    start(page)
    to_the_wheel(page)
    answers = []

    def lose_the_first(route: Route) -> None:
        answers.append(route.fetch())
        if len(answers) == 1:
            route.abort()
        else:
            route.fulfill(response=answers[-1])

    page.route("**/booth/take/", lose_the_first)
    page.get_by_role("button", name="Paint me").click()
    expect(page.get_by_text("The connection was lost. Your photo is still here")).to_be_visible()
    page.get_by_role("button", name="Paint me").click()
    expect(page.get_by_role("heading", name="You are being painted")).to_be_visible()
    assert [answer.status for answer in answers] == [201, 201]
    assert Sitting.objects.count() == 1


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
    page.evaluate("window.patient = true")
    expect(page.get_by_role("button", name="Paint me")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You are being painted")).to_be_visible()


def test_a_form_that_arrives_broken_is_answered_with_a_sentence_and_loses_no_photo(
    with_camera: Browser, open_page: OpenPage, booth: Booth
) -> None:
    page = open_page(with_camera, f"/booths/{booth.pk}/")
    start(page)
    to_the_wheel(page)
    broken = {"content-type": "multipart/form-data; boundary="}
    page.route(
        "**/booth/take/",
        lambda route: route.continue_(headers={**route.request.headers, **broken}),
    )
    page.get_by_role("button", name="Paint me").click()
    expect(page.get_by_text("What was sent cannot be read. Please reload")).to_be_visible()
    page.unroute("**/booth/take/")
    page.get_by_role("button", name="Paint me").click()
    expect(page.get_by_role("heading", name="You are being painted")).to_be_visible()
