"""The style library with JavaScript: many files at once, a crop by keyboard, a trial in place."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from gallery.models import Style
from gallery.styles import add_style
from tests.browser.conftest import OpenPage
from tests.gallery.drawings import RECIPE, gradient, hang_artwork
from tests.transfers.drawings import quadrants
from transfers.models import Transfer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two pictures, and between them what is none."""
    quadrants(200, 100).save(tmp_path / "old_flag.png")
    (tmp_path / "diary.jpg").write_bytes(b"Dear diary, " * 99)
    gradient(96, 64).save(tmp_path / "dusk.png")
    return [tmp_path / name for name in ("old_flag.png", "diary.jpg", "dusk.png")]


def frame_of(page: Page) -> tuple[float, float, float, float]:
    """The kept part, as it is drawn over the picture: left, top, width, height in per cent."""
    stage = page.locator("[data-stage]").first.bounding_box()
    frame = page.locator("[data-frame]").first.bounding_box()
    assert stage
    assert frame
    return (
        100 * (frame["x"] - stage["x"]) / stage["width"],
        100 * (frame["y"] - stage["y"]) / stage["height"],
        100 * frame["width"] / stage["width"],
        100 * frame["height"] / stage["height"],
    )


def test_several_files_one_of_them_bad_are_added_named_and_cropped_by_keyboard(
    browser: Browser, open_page: OpenPage, user: User, files: list[Path]
) -> None:
    page = open_page(browser, "/styles/add/")
    page.locator("input[type=file]").set_input_files(files)
    lines = page.locator("[data-files] li")
    expect(lines).to_have_count(3)
    expect(lines.nth(1).get_by_role("alert")).to_contain_text("This file is not a picture")
    expect(lines.nth(2)).to_contain_text("added")
    page.get_by_role("link", name="Name them").click()  # it waits, for the mistake to be read
    expect(page.locator("h1")).to_have_text("Name your 2 styles")
    frame = page.get_by_role("group", name="The part that is kept").first
    frame.focus()
    for key in ["Shift+Control+ArrowLeft"] * 5 + ["Control+ArrowRight", "ArrowRight"] * 2:
        page.keyboard.press(key)
    page.keyboard.press("Shift+ArrowUp")
    assert frame_of(page) == pytest.approx((22, 0, 50, 99), abs=0.6)
    expect(page.locator("[data-said]").first).to_have_text("100 × 99 pixels are kept")
    page.get_by_label("Title").first.fill("A flag")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Your styles 2")).to_be_visible()
    flag = Style.objects.get(title="A flag")
    assert (flag.crop, flag.width, flag.height) == ([0.22, 0, 0.5, 0.99], 100, 99)
    assert Style.objects.get(title="dusk").crop is None


def test_files_that_are_all_good_lead_on_by_themselves(
    browser: Browser, open_page: OpenPage, files: list[Path]
) -> None:
    page = open_page(browser, "/styles/add/?next=/new/")
    page.locator("input[type=file]").set_input_files([files[0]])
    page.wait_for_url("**/styles/name/**")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**/new/?style={Style.objects.get().pk}")
    expect(page.get_by_role("radio", name="old flag")).to_be_checked()


def test_a_corner_is_dragged_and_all_of_it_comes_back(
    browser: Browser, open_page: OpenPage, user: User
) -> None:
    style = add_style(owner=user, image=quadrants(400, 200), title="Flag")
    page = open_page(browser, reverse("gallery:style-edit", args=[style.pk]))
    corner = page.locator('[data-corner="left top"]').bounding_box()
    stage = page.locator("[data-stage]").bounding_box()
    assert corner
    assert stage
    x, y = corner["x"] + 14, corner["y"] + 14
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + stage["width"] / 4, y + stage["height"] / 2, steps=4)
    page.mouse.up()
    assert frame_of(page) == pytest.approx((25, 50, 75, 50), abs=1)
    page.mouse.move(x + stage["width"] / 2, y + stage["height"] * 0.7)
    page.mouse.down()
    page.mouse.move(0, 0, steps=4)  # the frame stays within the picture
    page.mouse.up()
    assert frame_of(page) == pytest.approx((0, 0, 75, 50), abs=1)
    page.get_by_text("The part that is kept, in numbers").click()
    page.get_by_label("Width").fill("40")
    assert frame_of(page) == pytest.approx((0, 0, 40, 50), abs=1)
    page.get_by_role("button", name="Keep all of it").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Flag")
    style.refresh_from_db()
    assert style.crop is None


def test_a_style_is_tried_in_place(browser: Browser, open_page: OpenPage, user: User) -> None:
    style = add_style(owner=user, image=gradient(), title="Dusk")
    page = open_page(browser, reverse("gallery:style", args=[style.pk]))
    page.get_by_role("link", name="Try it").click()
    expect(page.get_by_role("radio", name="Chelsea the cat")).to_be_checked()
    page.get_by_role("button", name="Try it on this one").click()
    expect(page.get_by_text("Next in line")).to_be_visible()
    trial = Transfer.objects.get()
    Transfer.objects.filter(pk=trial.pk).update(
        state="running", activity="painting", step=10, total_steps=100
    )
    expect(page.get_by_text("step 10 of 100")).to_be_visible()
    artwork = hang_artwork(
        owner=user,
        image=quadrants(256, 170),
        before=quadrants(256, 170),
        title=trial.title,
        recipe=RECIPE,
    )
    Transfer.objects.filter(pk=trial.pk).update(state="succeeded", artwork=artwork)
    expect(page.get_by_role("slider", name="Compare the photo with the painting")).to_be_visible()
    expect(page.get_by_text("Trying Dusk")).to_be_visible()
    page.get_by_role("link", name="Open it in your gallery").click()
    page.wait_for_url(f"**{reverse('gallery:artwork', args=[artwork.pk])}")


def test_looking_for_a_style_paints_nothing_and_keeps_what_was_chosen(
    browser: Browser, open_page: OpenPage, user: User
) -> None:
    for title in ("Dusk", "Dawn", "Noon"):
        add_style(owner=user, image=gradient(), title=title)
    page = open_page(browser, "/new/")
    page.get_by_text("Dusk", exact=True).click()
    words = page.get_by_label("Style, artist or tag")
    words.fill("daw")
    expect(page.get_by_role("radio", name="Noon")).to_have_count(0)
    expect(page.get_by_role("radio", name="Dusk")).to_be_checked()
    words.press("Enter")
    page.get_by_role("radio", name="Dusk").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Dawn")).to_be_checked()
    words.fill("")
    expect(page.get_by_role("radio", name="Noon")).to_have_count(1)
    expect(page.get_by_role("radio", name="Dawn")).to_be_checked()
    assert "/new/" in page.url
    assert not Transfer.objects.exists()


def test_more_styles_come_without_losing_the_place(
    browser: Browser, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gallery.style_listing.PAGE_SIZE", 2)
    for number in range(5):
        style = Style(title=f"Style {number}", slug=f"s{number}", position=number)
        style.set_picture(Image.new("RGB", (64, 64), "teal"))
        style.save()
    page = open_page(browser, "/styles/")
    more = page.get_by_role("link", name="Show more")
    for count in (4, 5):
        more.press("Enter")
        expect(page.locator(".wall-item")).to_have_count(count)
        if count == 4:
            expect(more).to_be_focused()
    expect(more).to_have_count(0)
