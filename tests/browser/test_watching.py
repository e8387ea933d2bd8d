"""The live page in a browser, with the row moved on by hand in place of a worker."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Browser, expect

from accounts.models import User
from engine.params import Params
from gallery.models import Style
from tests.browser.conftest import CheckPage, OpenPage
from tests.gallery.drawings import hang_artwork
from tests.transfers.drawings import as_file, quadrants
from transfers.models import LossCurve, Notice, Transfer
from transfers.photos import add_photo
from transfers.queue import submission

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def transfer(user: User) -> Transfer:
    style = Style(title="Stripes", slug="stripes")
    style.set_picture(quadrants(90, 90))
    style.save()
    photo = add_photo(user, BytesIO(as_file(quadrants(600, 400))), "upload", "Harbour")
    return submission.submit(user, photo, [(style, 1.0)], Params(size_px=256))


def move_on(transfer: Transfer, step: int, **fields: object) -> None:
    """What a worker would have written by this step, with a preview."""
    drawn = ContentFile(as_file(quadrants(96, 64), "WEBP"))
    transfer.preview.save(f"test/{transfer.pk}-{step}.webp", drawn, save=False)
    values = {"state": "running", "activity": "painting", "total_steps": 100, **fields}
    for name, value in {**values, "step": step, "preview_step": step}.items():
        setattr(transfer, name, value)
    transfer.save()


def test_the_curious_see_how_near_it_has_come(
    browser: Browser, open_page: OpenPage, transfer: Transfer, no_axe_violations: CheckPage
) -> None:
    page = open_page(browser, f"/transfers/{transfer.pk}/")
    page.get_by_text("Details", exact=True).click()
    page.get_by_text("The same as numbers").click()
    move_on(transfer, 10)
    columns = {"step": [1, 10], "level": [1, 1], "content": [0.1, 0.2], "style": [1.5, 0.75]}
    curve = LossCurve.objects.create(transfer=transfer, columns=columns)
    chart = page.get_by_role("img", name="the distance from the style went from 1.5 to 0.75")
    expect(chart).to_be_visible()
    curve.columns = {name: [*column, column[-1] * 2] for name, column in columns.items()}
    curve.save()
    move_on(transfer, 20)
    expect(page.get_by_role("img", name="From step 1 to step 20, at 2 sizes")).to_be_visible()
    expect(page.get_by_role("table", name="Losses by step").get_by_role("row")).to_have_count(4)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    no_axe_violations(page)


def test_the_picture_develops_and_ends_as_the_artwork(
    browser: Browser, open_page: OpenPage, user: User, transfer: Transfer
) -> None:
    page = open_page(browser, f"/transfers/{transfer.pk}/")
    expect(page.get_by_text("Next in line")).to_be_visible()
    page.get_by_text("Details", exact=True).click()
    move_on(transfer, 10, seconds_left=42, style_loss=0.75)
    expect(page.get_by_text("step 10 of 100")).to_be_visible()
    expect(page.locator("img[data-layer][src$='v=10']")).to_have_count(1)
    move_on(transfer, 40, seconds_left=20, style_loss=0.25)
    expect(page.locator("img[data-layer][src$='v=40']")).to_have_count(1)
    expect(page.locator("img[data-layer]")).to_have_count(1)
    expect(page.get_by_text("about 20 seconds left")).to_be_visible()
    expect(page.get_by_text("0.2500")).to_be_visible()
    expect(page).to_have_title("40 % · Harbour – Stylesite")
    page.reload()
    expect(page.get_by_text("step 40 of 100")).to_be_visible()
    artwork = hang_artwork(
        owner=user, image=quadrants(), before=quadrants(), title="Harbour", recipe={"version": 1}
    )
    Transfer.objects.filter(pk=transfer.pk).update(state="succeeded", artwork=artwork)
    page.wait_for_url(f"**/gallery/{artwork.pk}/")


def test_keeping_is_offered_once_something_is_painted(
    browser: Browser, open_page: OpenPage, transfer: Transfer
) -> None:
    page = open_page(browser, f"/transfers/{transfer.pk}/")
    keep = page.get_by_role("button", name="Keep it as it is now")
    expect(page.get_by_text("Next in line")).to_be_visible()
    expect(keep).to_be_hidden()
    move_on(transfer, 10)
    keep.click()
    expect(page.get_by_text("Stopping, to keep it as it is")).to_be_visible()
    expect(keep).to_be_hidden()
    transfer.refresh_from_db()
    assert transfer.keep_requested


# A tab that nobody looks at, a browser that gives leave, and what it was asked to show.
HIDDEN_TAB = """
Object.defineProperty(document, "hidden", { get: () => window.hiddenTab ?? true });
window.Notification = class {
  static permission = "default";
  static async requestPermission() { return (this.permission = "granted"); }
  constructor(title, options) {
    const shown = JSON.parse(sessionStorage.getItem("shown") ?? "[]");
    sessionStorage.setItem("shown", JSON.stringify([...shown, [title, options.body]]));
  }
  addEventListener() {}
};
"""


def test_who_asked_for_it_is_told_in_a_hidden_tab_that_the_picture_is_ready(
    browser: Browser, open_page: OpenPage, user: User, transfer: Transfer
) -> None:
    page = open_page(browser, f"/transfers/{transfer.pk}/", HIDDEN_TAB)
    page.get_by_role("button", name="Tell me when it is ready").click()
    expect(page.get_by_role("button", name="You will be told")).to_be_visible()
    artwork = hang_artwork(
        owner=user, image=quadrants(), before=quadrants(), title="Harbour", recipe={"version": 1}
    )
    Transfer.objects.filter(pk=transfer.pk).update(state="succeeded", artwork=artwork)
    page.wait_for_url(f"**/gallery/{artwork.pk}/")
    expect(page).to_have_title("✓ Harbour – Stylesite")
    assert page.locator("link[rel=icon]").get_attribute("href").startswith("data:")  # type: ignore[union-attr]
    shown = page.evaluate("sessionStorage.getItem('shown')")
    assert shown == '[["Your picture is ready","Harbour, Stripes"]]'
    page.evaluate("window.hiddenTab = false; document.dispatchEvent(new Event('visibilitychange'))")
    expect(page).to_have_title("Harbour – Stylesite")


def test_who_did_not_ask_is_not_told(
    browser: Browser, open_page: OpenPage, transfer: Transfer
) -> None:
    page = open_page(browser, f"/transfers/{transfer.pk}/", HIDDEN_TAB)
    Transfer.objects.filter(pk=transfer.pk).update(state="failed", error="No.")
    expect(page.get_by_text("No.")).to_be_visible()
    expect(page).to_have_title("! Harbour – Stylesite")
    assert page.evaluate("sessionStorage.getItem('shown')") is None


@pytest.mark.parametrize(("is_hidden", "state"), [(False, "seen"), (True, "pending")])
def test_who_sees_the_end_needs_no_letter_and_who_looks_elsewhere_does(
    browser: Browser,
    open_page: OpenPage,
    user: User,
    transfer: Transfer,
    is_hidden: bool,
    state: str,
) -> None:
    page = open_page(browser, f"/transfers/{transfer.pk}/")
    expect(page.get_by_text("Next in line")).to_be_visible()
    looks = str(is_hidden).lower()
    page.evaluate(f"Object.defineProperty(document, 'hidden', {{ get: () => {looks} }})")
    notice = Notice.objects.create(
        owner=user, transfer=transfer, channel="email", event="transfer.failed"
    )
    Transfer.objects.filter(pk=transfer.pk).update(state="failed", error="It went wrong.")
    expect(page.get_by_text("It went wrong.")).to_be_visible()
    notice.refresh_from_db()
    assert notice.state == state


def test_an_unreachable_server_is_waited_for(
    browser: Browser, open_page: OpenPage, transfer: Transfer
) -> None:
    move_on(transfer, 10)
    page = open_page(browser, f"/transfers/{transfer.pk}/")
    page.context.set_offline(True)
    expect(page.get_by_text("Reconnecting…")).to_be_visible()
    move_on(transfer, 20)
    page.context.set_offline(False)
    expect(page.get_by_text("step 20 of 100")).to_be_visible()
    expect(page.get_by_text("Reconnecting…")).to_be_hidden()


def test_nothing_is_swapped_while_nothing_changes(
    browser: Browser, open_page: OpenPage, transfer: Transfer
) -> None:
    move_on(transfer, 10)
    page = open_page(browser, f"/transfers/{transfer.pk}/")
    statuses: list[int] = []
    page.on(
        "response",
        lambda answer: statuses.append(answer.status) if "/progress/" in answer.url else None,
    )
    for _ in range(100):
        page.wait_for_timeout(150)
        if statuses.count(304) == 2:
            break
    assert statuses.count(304) == 2
    assert statuses.count(200) <= 1


def test_stopping_asks_first_and_can_be_taken_back(
    browser: Browser, open_page: OpenPage, transfer: Transfer
) -> None:
    move_on(transfer, 10)
    page = open_page(browser, f"/transfers/{transfer.pk}/")
    stop = page.get_by_role("button", name="Stop painting")
    stop.click()
    page.get_by_role("button", name="Go on painting").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    transfer.refresh_from_db()
    assert transfer.state == "running"
    stop.click()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("You stopped this picture.")).to_be_visible()
    page.get_by_role("button", name="Paint it again").click()
    page.wait_for_url(lambda url: str(transfer.pk) not in url)
    assert Transfer.objects.get(retry_of=transfer).state == "queued"


def test_a_failure_is_told_where_it_happened_and_polling_stops(
    browser: Browser, open_page: OpenPage, transfer: Transfer
) -> None:
    move_on(transfer, 10)
    page = open_page(browser, f"/transfers/{transfer.pk}/")
    move_on(transfer, 12, state="failed", error="The disk is full.")
    expect(page.get_by_role("alert")).to_have_text("The disk is full.")
    expect(page.get_by_role("button", name="Stop painting")).to_have_count(0)
    polls: list[str] = []
    page.on("request", lambda asked: polls.append(asked.url) if "/progress/" in asked.url else None)
    page.wait_for_timeout(2500)
    assert polls == []
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
