"""What the tests of the camera share: films in front of it, and what can be asked of a page."""

from __future__ import annotations

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from transfers.models import ContentImage

UPLOADS = "**/api/v1/content-images/"

COLORS = {"r": (220, 30, 30), "g": (30, 180, 30), "b": (30, 30, 220), "w": (240, 240, 240)}
TOLERANCE = 10
"""Of 255: what the film, the browser's conversion and two JPEGs may change a flat colour by."""

# Remembers every track that the page was given, and how they were when it was left: listeners of
# `load` come after the page's own.
WATCH_TRACKS = """
window.tracks = [];
const devices = navigator.mediaDevices;
const ask = devices?.getUserMedia.bind(devices);
if (ask) devices.getUserMedia = async (wishes) => {
  const stream = await ask(wishes);
  window.tracks.push(...stream.getTracks());
  return stream;
};
addEventListener("load", () => addEventListener("pagehide", () => {
  sessionStorage.left = JSON.stringify(window.tracks.map((track) => track.readyState));
}));
"""
ALL_ENDED = "() => tracks.length > 0 && tracks.every((track) => track.readyState === 'ended')"
ONE_LIVE = "() => tracks.filter((track) => track.readyState === 'live').length === 1"

KEPT = """() => new Promise((resolve) => {
  const opening = indexedDB.open("stylesite-camera");
  opening.onsuccess = () => {
    const database = opening.result;
    if (!database.objectStoreNames.contains("shots")) return resolve(0);
    const counting = database.transaction("shots").objectStore("shots").count();
    counting.onsuccess = () => { database.close(); resolve(counting.result); };
  };
})"""
"""How many photos wait in this browser, whoever they belong to."""


def color_at(image: Image.Image, x: float, y: float) -> str:
    """The letter of the film's colour at these fractions of the sides, or the colour itself."""
    found = image.convert("RGB").getpixel((int(image.width * x), int(image.height * y)))
    for letter, color in COLORS.items():
        if max(abs(one - other) for one, other in zip(found, color, strict=True)) <= TOLERANCE:
            return letter
    return str(found)


def corners(image: Image.Image) -> str:
    """The colours of the four corners, row by row; of the film: ``rgbw``."""
    return "".join(color_at(image, x, y) for y in (0.25, 0.75) for x in (0.25, 0.75))


def stored(photo: ContentImage) -> Image.Image:
    with photo.original.open() as file, Image.open(file) as image:
        return image.convert("RGB")


def shutter(page: Page) -> Locator:
    return page.get_by_role("button", name="Take the photo")


def wait_until_live(page: Page) -> None:
    expect(shutter(page)).to_be_visible()
    page.wait_for_function("() => document.querySelector('video').readyState >= 2")


def take(page: Page) -> None:
    wait_until_live(page)
    shutter(page).click()
    expect(use_button(page)).to_be_visible()


def use_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Use this photo")


def use(page: Page) -> ContentImage:
    """Send the photo, wait for the choice of a style, and return what was stored: one photo."""
    use_button(page).click()
    page.wait_for_url("**/new/?photo=*")
    return ContentImage.objects.get()
