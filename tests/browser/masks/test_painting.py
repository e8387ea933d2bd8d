"""Masks painted in a real browser: by mouse, pen, fingers and keys."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Browser, CDPSession, expect

from gallery.models import Mask, Style
from tests.browser.conftest import CheckPage, OpenPage
from tests.browser.masks.editor import DESK, HEIGHT, WIDTH, Editor, mask_named, pixels, studio
from transfers.models import ContentImage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_mask_is_painted_with_the_mouse_and_saved_by_itself(
    browser: Browser, open_page: OpenPage, photo: ContentImage, styles: list[Style]
) -> None:
    editor = studio(open_page, browser, photo, styles[0]).open()
    assert editor.place("Stripes") == "everywhere"
    editor.brush(25)  # 30 pixels across
    editor.drag((0.2, 0.1), (0.2, 0.9))
    editor.saved()
    mask = mask_named(editor.page, f"mask-{styles[0].pk}")
    values = pixels(mask)
    assert values.shape == (HEIGHT, WIDTH)
    assert (values[8:72, 11:37] == 255).all()  # 24 ± 15, but for the edges
    assert (values[:, 41:] == 0).all()
    assert editor.place("Stripes") == f"{mask.percent} % of the picture"
    editor.done()
    expect(editor.page.locator("[data-masks-summary]")).to_have_text(f"Stripes, {mask.percent} %")
    expect(editor.page.get_by_text("Everywhere else your photo stays as it is.")).to_be_visible()


def test_undo_and_redo_go_back_and_forth_through_all_layers(
    browser: Browser, open_page: OpenPage, photo: ContentImage, styles: list[Style]
) -> None:
    editor = studio(open_page, browser, photo, *styles).open()
    editor.brush(25)
    editor.drag((0.2, 0.2), (0.2, 0.8))
    first = editor.place("Stripes")
    assert editor.place("Tiles") == "what the others leave"
    editor.layer("Tiles")
    editor.drag((0.8, 0.2), (0.8, 0.8))
    second = editor.place("Tiles")
    editor.page.get_by_role("radio", name="Eraser").check()
    editor.drag((0.8, 0.2), (0.8, 0.5))
    assert int(editor.place("Tiles").split()[0]) < int(second.split()[0])
    editor.page.keyboard.press("Control+z")
    assert editor.place("Tiles") == second
    editor.button("Undo")
    editor.button("Undo")
    assert (editor.place("Stripes"), editor.place("Tiles")) == ("everywhere", "everywhere")
    expect(editor.page.get_by_role("button", name="Undo")).to_be_disabled()
    editor.page.keyboard.press("Shift+Control+z")
    editor.button("Do again")
    assert (editor.place("Stripes"), editor.place("Tiles")) == (first, second)
    editor.done()
    shapes = [mask_named(editor.page, f"mask-{style.pk}") for style in styles]
    assert pixels(shapes[0])[40, 24] == pixels(shapes[1])[40, 96] == 255
    assert pixels(shapes[0])[40, 96] == pixels(shapes[1])[40, 24] == 0


def test_fill_turn_round_and_clear(
    browser: Browser, open_page: OpenPage, photo: ContentImage, styles: list[Style]
) -> None:
    editor = studio(open_page, browser, photo, styles[0]).open()
    editor.button("Fill all of it")
    assert editor.place("Stripes") == "100 % of the picture"
    editor.page.keyboard.press("e")
    editor.brush(30)
    editor.drag((0.5, 0.5), (0.5, 0.5))
    part = int(editor.place("Stripes").split()[0])
    editor.button("Turn round")
    assert abs(int(editor.place("Stripes").split()[0]) - (100 - part)) <= 1
    editor.button("Clear")
    assert editor.place("Stripes") == "everywhere"
    editor.done()
    expect(editor.page.locator(f"input[name='mask-{styles[0].pk}']")).to_have_value("")
    expect(editor.page.get_by_text("Every style goes everywhere.")).to_be_visible()


def test_a_soft_brush_fades_and_a_pen_paints_finer_when_it_presses_less(
    browser: Browser, open_page: OpenPage, photo: ContentImage, styles: list[Style]
) -> None:
    editor = studio(open_page, browser, photo, styles[0]).open()
    editor.brush(50, softness=100)
    editor.drag((0.5, 0.5), (0.5, 0.5))
    editor.saved()
    row = pixels(Mask.objects.get())[40].astype(int)
    assert row[60] > 240
    assert (np.diff(row[32:60]) >= 0).all()
    assert 60 < row[45] < 200
    editor.button("Clear")
    editor.brush(50)
    x, y = editor.at(0.5, 0.5)
    editor.page.locator("[data-mask-canvas]").evaluate(
        """(canvas, [x, y]) => {
          canvas.setPointerCapture = () => {}; // of no real pointer
          const common = {pointerId: 7, pointerType: "pen", clientX: x, clientY: y, bubbles: true};
          const tell = (type, options) =>
            canvas.dispatchEvent(new PointerEvent(type, {...common, ...options}));
          tell("pointerdown", {pressure: 0.2, buttons: 1});
          tell("pointerup", {buttons: 0});
        }""",
        [x, y],
    )
    editor.saved()
    editor.done()
    across = int((pixels(mask_named(editor.page, f"mask-{styles[0].pk}"))[40] > 127).sum())
    assert 20 <= across <= 28  # 60 pixels, times 0.25 + 0.75 · 0.2


def touch(client: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    client.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": fingers})


def test_one_finger_paints_and_two_zoom(
    browser: Browser, open_page: OpenPage, photo: ContentImage, styles: list[Style]
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = open_page(browser, f"/new/?photo={photo.pk}&style={styles[0].pk}", **phone)
    editor = Editor(page).open()
    client = page.context.new_cdp_session(page)
    editor.brush(25)
    touch(client, "Start", editor.at(0.2, 0.3))
    touch(client, "Move", editor.at(0.5, 0.5))
    touch(client, "Move", editor.at(0.8, 0.7))
    touch(client, "End")
    editor.saved()
    before = editor.place("Stripes")
    values = pixels(Mask.objects.get())
    assert values[24, 24] == values[40, 60] == values[56, 96] == 255
    assert values[64, 24] == values[16, 96] == 0
    (x, y) = editor.at(0.5, 0.5)
    touch(client, "Start", (x - 20, y))
    touch(client, "Start", (x - 20, y), (x + 20, y))
    for apart in (40, 60, 80):
        touch(client, "Move", (x - apart, y), (x + apart, y))
    touch(client, "End")
    assert editor.place("Stripes") == before, "two fingers leave no paint"
    # Four times as large: the same brush covers less of the photo.
    touch(client, "Start", (x, y - 40))
    touch(client, "End")
    editor.saved()
    page.wait_for_timeout(1000)
    values = pixels(mask_named(page, f"mask-{styles[0].pk}"))
    box = page.locator("[data-mask-canvas]").bounding_box()
    assert box
    scale = min((box["width"] - 32) / WIDTH, (box["height"] - 32) / HEIGHT)
    assert values[round(40 - 40 / scale / 4), 60] == 255


def test_a_mask_is_painted_from_the_keyboard_and_told(
    browser: Browser, open_page: OpenPage, photo: ContentImage, styles: list[Style]
) -> None:
    page = open_page(browser, f"/new/?photo={photo.pk}&style={styles[0].pk}", viewport=DESK)
    opener = page.get_by_role("button", name="Paint where each style goes")
    opener.focus()
    page.keyboard.press("Enter")
    editor = Editor(page)
    expect(page.locator("[data-mask-canvas]")).to_be_focused()
    said = page.locator("[data-mask-said]")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowLeft")
    expect(said).to_have_text("20 % from the left, 50 % from the top.")
    page.keyboard.down(" ")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.up(" ")
    expect(said).to_contain_text("Painted. Stripes:")
    page.keyboard.press("ArrowUp")
    expect(said).to_contain_text("Painted here.")
    editor.saved()
    values = pixels(Mask.objects.get())
    assert values[40, 24] == values[60, 24] == 255
    assert (values[:, 60:] == 0).all()
    page.keyboard.press("Control+z")
    expect(said).to_have_text("Undone. Stripes: everywhere")
    page.keyboard.press("Enter")
    expect(said).to_contain_text("Painted. Stripes:")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_a_shape_by_numbers_is_exact(
    browser: Browser, open_page: OpenPage, photo: ContentImage, styles: list[Style]
) -> None:
    editor = studio(open_page, browser, photo, styles[0]).open()
    page = editor.page
    editor.layer("Keep the photo here")
    page.get_by_text("A shape by numbers").click()
    for label, value in (
        ("From the left", 25),
        ("From the top", 50),
        ("Width", 50),
        ("Height", 25),
    ):
        page.get_by_label(label).fill(str(value))
    editor.button("Add it")
    assert editor.place("Keep the photo here") == "13 % of the picture"
    editor.done()
    expected = np.zeros((HEIGHT, WIDTH), np.uint8)
    expected[40:60, 30:90] = 255
    np.testing.assert_array_equal(pixels(mask_named(page, "protect")), expected)


def test_the_window_is_accessible(
    browser: Browser,
    open_page: OpenPage,
    photo: ContentImage,
    styles: list[Style],
    no_axe_violations: CheckPage,
) -> None:
    editor = studio(open_page, browser, photo, *styles).open()
    for summary in editor.page.locator("dialog summary").all():
        summary.click()
    editor.drag((0.2, 0.2), (0.2, 0.8))
    editor.saved()
    no_axe_violations(editor.page)
    editor.done()
    no_axe_violations(editor.page)
