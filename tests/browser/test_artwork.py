"""The page of one picture: compared, zoomed, judged by keyboard; and a recipe's whole journey."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from accounts.models import User
from engine.params import Params
from gallery import artwork_recipes, slow_work
from gallery.models import Artwork, Style
from tests.browser.conftest import OpenPage
from tests.gallery.drawings import gradient, hang_artwork, whole_recipe
from tests.transfers.drawings import as_file, quadrants
from transfers.models import ContentImage, Transfer
from transfers.photos import add_photo
from transfers.queue import runner, submission
from transfers.repeating import bringing

pytestmark = pytest.mark.browser


def paint(owner: User, title: str, width: int = 2400, height: int = 1600) -> Artwork:
    picture = gradient(width, height)
    recipe = whole_recipe()
    return hang_artwork(owner=owner, image=picture, before=picture, title=title, recipe=recipe)


def page_of(artwork: Artwork) -> str:
    return f"/gallery/{artwork.pk}/"


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def moved(image: Locator) -> str:
    """How a picture is zoomed and panned, in parts of its own size: the same in panes of any."""
    return image.evaluate("""image => {
        const place = new DOMMatrix(getComputedStyle(image).transform);
        const pane = image.parentElement;
        return [place.a, place.e / pane.clientWidth, place.f / pane.clientHeight]
          .map((part) => part.toFixed(3)).join(" ");
    }""")


def test_side_by_side_both_zoom_and_move_together(
    open_page: OpenPage, browser: Browser, user: User, transactional_db: None
) -> None:
    page = open_page(browser, page_of(paint(user, "Mill")))
    button(page, "Side by side").click()
    painting, photo = page.locator("[data-painting]"), page.locator("[data-beside]")
    expect(photo).to_be_visible()
    assert painting.bounding_box()["width"] == photo.bounding_box()["width"]
    button(page, "Zoom in").click()
    page.keyboard.press("+")
    assert moved(painting) == moved(photo) == "2.250 -0.625 -0.625"
    box = photo.locator("..").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 120)
    page.mouse.up()
    dragged = moved(painting)
    assert dragged == moved(photo) != "2.250 -0.625 -0.625"
    page.keyboard.press("ArrowLeft")
    assert moved(painting) == moved(photo) != dragged
    page.keyboard.press("0")
    assert moved(painting) == moved(photo) == "1.000 0.000 0.000"
    page.evaluate("scrollTo(0, 0)")
    page.mouse.wheel(0, -300)
    expect(button(page, "Zoom out")).to_be_enabled()
    assert moved(painting) == moved(photo) != "1.000 0.000 0.000"


def test_it_zooms_up_to_its_pixels_and_then_fetches_the_original(
    open_page: OpenPage, browser: Browser, user: User, transactional_db: None
) -> None:
    artwork = paint(user, "Mill")
    page = open_page(browser, page_of(artwork))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    painting = page.locator("[data-painting]")
    button(page, "Zoom in").click()
    assert not [url for url in asked if url.endswith("/original/")]
    for _ in range(3):
        page.keyboard.press("+")
    expect(page.locator("[data-zoom-shown]")).to_have_text("100 %")
    expect(button(page, "Zoom in")).to_be_disabled()
    expect(painting).to_have_attribute("src", re.compile(r"/original/$"))
    button(page, "2 : 1").click()
    expect(page.locator("[data-zoom-shown]")).to_have_text("200 %")
    assert painting.evaluate("image => getComputedStyle(image).imageRendering") == "pixelated"
    assert page.evaluate("document.documentElement.scrollWidth") == 1280
    page.keyboard.press("0")
    expect(painting).not_to_have_css("image-rendering", "pixelated")


def test_a_small_picture_is_never_enlarged_unasked(
    open_page: OpenPage, browser: Browser, user: User, transactional_db: None
) -> None:
    page = open_page(browser, page_of(paint(user, "Mill", 300, 200)))
    expect(button(page, "Zoom in")).to_be_disabled()
    page.keyboard.press("+")
    expect(page.locator("[data-zoom-shown]")).to_have_text("100 %")


def test_the_photo_is_shown_for_as_long_as_one_holds(
    open_page: OpenPage, browser: Browser, user: User, transactional_db: None
) -> None:
    page = open_page(browser, page_of(paint(user, "Mill")))
    button(page, "Hold").click()
    photo = page.locator("[data-over]")
    expect(photo).not_to_be_visible()
    page.keyboard.down(" ")
    expect(photo).to_be_visible()
    page.keyboard.up(" ")
    expect(photo).not_to_be_visible()
    page.locator("[data-painting]").hover(force=True)
    page.mouse.down()
    expect(photo).to_be_visible()
    page.mouse.up()
    expect(photo).not_to_be_visible()
    page.reload()
    expect(button(page, "Hold")).to_have_attribute("aria-pressed", "true")


def test_arrows_turn_neither_while_zooming_nor_while_typing(
    open_page: OpenPage, browser: Browser, user: User, transactional_db: None
) -> None:
    _older, newer = paint(user, "Older"), paint(user, "Newer")
    page = open_page(browser, page_of(newer))
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).to_have_text("Newer")
    page.keyboard.press("0")
    page.get_by_text("Write notes").click()
    page.get_by_label("Notes").press("ArrowRight")
    expect(page.locator("h1")).to_have_text("Newer")
    page.locator("h1").click()
    page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).to_have_text("Older")


def test_words_are_saved_by_keyboard_without_leaving_the_page(
    open_page: OpenPage, browser: Browser, user: User, transactional_db: None
) -> None:
    artwork = paint(user, "Mill", 300, 200)
    page = open_page(browser, page_of(artwork))
    page.get_by_role("radio", name="None").focus()
    for stars in (1, 2, 3):  # as quickly as keys can be pressed
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("radio", name=f"{stars} star")).to_be_focused()
    page.wait_for_load_state("networkidle")
    expect(page.locator("#words-saved")).to_have_text("Saved.")
    expect(page.get_by_role("radio", name="3 stars")).to_be_checked()
    page.reload()
    expect(page.get_by_role("radio", name="3 stars")).to_be_checked()
    page.evaluate("window.stayed = true")
    page.locator("h1").click()
    page.keyboard.press("f")
    expect(button(page, "Favourite")).to_have_attribute("aria-pressed", "true")
    page.get_by_text("Add tags").click()
    page.get_by_label("Tags", exact=False).last.fill("Sea, old mill")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="old mill")).to_be_visible()
    artwork.refresh_from_db()
    assert (artwork.rating, artwork.is_favourite) == (3, True)
    assert page.evaluate("window.stayed") is True


def test_a_phone_swipes_to_the_next_picture(
    open_page: OpenPage, browser: Browser, user: User, transactional_db: None
) -> None:
    paint(user, "Older", 600, 400)
    newer = paint(user, "Newer", 600, 400)
    page = open_page(browser, "/gallery/")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(page_of(newer))
    page.locator("[data-pane]").first.evaluate("""pane => {
        const touch = (x) => new Touch({ identifier: 1, target: pane, clientX: x, clientY: 200 });
        const fire = (name, touches, x) => pane.dispatchEvent(new TouchEvent(name, {
          touches, changedTouches: [touch(x)], bubbles: true,
        }));
        fire("touchstart", [touch(300)], 300);
        fire("touchend", [], 120);
    }""")
    expect(page.locator("h1")).to_have_text("Older")


def test_nothing_is_wider_than_a_narrow_phone(
    open_page: OpenPage, browser: Browser, user: User, transactional_db: None
) -> None:
    works = [paint(user, f"Mill {number}", 600, 400) for number in range(4)]
    page = open_page(browser, "/gallery/")
    page.set_viewport_size({"width": 320, "height": 640})
    compared = ",".join(str(work.pk) for work in works)
    for address in (page_of(works[0]), f"/gallery/compare/?ids={compared}", "/recipes/import/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == 320, address


@pytest.mark.vgg
def test_a_check_that_has_to_wait_says_so_and_is_made_when_asked_for_again(
    open_page: OpenPage,
    browser: Browser,
    user: User,
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    brought = bringing.keep(user, artwork_recipes.of_artwork(paint(user, "Mill", 96, 64)))
    other = gradient(96, 64).rotate(180)
    recipe = whole_recipe() | {"repeats": str(brought.pk)}
    again = hang_artwork(owner=user, image=other, before=None, title="Again", recipe=recipe)
    with monkeypatch.context() as full:
        full.setattr(slow_work.room, "most", 0)
        page = open_page(browser, page_of(again))
        expect(page.get_by_text("Many people have downloads")).to_be_visible()
        retry = page.get_by_role("link", name="Try again", exact=True)
        retry.evaluate("link => { link.dataset.first = '' }")
        retry.click()
        expect(page.locator("[data-first]")).to_have_count(0)  # its answer is here
        expect(retry).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("It differs (mean difference")).to_be_visible()
    expect(retry).to_have_count(0)


def test_a_recipe_is_exported_imported_and_paints_the_same_picture(
    open_page: OpenPage, browser: Browser, user: User, transactional_db: None, tmp_path: Path
) -> None:
    style = Style(title="Stripes", slug="stripes")
    style.set_picture(quadrants(90, 90))
    style.save()
    data = as_file(quadrants(), "PNG")
    photo = add_photo(user, BytesIO(data), "upload", "Harbour")
    submission.submit(user, photo, [(style, 1.0)], Params(size_px=64, steps=4, seed=3))
    assert runner.paint_next()
    artwork = Artwork.objects.get()

    page = open_page(browser, page_of(artwork))
    page.get_by_label("With the recipe inside").check()
    with page.expect_download() as download:
        button(page, "Download").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "Harbour in Stripes.png"
    page.reload()
    expect(page.get_by_label("With the recipe inside")).to_be_checked()

    # As on another site: neither the photo nor the first transfer is here any more.
    Transfer.objects.all().delete()
    ContentImage.objects.all().delete()
    page.goto("/new/")
    page.get_by_role("link", name="From a recipe").click()
    page.get_by_label("Recipe, or a picture that carries one").set_input_files(file)
    button(page, "Read the recipe").click()
    expect(page.get_by_text("Found: it is the same picture.")).to_have_count(1)
    page.get_by_label("Picture").set_input_files(
        {"name": "harbour.png", "mimeType": "image/png", "buffer": data}
    )
    button(page, "Upload").click()
    expect(page.get_by_text("Found: it is the same picture.")).to_have_count(2)
    button(page, "Do it again").click()
    page.wait_for_url(re.compile("/transfers/"))
    assert runner.paint_next()
    page.wait_for_url(re.compile("/gallery/"))
    expect(page.get_by_text("The same picture: identical.")).to_be_visible()
    assert Artwork.objects.order_by("created_at").last().sha256 == artwork.sha256
