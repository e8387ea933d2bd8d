"""From signing up to the downloaded picture, on the site as ``make run`` starts it.

Nothing is replaced: the real server and worker, the real VGG19, the real presets, a photo as a
phone writes it.
"""

from __future__ import annotations

import io
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError
from skimage import data

from tests.benchmarks.submit_to_saved import running_site
from tests.transfers.drawings import phone_photo

pytestmark = [pytest.mark.browser, pytest.mark.vgg]

PRESET = "Swirling impasto"
PAINT_LIMIT_S = 300


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    # The site's own settings, not those of the tests, on a data folder of its own.
    for name in [name for name in os.environ if name.startswith("STYLESITE_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    with running_site(tmp_path / "data") as address:
        yield address


def cat() -> Image.Image:
    """scikit-image's cat, portrait, so that turned and upright differ in shape."""
    return Image.fromarray(data.chelsea()).crop((100, 0, 325, 300))


def watch_steps(page: Page) -> list[int]:
    """The steps that the page shows until it leaves for the artwork, each once."""
    seen: list[int] = []
    deadline = time.monotonic() + PAINT_LIMIT_S
    while "/transfers/" in page.url and time.monotonic() < deadline:
        try:
            text = page.evaluate("document.querySelector('[data-poller]')?.textContent ?? ''")
        except PlaywrightError:
            break  # The page left for the artwork while it was asked.
        found = re.search(r"step (\d+) of \d+", text)
        if found and int(found[1]) not in seen:
            seen.append(int(found[1]))
        page.wait_for_timeout(200)
    return seen


def stored_original(database: Path, media: Path) -> bytes:
    with sqlite3.connect(database) as connection:
        (name,) = connection.execute("select original from transfers_contentimage").fetchone()
    connection.close()
    return (media / name).read_bytes()


def resemblance(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of two pictures of any size, in grey levels of 255."""
    small = [
        picture.convert("L").resize((16, 16), Image.Resampling.BOX) for picture in (one, other)
    ]
    return sum(abs(a - b) for a, b in zip(*(s.tobytes() for s in small), strict=True)) / 256


def test_from_sign_up_to_the_downloaded_picture(
    browser: Browser, site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started = time.monotonic()
    page = browser.new_context(base_url=site, accept_downloads=True).new_page()
    page.goto("/")
    page.get_by_role("link", name="Sign up").first.click()
    page.get_by_label("E-mail").fill("ada@example.org")
    page.locator("input[name=password1]").fill("an engine of brass")
    page.locator("input[name=password1]").press("Enter")
    page.wait_for_url("**/new/")

    photo = tmp_path / "our_cat.jpg"
    photo.write_bytes(phone_photo(cat()))
    page.get_by_label("Photo", exact=True).set_input_files(photo)
    expect(page.get_by_role("img", name="Your photo: our cat")).to_be_visible()
    expect(page.locator("[data-photo-size]")).to_have_text("225 × 300 px")
    page.get_by_text(PRESET, exact=True).first.click()
    page.get_by_role("radio", name="Draft").check()
    page.get_by_text("Finer control").click()
    page.get_by_role("spinbutton", name="Steps").fill("40")  # slow enough to be watched anywhere
    submitted = time.monotonic()
    page.get_by_role("button", name="Paint it").click()

    page.wait_for_url("**/transfers/*/")
    steps = watch_steps(page)
    page.wait_for_url("**/gallery/*/")
    finished = time.monotonic()
    assert len(steps) >= 2, "the progress was seen to change"
    assert steps == sorted(steps)

    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).first.click()
    painted = Image.open(download.value.path())
    assert (painted.format, painted.size) == ("PNG", (192, 256))
    assert not painted.getexif()
    assert 8 < resemblance(painted, cat()) < 60, "painted, and still the cat the right way up"
    turned = cat().transpose(Image.Transpose.ROTATE_90)
    assert resemblance(painted, cat()) < resemblance(painted, turned)

    artwork = page.url
    page.goto("/gallery/")
    expect(page.locator(f"a[href^='{artwork.removeprefix(site)}']").first).to_be_visible()

    original = stored_original(tmp_path / "data" / "db.sqlite3", tmp_path / "data" / "media")
    with Image.open(io.BytesIO(original)) as stored:
        assert stored.size == (225, 300)
        assert not stored.getexif()
        assert resemblance(stored, cat()) < 3
    assert b"Telephone" not in original
    page.context.close()
    with capsys.disabled():
        print(
            f"\n{PRESET}, Draft with 40 steps: {finished - submitted:.1f} s from submit to the"
            f" artwork's page, {time.monotonic() - started:.1f} s for the whole journey"
        )
