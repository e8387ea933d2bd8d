"""The mask editor as tests use it, and pictures to paint on and in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from gallery.models import Mask, Style
from tests.browser.conftest import OpenPage
from transfers.models import ContentImage

WIDTH, HEIGHT = 120, 80  # of the photo
MARGIN_PX = 16  # around the photo in the editor
DESK = {"width": 1280, "height": 900}


def landscape() -> Image.Image:
    """Something with detail everywhere, so that painting changes all of it."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    waves = [np.sin(columns / 5 + n) + np.cos(rows / (4 + n)) for n in range(3)]
    return Image.fromarray(np.stack([127 + 60 * wave for wave in waves], 2).astype(np.uint8))


def stripes() -> Image.Image:
    columns = np.mgrid[0:90, 0:90][1]
    red = np.where(columns // 6 % 2, 230, 20)
    return Image.fromarray(np.stack([red, 40 + 0 * red, 255 - red], 2).astype(np.uint8))


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


def pixels(mask: Mask) -> NDArray[np.uint8]:
    return np.asarray(mask.opened())


def mask_named(page: Page, field: str) -> Mask:
    return Mask.objects.get(pk=page.locator(f"input[name='{field}']").input_value())
