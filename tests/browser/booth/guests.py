"""What a host and a guest do at a booth, step by step."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

# Remembers every track that the page was given, so that a test can ask what became of it.
WATCH_TRACKS = """
window.tracks = [];
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wishes) => {
  const stream = await ask(wishes);
  window.tracks.push(...stream.getTracks());
  return stream;
};
"""
ALL_ENDED = "() => tracks.length > 0 && tracks.every((track) => track.readyState === 'ended')"
ONE_LIVE = "() => tracks.filter((track) => track.readyState === 'live').length === 1"


def start(page: Page) -> None:
    """As its host does it, from the booth's own page."""
    page.get_by_role("link", name="Start the booth here").click()
    page.get_by_role("button", name="Sign me out and start").click()
    page.wait_for_url("**/booth/")


def take_photo(page: Page) -> None:
    page.get_by_role("button", name="Take the photo").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()


def to_the_wheel(page: Page) -> None:
    page.get_by_role("button", name="Begin").click()
    take_photo(page)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Choose your style")).to_be_visible()


def to_the_painting(page: Page) -> None:
    to_the_wheel(page)
    page.get_by_role("button", name="Paint me").click()
    expect(page.get_by_role("heading", name="You are being painted")).to_be_visible()


def hold(page: Page, address: str) -> list[Route]:
    """What the page asks there waits, as on a connection that stalls."""
    held: list[Route] = []
    page.route(address, lambda route: held.append(route))
    return held


def press_paint(page: Page) -> None:
    page.get_by_role("button", name="Paint me").click()
    expect(page.get_by_role("button", name="Sending your photo…")).to_be_disabled()
