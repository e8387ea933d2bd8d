"""How long somebody who tunes by looking waits: from a change in the studio to the quick look.

`python -m tests.benchmarks.look [--runs 12]` starts web and worker on a data folder of their own,
opens the studio in a real Chromium, and moves a slider again and again. Seconds are those of the
page, from the change (the pause before anything is sent included) to what is seen in place; how
soon a superseded look has stopped is from the site's own rows: when its only worker takes the next.
Run it on an otherwise idle machine.
"""

from __future__ import annotations

import argparse
import io
import os
import sqlite3
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright
from skimage import data

from tests.benchmarks.submit_to_saved import running_site
from tests.browser.install import QUIET, find_browser

STYLE = "Swirling impasto"
MEASURED_LIMIT_S = 120
SUPERSEDED_AFTER_MS = 1_600
"""After the change: the pause has passed, and the worker is in the middle of it."""

WATCH = """
([value]) => new Promise((done) => {
  const slider = document.querySelector('[data-control=style_strength] [data-slider]');
  const picture = document.querySelector('[data-look-picture]');
  const words = document.querySelector('[data-look-words]');
  const before = picture.getAttribute('src');
  const began = performance.now();
  let first = null;
  slider.value = value;
  slider.dispatchEvent(new Event('input', {bubbles: true}));
  slider.dispatchEvent(new Event('change', {bubbles: true}));
  const look = () => {
    const now = (performance.now() - began) / 1000;
    if (picture.getAttribute('src') !== before) first ??= now;
    if (first !== null && words.textContent.startsWith('Painted in')) return done([first, now]);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})
"""

CHANGE = """
([value]) => {
  const slider = document.querySelector('[data-control=style_strength] [data-slider]');
  slider.value = value;
  slider.dispatchEvent(new Event('input', {bubbles: true}));
  slider.dispatchEvent(new Event('change', {bubbles: true}));
}
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds, one for each run."""

    first: list[float]
    finished: list[float]
    stopped: list[float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=12, help="changes of each kind (12)")
    options = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("STYLESITE_")]:
        del os.environ[name]
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    with (
        tempfile.TemporaryDirectory(prefix="stylesite-look-") as folder,
        running_site(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_browser(), args=[*QUIET])
        page = browser.new_context(base_url=address).new_page()
        open_studio(page)
        figures = measure(page, Path(folder) / "db.sqlite3", options.runs)
        browser.close()
    print(f"\n{len(os.sched_getaffinity(0))} cores, {options.runs} runs of each\n")
    print("| from a change to | median | slowest |")
    print("| --- | --- | --- |")
    for what, seconds in (
        ("the first preview", figures.first),
        ("the finished look, shown", figures.finished),
        ("the superseded one has stopped, and its worker took the next", figures.stopped),
    ):
        print(f"| {what} | {statistics.median(seconds):.1f} s | {max(seconds):.1f} s |")


def open_studio(page: Page) -> None:
    """Somebody signs up, brings a photo and chooses a style; the first look loads the network."""
    page.goto("/accounts/signup/")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.locator("input[name=password1]").fill("an engine of brass")
    page.locator("input[name=password1]").press("Enter")
    page.wait_for_url("**/new/")
    photo = io.BytesIO()
    Image.fromarray(data.chelsea()).save(photo, "JPEG", quality=92)
    file: Any = {"name": "cat.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()}
    page.locator("#image").set_input_files(file)
    expect(page.get_by_role("img", name="Your photo: cat")).to_be_visible()
    page.get_by_text(STYLE, exact=True).first.click()
    ready = page.locator("[data-look-words]").filter(has_text="Painted in")
    expect(ready).to_be_visible(timeout=MEASURED_LIMIT_S * 1000)


def measure(page: Page, database: Path, runs: int) -> Figures:
    first, finished = [], []
    for run in range(runs):
        page.wait_for_timeout(1000)
        shown, done = page.evaluate(WATCH, [40 + run])
        first.append(shown)
        finished.append(done)
        print(f"  {shown:.2f} s to the first preview, {done:.2f} s to the look", flush=True)
    stopped = []
    for run in range(runs):
        page.wait_for_timeout(1000)
        page.evaluate(CHANGE, [10 + run])
        page.wait_for_timeout(SUPERSEDED_AFTER_MS)
        seen = page.evaluate(WATCH, [60 + run])
        stopped.append(seconds_to_stop(database))
        print(f"  {stopped[-1]:.2f} s to stop, {seen[1]:.2f} s to the look after", flush=True)
    return Figures(first, finished, stopped)


def seconds_to_stop(database: Path) -> float:
    """From the moment that the latest look cancelled the one before to its own claim: there is one
    worker, so it had stopped by then."""
    asked = (
        "select state, started_at, finished_at, created_at from transfers_transfer"
        " where purpose = 'look' order by created_at desc limit 2"
    )
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with sqlite3.connect(database) as connection:
            latest, before = connection.execute(asked).fetchall()
        connection.close()
        if latest[0] == "succeeded":
            break
        time.sleep(0.1)
    assert before[0] == "cancelled", "the one before was finished already"
    assert before[1] is not None, "the one before was not begun yet"
    took = datetime.fromisoformat(latest[1]) - datetime.fromisoformat(before[2])
    return took.total_seconds()


if __name__ == "__main__":
    main()
