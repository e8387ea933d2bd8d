"""Masks painted in a real browser: by mouse, pen, fingers and keys, saved, and painted with."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, CDPSession, Page, Route, expect

from accounts.models import User
from gallery.models import Artwork, Mask, Style
from tests.browser.conftest import CheckPage, OpenPage
from tests.transfers.drawings import as_file
from transfers.models import ContentImage, Transfer
from transfers.photos import add_photo
from transfers.queue import runner

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTH, HEIGHT = 120, 80
MARGIN_PX = 16  # around the photo in the editor


def landscape() -> Image.Image:
    """Something with detail everywhere, so that painting changes all of it."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    waves = [np.sin(columns / 5 + n) + np.cos(rows / (4 + n)) for n in range(3)]
    return Image.fromarray(np.stack([127 + 60 * wave for wave in waves], 2).astype(np.uint8))


def stripes() -> Image.Image:
    columns = np.mgrid[0:90, 0:90][1]
    red = np.where(columns // 6 % 2, 230, 20)
    return Image.fromarray(np.stack([red, 40 + 0 * red, 255 - red], 2).astype(np.uint8))


@pytest.fixture
def photo(user: User) -> ContentImage:
    return add_photo(user, BytesIO(as_file(landscape(), "PNG")), "upload", "Harbour", exactly=True)


@pytest.fixture
def styles(transactional_db: None) -> list[Style]:
    rows = []
    for title in ("Stripes", "Tiles"):
        style = Style(title=title, slug=title.lower())
        style.set_picture(stripes() if title == "Stripes" else stripes().rotate(90))
        style.save()
        rows.append(style)
    return rows


@dataclass
class Editor:
    page: Page

    def open(self) -> Editor:
        self.page.get_by_role("button", name="Paint where each style goes").click()
        expect(self.page.get_by_role("dialog")).to_be_visible()
        return self

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point of the photo, each from 0 to 1, on the page; not zoomed."""
        box = self.page.locator("[data-mask-canvas]").bounding_box()
        assert box
        wide, high = box["width"] - 2 * MARGIN_PX, box["height"] - 2 * MARGIN_PX
        scale = min(wide / WIDTH, high / HEIGHT)
        return (
            box["x"] + box["width"] / 2 + (x - 0.5) * WIDTH * scale,
            box["y"] + box["height"] / 2 + (y - 0.5) * HEIGHT * scale,
        )

    def drag(self, *points: tuple[float, float]) -> None:
        self.page.mouse.move(*self.at(*points[0]))
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*self.at(*point), steps=4)
        self.page.mouse.up()

    def brush(self, size: float, softness: float = 0) -> None:
        for name, value in (("size", size), ("softness", softness)):
            slider = self.page.locator(f"[data-mask-{name}]")
            slider.evaluate(
                "(slider, value) => { slider.value = value;"
                " slider.dispatchEvent(new Event('input', {bubbles: true})) }",
                value,
            )

    def layer(self, title: str) -> None:
        self.page.get_by_role("radio", name=title).check()

    def place(self, title: str) -> str:
        row = self.page.locator("[data-layer]").filter(has_text=title)
        return row.locator("[data-place]").inner_text()

    def button(self, name: str) -> None:
        self.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()

    def saved(self) -> None:
        expect(self.page.locator("dialog [data-masks-state]")).to_have_text("Saved")

    def done(self) -> None:
        self.button("Done")
        expect(self.page.get_by_role("dialog")).to_be_hidden()
        expect(self.page.locator("[data-masks]")).to_have_attribute("data-state", "saved")


def studio(page_of: OpenPage, browser: Browser, photo: ContentImage, *styles: Style) -> Editor:
    query = "".join(f"&style={style.pk}" for style in styles)
    return Editor(page_of(browser, f"/new/?photo={photo.pk}{query}", viewport=DESK))


DESK = {"width": 1280, "height": 900}


def pixels(mask: Mask) -> NDArray[np.uint8]:
    return np.asarray(mask.opened())


def mask_named(page: Page, field: str) -> Mask:
    return Mask.objects.get(pk=page.locator(f"input[name='{field}']").input_value())


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


def test_when_saving_fails_nothing_is_lost_and_it_is_tried_again(
    browser: Browser, open_page: OpenPage, photo: ContentImage, styles: list[Style]
) -> None:
    editor = studio(open_page, browser, photo, styles[0]).open()
    page = editor.page

    def cut(route: Route) -> None:
        route.abort()

    page.route("**/masks/", cut)
    editor.drag((0.2, 0.2), (0.2, 0.8))
    state = page.locator("dialog [data-masks-state]")
    expect(state).to_contain_text("the connection was lost. It is still here")
    part = editor.place("Stripes")
    editor.button("Done")
    page.get_by_role("button", name="Paint it").click()
    alert = page.locator("[data-masks] [data-masks-state]")
    expect(alert).to_be_visible()
    assert not Transfer.objects.pictures().exists()
    page.unroute("**/masks/", cut)
    page.locator("[data-masks]").get_by_role("button", name="Try again").click()
    expect(alert).to_be_hidden()
    expect(page.locator("[data-masks]")).to_have_attribute("data-state", "saved")
    assert mask_named(page, f"mask-{styles[0].pk}").percent == int(part.split()[0])


def test_painting_at_once_waits_for_what_was_just_painted(
    browser: Browser, open_page: OpenPage, photo: ContentImage, styles: list[Style]
) -> None:
    editor = studio(open_page, browser, photo, styles[0]).open()
    editor.drag((0.2, 0.2), (0.2, 0.8))
    editor.button("Done")
    editor.page.get_by_role("button", name="Paint it").click()
    editor.page.wait_for_url("**/transfers/*/")
    transfer = Transfer.objects.pictures().get()
    share = transfer.style_shares.get()
    assert share.mask is not None
    assert pixels(share.mask)[40, 24] == 255
    assert transfer.params["outside_masks"] == "photo"


def test_it_is_still_there_after_a_reload_and_when_a_photo_is_come_back_to(
    browser: Browser, open_page: OpenPage, photo: ContentImage, styles: list[Style], user: User
) -> None:
    other = add_photo(user, BytesIO(as_file(stripes(), "PNG")), "upload", "Other")
    editor = studio(open_page, browser, photo, styles[0]).open()
    page = editor.page
    editor.drag((0.2, 0.2), (0.2, 0.8))
    editor.saved()
    editor.done()
    field = page.locator(f"input[name='mask-{styles[0].pk}']")
    mask = field.input_value()
    summary = page.locator("[data-masks-summary]")
    said = summary.inner_text()
    page.reload()
    expect(summary).to_have_text(said)
    expect(field).to_have_value(mask)
    page.locator(f"[data-latest-photo='{other.pk}']").click()
    expect(page.get_by_text("Every style goes everywhere.")).to_be_visible()
    expect(field).to_have_value("")
    page.locator(f"[data-latest-photo='{photo.pk}']").click()
    expect(summary).to_have_text(said)
    expect(field).to_have_value(mask)


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
    for scheme in ("light", "dark"):
        editor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        editor.page.wait_for_timeout(300)
        no_axe_violations(editor.page)
    editor.done()
    no_axe_violations(editor.page)


def test_a_quick_look_begins_with_what_was_painted(
    browser: Browser, open_page: OpenPage, photo: ContentImage, styles: list[Style]
) -> None:
    editor = studio(open_page, browser, photo, styles[0]).open()
    editor.drag((0.2, 0.2), (0.2, 0.8))
    editor.saved()
    looks = Transfer.objects.looks().exclude(style_shares__mask=None)
    for _try in range(100):
        if looks.exists():
            break
        editor.page.wait_for_timeout(100)
    look = looks.get()
    share = look.style_shares.get()
    assert share.mask
    assert pixels(share.mask)[40, 24] == 255
    assert look.params["outside_masks"] == "photo"
    editor.page.goto("/photos/")  # so that it is cancelled while its row is there


@pytest.mark.vgg
def test_what_is_painted_changes_only_where_the_mask_is(
    browser: Browser, open_page: OpenPage, photo: ContentImage, styles: list[Style]
) -> None:
    """By mouse in the browser, through the form, the queue and the real VGG19, to the pixels."""
    editor = studio(open_page, browser, photo, styles[0]).open()
    page = editor.page
    editor.brush(40)
    editor.drag((0.2, 0.1), (0.2, 0.9))
    editor.layer("Keep the photo here")
    editor.brush(20)
    editor.drag((0.2, 0.95), (0.3, 0.95))
    editor.done()
    page.get_by_text("A size of your own").click()
    page.get_by_label("Longer side in pixels").fill("96")
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/transfers/*/")
    while not Artwork.objects.exists():  # before it perhaps a quick look
        assert runner.paint_next() is True
    work = Artwork.objects.get()

    size = (work.width, work.height)
    assert size == (96, 64)
    transfer = Transfer.objects.pictures().get()
    share, protect = transfer.style_shares.get(), transfer.protect
    assert share.mask
    assert protect
    painted = np.asarray(work.opened(), int)
    kept = np.asarray(photo.opened().resize(size, Image.Resampling.LANCZOS), int)
    difference = np.abs(painted - kept).max(2)
    where, keeps = (
        np.asarray(m.opened().resize(size, Image.Resampling.BILINEAR), float) / 255
        for m in (share.mask, protect)
    )
    outside, hidden, inside = where == 0, keeps == 1, (where == 1) & (keeps == 0)
    assert outside.mean() > 0.4
    assert hidden.sum() > 100
    assert inside.mean() > 0.1
    assert difference[outside].max() == 0
    assert difference[hidden].max() == 0
    assert difference[inside].mean() > 10
    page.goto(f"/gallery/{work.pk}/")
    expect(page.get_by_role("img", name=f"Stripes: {share.mask.percent} %")).to_be_visible()
    expect(page.get_by_role("img", name="The photo, kept")).to_be_visible()
