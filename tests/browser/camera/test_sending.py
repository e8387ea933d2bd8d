"""A photo on its way: with the network cut, with answers lost, and with the sign-in expired. It is
kept in this browser until it has arrived, and arrives once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Page, Route, expect

from accounts.models import User
from tests.browser.camera.scenes import KEPT, UPLOADS, corners, stored, take, use, use_button
from tests.browser.conftest import CheckPage, OpenPage
from tests.conftest import PASSWORD
from transfers.models import ContentImage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OFFLINE = "You are offline. Your photo is kept, and sent as soon as the connection is back."
WAITING = "The connection was lost. Your photo is kept, and we try again in a moment."
SIGNED_OUT = "You have been signed out. Your photo is kept in this browser: sign in again"
UNSENT = "This photo has not been sent yet. It is kept in this browser, for a day."
A_DAY_LATER = "const now = Date.now; Date.now = () => now() + 24 * 3600 * 1000;"


@pytest.fixture
def page(with_camera: Browser, open_page: OpenPage) -> Page:
    """A photo is taken, and not sent yet."""
    page = open_page(with_camera, "/camera/")
    take(page)
    return page


def arrives(page: Page) -> ContentImage:
    page.wait_for_url("**/new/?photo=*", timeout=15_000)
    return ContentImage.objects.get()


def sign_in(page: Page, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")


class Line:
    """The way to the server, which the test breaks; remembers the keys of what went along it."""

    def __init__(self, page: Page, *breaks: Callable[[Route], None]) -> None:
        self.keys: list[str | None] = []
        self.breaks = list(breaks)
        page.route(UPLOADS, self._pass)

    def _pass(self, route: Route) -> None:
        self.keys.append(route.request.header_value("Idempotency-Key"))
        if self.breaks:
            self.breaks.pop(0)(route)
        else:
            route.continue_()


def is_cut(route: Route) -> None:
    route.abort("connectionreset")


def loses_the_answer(route: Route) -> None:
    route.fetch()
    route.abort("connectionreset")


def is_away(route: Route) -> None:
    route.fulfill(status=503, body="", headers={"Retry-After": "1"})


def test_progress_is_shown_while_it_is_sent(page: Page, no_axe_violations: CheckPage) -> None:
    held: list[Route] = []
    page.route(UPLOADS, lambda route: held.append(route))
    use_button(page).click()
    expect(page.get_by_role("progressbar", name="Upload")).to_be_visible()
    words = page.get_by_text(re.compile("Sending your photo: .* percent|Nearly there"))
    expect(words.last).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_focused()
    no_axe_violations(page)
    held[0].continue_()
    arrives(page)
    assert page.evaluate(KEPT) == 0, "what has arrived is not kept any longer"


def test_offline_it_waits_and_goes_by_itself_when_the_connection_is_back(
    page: Page, no_axe_violations: CheckPage
) -> None:
    page.context.set_offline(True)
    use_button(page).click()
    expect(page.get_by_text(OFFLINE, exact=True).last).to_be_visible()
    no_axe_violations(page)
    page.wait_for_timeout(1500)
    assert not ContentImage.objects.exists()
    page.context.set_offline(False)
    assert stored(arrives(page)).size == (1280, 960)


def test_a_connection_that_breaks_twice_is_tried_again_and_sends_one_photo(page: Page) -> None:
    line = Line(page, is_cut, is_cut)
    use_button(page).click()
    expect(page.get_by_text(WAITING, exact=True).last).to_be_visible()
    arrives(page)
    assert len(line.keys) == 3
    assert len(set(line.keys)) == 1
    assert line.keys[0]


def test_a_photo_that_arrived_though_its_answer_was_lost_is_there_once(page: Page) -> None:
    line = Line(page, loses_the_answer)
    use_button(page).click()
    arrives(page)
    assert len(line.keys) == 2


def test_a_server_that_is_away_is_waited_for_as_long_as_it_says(page: Page) -> None:
    line = Line(page, is_away)
    use_button(page).click()
    arrives(page)
    assert len(line.keys) == 2


def test_waiting_can_be_cut_short(page: Page) -> None:
    line = Line(page, *[is_cut] * 4)
    use_button(page).click()
    expect(page.get_by_text(WAITING, exact=True).last).to_be_visible()
    for tries in range(2, 6):
        page.get_by_role("button", name="Try now").click()
        page.wait_for_timeout(150)
        assert len(line.keys) >= tries
    arrives(page)


def test_waiting_can_be_stopped_and_the_photo_is_still_there(page: Page) -> None:
    line = Line(page, is_cut, is_cut)
    use_button(page).click()
    expect(page.get_by_text(WAITING, exact=True).last).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(use_button(page)).to_be_focused()
    tries = len(line.keys)
    page.wait_for_timeout(3000)
    assert len(line.keys) == tries, "nothing is sent behind one's back"
    assert not ContentImage.objects.exists()
    line.breaks.clear()
    use(page)


def test_a_photo_that_was_changed_after_a_try_is_sent_as_it_is_now(page: Page) -> None:
    line = Line(page, loses_the_answer)
    use_button(page).click()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Flip").click()
    use_button(page).click()
    page.wait_for_url("**/new/?photo=*")
    newest = ContentImage.objects.latest("created_at")
    assert corners(stored(newest)) == "rgbw"
    assert len(set(line.keys)) == 2


def test_a_sign_in_that_expired_loses_nothing(
    page: Page, user: User, no_axe_violations: CheckPage
) -> None:
    Session.objects.all().delete()
    use_button(page).click()
    expect(page.get_by_text(SIGNED_OUT)).to_be_visible()
    no_axe_violations(page)
    page.get_by_role("link", name="Sign in again").click()
    sign_in(page, user.email)
    page.wait_for_url("**/camera/")
    expect(page.get_by_text(UNSENT)).to_be_visible()
    expect(use_button(page)).to_be_focused()
    no_axe_violations(page)
    photo = use(page)
    assert photo.owner == user
    assert corners(stored(photo)) == "grwb"
    assert page.evaluate(KEPT) == 0


def test_somebody_else_does_not_see_it(page: Page, user: User, stranger: User) -> None:
    Session.objects.all().delete()
    use_button(page).click()
    page.get_by_role("link", name="Sign in again").click()
    sign_in(page, stranger.email)
    page.wait_for_url("**/camera/")
    expect(page.get_by_role("button", name="Take the photo")).to_be_visible()
    expect(page.get_by_text(UNSENT)).to_be_hidden()
    assert page.evaluate(KEPT) == 1, "it waits for its owner"


def test_it_is_not_given_to_whoever_signed_in_meanwhile(
    page: Page, user: User, stranger: User
) -> None:
    other = page.context.new_page()
    Session.objects.all().delete()
    other.goto("/accounts/login/")
    sign_in(other, stranger.email)
    other.wait_for_url("**/new/")
    use_button(page).click()
    expect(page.get_by_text(SIGNED_OUT)).to_be_visible()
    assert not ContentImage.objects.exists()
    Session.objects.all().delete()
    other.goto("/accounts/login/")
    sign_in(other, user.email)
    other.wait_for_url("**/new/")
    page.get_by_role("link", name="Sign in again").click()  # which the other tab has done
    expect(page.get_by_text(UNSENT)).to_be_visible()
    assert use(page).owner == user


def test_after_a_day_it_is_gone(page: Page) -> None:
    page.reload()
    expect(page.get_by_text(UNSENT)).to_be_visible()
    page.add_init_script(A_DAY_LATER)
    page.reload()
    expect(page.get_by_role("button", name="Take the photo")).to_be_visible()
    assert page.evaluate(KEPT) == 0


def test_one_that_is_let_go_is_not_kept(page: Page) -> None:
    page.get_by_role("button", name="Take another").click()
    expect(page.get_by_role("button", name="Take the photo")).to_be_visible()
    assert page.evaluate(KEPT) == 0


def test_a_day_later_any_page_of_the_site_forgets_it(page: Page) -> None:
    page.goto("/privacy/")
    assert page.evaluate(KEPT) == 1
    page.add_init_script(A_DAY_LATER)
    page.goto("/privacy/")
    assert page.evaluate(KEPT) == 0


@pytest.mark.parametrize("place", ["/accounts/logout/", "/accounts/sessions/"])
def test_signing_out_leaves_nothing_behind(page: Page, place: str) -> None:
    page.get_by_role("link", name="Back").click()
    page.wait_for_url("**/new/")
    assert page.evaluate(KEPT) == 1
    page.evaluate("sessionStorage.setItem('masks', '{}')")
    page.goto(place)
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda address: place not in address)
    assert page.evaluate(KEPT) == 0
    assert page.evaluate("sessionStorage.getItem('masks')") is None


def test_a_browser_that_keeps_nothing_says_so(
    with_camera: Browser, open_page: OpenPage, user: User
) -> None:
    """A store that refuses is put into the page, as private windows of some browsers have it."""
    refuse = "IDBFactory.prototype.open = () => { throw new DOMException('No', 'SecurityError'); };"
    page = open_page(with_camera, "/camera/", refuse)
    take(page)
    Session.objects.all().delete()
    use_button(page).click()
    expect(page.get_by_text("this browser keeps nothing for us")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in again in another tab").click()
    sign_in(opened.value, user.email)
    opened.value.wait_for_url("**/new/")
    use(page)
