"""Quick looks in the studio: they begin by themselves, replace one another, and show in place.

The rows are moved on by hand in place of a worker.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from time import monotonic, sleep

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from accounts.models import User
from engine import pyramid
from engine.params import Params
from gallery.models import Artwork, Style
from tests.browser.conftest import CheckPage, OpenPage
from tests.browser.studies.conftest import PHONE, finish, move_on
from transfers.models import ContentImage, MachineSpeed, Transfer
from transfers.studies import looks

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

State = Transfer.State


@pytest.fixture
def studio(
    browser: Browser, open_page: OpenPage, photo: ContentImage, style: Style
) -> Callable[..., Page]:
    def opened(init_script: str = "", **options: object) -> Page:
        address = f"/new/?photo={photo.pk}&style={style.pk}"
        return open_page(browser, address, init_script, **options)

    return opened


def until(found: Callable[[], object]) -> object:
    """Whatever ``found`` finds, as soon as it finds something."""
    end = monotonic() + 15
    while monotonic() < end:
        if value := found():
            return value
        sleep(0.05)
    raise AssertionError("nothing came of it")


def waiting_look() -> Transfer:
    found = until(lambda: Transfer.objects.looks().queued().first())
    assert isinstance(found, Transfer)
    return found


def change_strength(page: Page, key: str = "ArrowLeft") -> None:
    page.get_by_role("slider", name="How much style").press(key)


def picture(page: Page) -> object:
    return page.get_by_role("img", name="Quick look: your photo, painted small")


def test_a_look_shows_in_place_and_the_next_change_stops_it(studio: Callable[..., Page]) -> None:
    page = studio()
    first = waiting_look()
    assert first.params == Params(size_px=256, style_strength=71).to_json()
    move_on(first, 4)
    expect(picture(page)).to_have_attribute("src", f"/transfers/{first.pk}/preview/?v=4")
    finish(first)
    expect(picture(page)).to_have_attribute("src", f"/transfers/{first.pk}/preview/?v=13")
    expect(page.get_by_text("Painted in 3 seconds")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="The quick look is ready.")).to_be_attached()

    change_strength(page)
    second = waiting_look()
    assert second.params["style_strength"] == 70
    change_strength(page)
    third = until(lambda: Transfer.objects.looks().queued().exclude(pk=second.pk).first())
    assert isinstance(third, Transfer)
    assert Transfer.objects.get(pk=second.pk).state == State.CANCELLED
    # What was seen last stays to be seen until there is something newer.
    expect(picture(page)).to_be_visible()
    finish(third)
    expect(picture(page)).to_have_attribute("src", f"/transfers/{third.pk}/preview/?v=13")


def test_changes_that_follow_one_another_make_one_look(studio: Callable[..., Page]) -> None:
    page = studio()
    waiting_look()
    for _times in range(5):
        change_strength(page)
    until(lambda: Transfer.objects.looks().queued().filter(params__style_strength=66).exists())
    assert Transfer.objects.looks().count() == 2


def test_leaving_the_page_stops_the_look(studio: Callable[..., Page]) -> None:
    page = studio()
    waiting_look()
    # The answer of the beginning is there: from then on the page can stop it.
    expect(page.get_by_text("Next in line")).to_be_visible()
    page.goto("/gallery/")
    until(lambda: Transfer.objects.looks().filter(state=State.CANCELLED).exists())


def test_leaving_before_the_answer_is_there_stops_the_look_as_it_begins(
    studio: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, left, leave = Event(), Event(), looks.leave

    def slow_check(*_args: object) -> None:
        asked.set()
        assert left.wait(15)

    def seen_leave(owner: User, sent_as: str) -> None:
        leave(owner, sent_as)
        left.set()

    monkeypatch.setattr(looks, "_check_soon", slow_check)
    monkeypatch.setattr(looks, "leave", seen_leave)
    page = studio()
    assert asked.wait(15)
    page.goto("/gallery/")
    until(lambda: Transfer.objects.looks().filter(state=State.CANCELLED).exists())
    assert not Transfer.objects.looks().unfinished().exists()


def test_painting_the_picture_itself_stops_the_look(studio: Callable[..., Page]) -> None:
    page = studio()
    waiting_look()
    expect(page.get_by_text("Next in line")).to_be_visible()
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/transfers/*/")
    assert Transfer.objects.pictures().get().params["size_px"] == 512
    until(lambda: not Transfer.objects.looks().unfinished().exists())


def test_it_can_be_switched_off_and_that_is_remembered(studio: Callable[..., Page]) -> None:
    page = studio()
    waiting_look()
    switch = page.get_by_role("checkbox", name="With every change")
    switch.uncheck()
    until(lambda: not Transfer.objects.looks().unfinished().exists())
    change_strength(page)
    expect(page.get_by_text("No look begins by itself while this is off.")).to_be_visible()
    page.wait_for_timeout(900)
    assert Transfer.objects.looks().count() == 1
    page.get_by_role("button", name="Look now").click()
    expect(switch).to_be_focused()  # the button goes
    assert waiting_look().params["style_strength"] == 70
    page.reload()
    expect(switch).not_to_be_checked()


def test_switched_off_right_after_a_change_none_begins(studio: Callable[..., Page]) -> None:
    page = studio()
    finish(waiting_look())
    expect(page.get_by_role("button", name="Keep as a picture")).to_be_visible()
    page.evaluate("""() => {
      const slider = document.querySelector("[data-control=style_strength] [data-slider]");
      slider.value = 40;
      for (const type of ["input", "change"]) {
        slider.dispatchEvent(new Event(type, {bubbles: true}));
      }
      document.querySelector("[data-look-auto]").click();
    }""")
    expect(page.get_by_text("No look begins by itself while this is off.")).to_be_visible()
    page.wait_for_timeout(900)
    assert Transfer.objects.looks().count() == 1


def test_switched_off_while_one_is_sent_for_it_is_stopped(studio: Callable[..., Page]) -> None:
    page = studio()
    finish(waiting_look())
    expect(page.get_by_role("button", name="Keep as a picture")).to_be_visible()
    held: list[Route] = []
    page.route("**/looks/", lambda route: held.append(route))
    with page.expect_request("**/looks/"):
        change_strength(page)
    page.get_by_role("checkbox", name="With every change").uncheck()
    held[0].continue_()
    page.wait_for_timeout(100)
    until(lambda: Transfer.objects.looks().filter(state=State.CANCELLED).exists())


def test_where_it_would_take_long_it_waits_to_be_asked_for(studio: Callable[..., Page]) -> None:
    cost = pyramid.plan(600, 400, Params(size_px=256)).pixel_steps
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=cost / 50, overhead_s=10)
    page = studio()
    said = "A quick look would take about 1 minute right now, so none begins by itself."
    expect(page.locator("[data-look-words]")).to_have_text(said)
    assert not Transfer.objects.exists()
    page.get_by_role("button", name="Look now").click()
    waiting_look()


def test_a_failure_says_why_and_the_next_look_goes_on(studio: Callable[..., Page]) -> None:
    page = studio()
    look = waiting_look()
    failed = {"state": State.FAILED, "error": "This picture is too dark.", "token": None}
    Transfer.objects.filter(pk=look.pk).update(**failed)
    expect(page.get_by_role("alert").filter(has_text="too dark")).to_be_visible()
    change_strength(page)
    finish(waiting_look())
    expect(picture(page)).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="too dark")).to_be_hidden()


def test_a_connection_that_is_lost_says_so_and_loses_nothing(studio: Callable[..., Page]) -> None:
    page = studio()
    waiting_look()
    page.route("**/looks/", lambda route: route.abort())
    change_strength(page)
    expect(page.get_by_text("the connection was lost. Your settings")).to_be_visible()
    page.unroute("**/looks/")
    page.get_by_role("button", name="Look now").click()
    until(lambda: Transfer.objects.looks().queued().filter(params__style_strength=70).exists())


def test_the_photo_is_seen_while_the_button_is_held(studio: Callable[..., Page]) -> None:
    page = studio()
    finish(waiting_look())
    hold = page.get_by_role("button", name="Hold for the photo")
    over = page.locator("[data-look-photo]")
    hold.hover()
    page.mouse.down()
    expect(over).to_be_visible()
    page.mouse.up()
    expect(over).to_be_hidden()
    hold.focus()
    page.keyboard.down("Space")
    expect(over).to_be_visible()
    expect(hold).to_have_attribute("aria-pressed", "true")
    page.keyboard.up("Space")
    expect(over).to_be_hidden()


def test_a_look_that_one_likes_is_kept_as_a_picture(studio: Callable[..., Page]) -> None:
    page = studio()
    finish(waiting_look())
    page.get_by_role("button", name="Keep as a picture").click()
    link = page.get_by_role("link", name="See it in your gallery")
    expect(link).to_be_focused()
    artwork = Artwork.objects.get()
    expect(link).to_have_attribute("href", f"/gallery/{artwork.pk}/")


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_the_studio_with_a_look_is_open_to_everybody(
    studio: Callable[..., Page], no_axe_violations: CheckPage, options: dict[str, object]
) -> None:
    page = studio(**options)
    look = waiting_look()
    move_on(look, 5)
    expect(picture(page)).to_be_visible()
    no_axe_violations(page)
    finish(look)
    expect(page.get_by_role("button", name="Keep as a picture")).to_be_visible()
    no_axe_violations(page)


def test_on_a_phone_the_look_stays_in_sight_while_one_tunes(studio: Callable[..., Page]) -> None:
    page = studio(**PHONE)
    finish(waiting_look())
    expect(picture(page)).to_be_visible()
    page.get_by_role("slider", name="How much style").scroll_into_view_if_needed()
    expect(picture(page)).to_be_in_viewport()
    page.get_by_text("Finer control").scroll_into_view_if_needed()
    expect(picture(page)).to_be_in_viewport()
