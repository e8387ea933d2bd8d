"""A curator's afternoon on the real site: twenty pictures in, mended, ordered, published, painted.

The real server and worker, the real VGG19 at its smallest; the pictures are drawn here.
"""

from __future__ import annotations

import csv
import io
import os
import random
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from tests.benchmarks.submit_to_saved import ROOT, running_site

pytestmark = [pytest.mark.browser, pytest.mark.vgg]

EMAIL, PASSWORD = "curator@example.org", "an engine of brass"
COLUMNS = ["file", "title", "artist", "year", "licence", "tags", "collections", "params"]
PAINT_LIMIT_MS = 120_000


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    # The site's own settings, not those of the tests, on a data folder of its own.
    for name in [name for name in os.environ if name.startswith("STYLESITE_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    monkeypatch.setenv("STYLESITE_EXAMPLE_SIZE_PX", "48")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    with running_site(tmp_path / "data") as address:
        subprocess.run(
            [sys.executable, "manage.py", "createsuperuser", "--noinput", "--email", EMAIL],
            cwd=ROOT,
            env={**os.environ, "STYLESITE_DATA_DIR": str(tmp_path / "data")},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        yield address


def dots(number: int) -> bytes:
    """A small picture of circles, unlike those of other numbers."""
    chance = random.Random(number)
    picture = Image.new("RGB", (96 + number, 72), (230, 225, 210))
    draw = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y, size = chance.randrange(96), chance.randrange(72), chance.randrange(4, 18)
        color = tuple(chance.randrange(256) for _ in range(3))
        draw.ellipse((x - size, y - size, x + size, y + size), fill=color)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def write_zip(path: Path) -> None:
    """Twenty styles as somebody sends them: Excel's semicolons, and two of them not complete."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(COLUMNS)
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20):
            artist = "" if number == 3 else "Ada Lovelace"
            licence = "" if number == 7 else "CC0-1.0"
            words = [f"Dots {number:02d}", artist, "1843", licence, "dots, round", "Dots"]
            writer.writerow([f"dots {number}.png", *words, "style_strength=80, steps=3"])
            archive.writestr(f"my styles/dots {number}.png", dots(number))
        archive.writestr("my styles/styles.csv", text.getvalue().encode("utf-8-sig"))


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/?next=/admin/")
    page.get_by_label("E-mail").fill(EMAIL)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/admin/")


def import_zip(page: Page, path: Path) -> None:
    page.get_by_role("link", name="Import from a zip").click()
    page.get_by_label("Zip with the pictures").set_input_files(path)
    page.get_by_role("button", name="Look at what would happen").click()
    expect(page.get_by_text("20 new, 0 changed, 0 unchanged, 0 refused.")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="To the presets").click()


def tick_all(page: Page) -> None:
    page.locator("#action-toggle").check()


def act(page: Page, words: str) -> None:
    page.get_by_label("Action:").select_option(label=words)
    page.get_by_role("button", name="Go", exact=True).click()


def mend(page: Page, title: str, field: str, value: str) -> None:
    page.get_by_role("link", name=re.compile(f"^{title}")).last.click()
    page.get_by_label(field).fill(value)
    page.get_by_role("button", name="Save", exact=True).click()


def expect_titles(page: Page, *first: str) -> None:
    """These lead the list, also where it is only about to be loaded."""
    names = page.locator("#result_list .field-name a")
    for place, title in enumerate(first):
        expect(names.nth(place)).to_have_text(re.compile(f"^{title}"))


def order_by_hand(page: Page) -> None:
    """The last one is dragged to the top, and then goes one down by keyboard."""
    handles = page.locator(".order-handle")
    last = handles.count() - 1
    handles.nth(last).scroll_into_view_if_needed()
    top = page.locator("#result_list tbody tr").first
    page.set_viewport_size({"width": 1280, "height": 2600})
    start, end = handles.nth(last).bounding_box(), top.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(end["x"] + 40, end["y"] + 10, steps=6)
    page.mouse.up()
    expect_titles(page, "Dots 19", "Dots 00")
    page.keyboard.press("ArrowDown")
    expect_titles(page, "Dots 00", "Dots 19")
    expect(page.get_by_text("Press Save below to keep it.")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect_titles(page, "Dots 00", "Dots 19", "Dots 01")


def test_from_a_zip_to_the_wall(
    browser: Browser, site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started = time.monotonic()
    write_zip(tmp_path / "styles.zip")
    page = browser.new_context(base_url=site, viewport={"width": 1280, "height": 900}).new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(page)
    import_zip(page, tmp_path / "styles.zip")

    collection = page.get_by_role("navigation", name="Filter").get_by_role(
        "link", name="Dots", exact=True
    )
    collection.click()
    expect(page.locator("#result_list .field-name a")).to_have_count(20)
    tick_all(page)
    act(page, "Publish the selected presets")
    expect(page.get_by_text("18 presets are on the wall now.")).to_be_visible()
    expect(page.get_by_text("“Dots 03” stays hidden: no credit.")).to_be_visible()
    expect(page.get_by_text("“Dots 07” stays hidden: no licence.")).to_be_visible()
    mend(page, "Dots 03", "Artist:", "Grace Hopper")
    mend(page, "Dots 07", "Licence:", "CC0-1.0")
    order_by_hand(page)
    tick_all(page)
    act(page, "Publish the selected presets")
    expect(page.get_by_text("2 presets are on the wall now.")).to_be_visible()

    for title in ("Dots 03", "Dots 19"):
        page.get_by_role("row", name=title).get_by_role("checkbox").check()
    act(page, "Order examples of the selected presets")
    page.get_by_role("button", name="Order the ticked examples").click()
    expect(page.get_by_text("2 examples are ordered.")).to_be_visible()
    painted = page.locator(".example-state", has_text="Painted")
    expect(painted).to_have_count(2, timeout=PAINT_LIMIT_MS)
    page.goto("/gallery/")
    expect(page.get_by_text("painted in Dots")).to_have_count(0)

    visitor = browser.new_context(base_url=site).new_page()
    visitor.goto("/styles/")
    expect(visitor.get_by_role("link", name=re.compile(r"Dots \d\d"))).to_have_count(20)
    visitor.get_by_role("link", name=re.compile("Dots 03")).first.click()
    expect(visitor.get_by_text("Grace Hopper").first).to_be_visible()
    example = visitor.get_by_alt_text("Chelsea the cat, painted in Dots 03")
    expect(example.first).to_be_visible()
    assert example.first.evaluate("image => image.decode().then(() => image.naturalWidth)") == 48
    assert errors == []
    visitor.context.close()
    page.context.close()
    with capsys.disabled():
        print(f"\nFrom a zip of 20 styles to the wall in {time.monotonic() - started:.1f} s")
