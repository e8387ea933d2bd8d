"""Screenshots of the real site: `python -m tests.browser.screenshots FOLDER`.

Starts a site of its own, signs up, paints a few pictures, and photographs each page on a phone and
on a desktop, in light and dark. With `--readme` it also renews the ones that the README shows.
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from skimage import data

from tests.benchmarks.submit_to_saved import ROOT, running_site
from tests.browser.film import FAKE_CAMERA, write_camera_film
from tests.browser.install import QUIET, find_browser

README_FOLDER = ROOT / "docs" / "screenshots"
README_PAGES = ("home", "new", "live", "artwork")
SIZES: dict[str, ViewportSize] = {
    "1280": {"width": 1280, "height": 900},
    "390": {"width": 390, "height": 844},
}
THEMES = ("light", "dark")
ACCOUNT = {"email": "ada@example.org", "password": "an engine of brass"}
WALL = (
    ("coffee", "Mosaic"),
    ("cat", "Ink cross-hatching"),
    ("coffee", "Pointillism"),
    ("cat", "Watercolour"),
    ("coffee", "Stained glass"),
)
WAIT_LIMIT_S = 600


def photo(name: str, folder: Path) -> Path:
    pixels = {"coffee": data.coffee, "cat": data.chelsea}[name]()
    path = folder / f"{name}.jpg"
    Image.fromarray(pixels).save(path, quality=95)
    return path


def shoot(page: Page, folder: Path, name: str, *, whole: bool = True) -> None:
    """Photograph the page as it is, at every size and in both themes."""
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            page.wait_for_timeout(250)
            if whole:
                show_lazy_pictures(page)
            image = Image.open(io.BytesIO(page.screenshot(full_page=whole)))
            image.save(folder / f"{name}-{size}-{theme}.png")
    page.set_viewport_size(SIZES["1280"])


def show_lazy_pictures(page: Page) -> None:
    """Scroll to the end and back, so that every picture shown has loaded."""
    height = int(page.evaluate("document.body.scrollHeight"))
    for top in range(0, height, 600):
        page.evaluate(f"window.scrollTo(0, {top})")
        page.wait_for_timeout(60)
    wait_until(
        page, "[...document.images].every(image => image.complete || !image.checkVisibility())"
    )
    page.evaluate("window.scrollTo(0, 0)")


def wait_until(page: Page, expression: str) -> None:
    """Wait for a JavaScript expression; Playwright's own wait breaks the site's policy."""
    for _ in range(WAIT_LIMIT_S * 5):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(200)
    raise SystemExit(f"Waited {WAIT_LIMIT_S} s in vain for: {expression}")


def sign_up(page: Page) -> None:
    page.goto("/accounts/signup/")
    page.get_by_label("E-mail").fill(ACCOUNT["email"])
    page.locator("input[name=password1]").fill(ACCOUNT["password"])
    page.locator("input[name=password1]").press("Enter")
    page.wait_for_url("**/new/")


def choose(page: Page, picture: Path, style: str, quality: str) -> None:
    page.goto("/new/")
    page.get_by_label("Photo", exact=True).set_input_files(picture)
    page.locator("[data-photo-size]").get_by_text("px").wait_for()
    page.get_by_text(style, exact=True).first.click()
    page.get_by_role("radio", name=quality).check()


def paint(page: Page) -> None:
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/transfers/*/")


def shoot_studio(page: Page, folder: Path) -> None:
    """The studio with a blend of three styles, and with all its controls."""
    page.get_by_label("Blend up to 4 styles").check()
    for style in ("Gold-leaf ornament", "Linocut"):
        page.locator("#style-choices").get_by_text(style, exact=True).click()
    shoot(page, folder, "new-blend")
    for folded in ("Finer control", "For experts", "Settings of your own"):
        page.get_by_text(folded, exact=True).click()
    shoot(page, folder, "new-controls")


def shoot_sheet(page: Page, folder: Path) -> None:
    """Two settings compared: chosen, painted, and one picture of it large."""
    choose(page, photo("cat", folder), "Swirling impasto", "Standard")
    page.get_by_role("button", name="Compare settings").click()
    shoot(page, folder, "compare-settings")
    page.get_by_role("button", name="Paint the sheet").click()
    page.wait_for_url("**/sheets/*-*/")
    wait_until(page, "document.querySelector('[data-words]').textContent === 'All painted'")
    shoot(page, folder, "sheet")
    page.locator("[data-cell='1-1'] a").click()
    page.get_by_role("button", name="Paint this in full").wait_for()
    shoot(page, folder, "sheet-cell", whole=False)
    page.goto("/sheets/")
    shoot(page, folder, "sheets")


def tour(browser: Browser, address: str, folder: Path) -> None:
    page = browser.new_context(base_url=address).new_page()
    page.goto("/")
    shoot(page, folder, "home")
    page.goto("/accounts/login/")
    shoot(page, folder, "sign-in")
    sign_up(page)
    page.goto("/gallery/")
    shoot(page, folder, "gallery-empty")
    for subject, style in WALL:
        choose(page, photo(subject, folder), style, "Draft")
        paint(page)
    page.goto("/transfers/")
    shoot(page, folder, "transfers")
    wait_until(
        page,
        "fetch('/transfers/').then(answer => answer.text())"
        ".then(text => !/data-status=.(queued|running)/.test(text))",
    )
    choose(page, photo("cat", folder), "Swirling impasto", "Standard")
    shoot(page, folder, "new")
    wait_until(page, "/^Painted/.test(document.querySelector('[data-look-words]').textContent)")
    shoot(page, folder, "new-look")
    page.get_by_role("button", name="Paint where each style goes").click()
    page.get_by_role("dialog").get_by_role("button", name="Fill all of it").click()
    shoot(page, folder, "masks", whole=False)
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("dialog").get_by_role("button", name="Done").click()
    shoot_studio(page, folder)
    shoot_sheet(page, folder)
    choose(page, photo("cat", folder), "Swirling impasto", "Standard")
    paint(page)
    wait_until(
        page, "/step (1[5-9]|2[0-9]) of/.test(document.querySelector('[data-poller]')?.textContent)"
    )
    shoot(page, folder, "live", whole=False)
    page.wait_for_url("**/gallery/*/", timeout=WAIT_LIMIT_S * 1000)
    time.sleep(1)
    shoot(page, folder, "artwork")
    shoot_camera(page, folder)
    for path in ("gallery", "styles", "styles/add", "accounts/settings"):
        page.goto(f"/{path}/")
        shoot(page, folder, path.replace("/", "-"))
    page.goto("/")
    shoot(page, folder, "home-signed-in")
    booth(page, folder)


def booth(page: Page, folder: Path) -> None:
    """A booth from its setting up to its start page, from where this browser gets nowhere else."""
    page.goto("/booths/add/")
    page.get_by_label("Title").fill("Night of the museums")
    shoot(page, folder, "booth-settings")
    page.get_by_role("button", name="Set it up").click()
    page.get_by_role("link", name="Start the booth here").wait_for()
    shoot(page, folder, "booth-host")
    page.get_by_role("link", name="Start the booth here").click()
    page.get_by_role("button", name="Sign me out and start").click()
    page.get_by_role("button", name="Begin").wait_for()
    shoot(page, folder, "booth", whole=False)
    page.goto("/booth/leave/")
    shoot(page, folder, "booth-leave")


def shoot_camera(page: Page, folder: Path) -> None:
    page.goto("/camera/")
    shutter = page.get_by_role("button", name="Take the photo")
    shutter.wait_for()
    page.get_by_role("button", name="Grid").click()
    shoot(page, folder, "camera", whole=False)
    shutter.click()
    page.get_by_role("button", name="Use this photo").wait_for()
    shoot(page, folder, "camera-review", whole=False)
    page.get_by_role("button", name="Take another").click()
    shutter.wait_for()


def renew_readme(folder: Path) -> None:
    README_FOLDER.mkdir(exist_ok=True)
    for name in README_PAGES:
        with Image.open(folder / f"{name}-1280-light.png") as image:
            top = image.convert("RGB").crop((0, 0, image.width, min(image.height, 1000)))
            top.save(README_FOLDER / f"{name}.jpg", quality=85, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Photograph every page of the site.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--readme", action="store_true", help="renew the README's screenshots")
    options = parser.parse_args()
    shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True)
    with (
        tempfile.TemporaryDirectory(prefix="stylesite-screenshots-") as data_dir,
        running_site(Path(data_dir)) as address,
        sync_playwright() as playwright,
    ):
        film = options.folder / "film.y4m"
        write_camera_film(film, Image.fromarray(data.coffee()))
        camera = [*FAKE_CAMERA, f"--use-file-for-fake-video-capture={film}"]
        browser = playwright.chromium.launch(executable_path=find_browser(), args=[*QUIET, *camera])
        tour(browser, address, options.folder)
        browser.close()
        film.unlink()
    if options.readme:
        renew_readme(options.folder)


if __name__ == "__main__":
    main()
