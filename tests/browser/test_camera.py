"""The camera page with real getUserMedia, on the browser's own fake camera."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import FAKE_CAMERA, Launch, OpenPage, write_camera_film
from tests.transfers.drawings import quadrants
from transfers.models import ContentImage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

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


@pytest.fixture(scope="module")
def with_camera(launch: Launch, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    film = tmp_path_factory.mktemp("camera") / "quadrants.y4m"
    write_camera_film(film, quadrants(640, 480))
    return launch(*FAKE_CAMERA, f"--use-file-for-fake-video-capture={film}")


def shutter(page: Page) -> None:
    page.get_by_role("button", name="Take the photo").click()


def test_a_frame_can_be_taken_retaken_and_used(with_camera: Browser, open_page: OpenPage) -> None:
    page = open_page(with_camera, "/camera/", WATCH_TRACKS)
    shutter(page)
    page.get_by_role("button", name="Take another").click()
    expect(page.get_by_label("What the camera sees")).to_be_visible()
    page.wait_for_function(ONE_LIVE)
    shutter(page)
    released = threading.Event()

    def look(route: Route) -> None:
        if page.evaluate(ALL_ENDED):
            released.set()
        route.continue_()

    page.route("**/api/v1/content-images/", look)
    page.get_by_role("button", name="Use this photo").click()
    page.wait_for_url("**/new/?photo=*")
    assert released.is_set(), "the camera was still on while the photo was sent"

    photo = ContentImage.objects.get()
    assert photo.source == "camera"
    assert photo.title.startswith("Camera, ")
    assert (photo.width, photo.height) == (640, 480)
    with photo.original.open() as file, Image.open(file) as stored:
        red = stored.getpixel((100, 100))
        green = stored.getpixel((540, 100))
    assert red[0] > 170 > 90 > red[1], "left and right are as the camera saw them"
    assert green[1] > 140 > 90 > green[0]
    expect(page.get_by_role("img", name="Your photo: Camera")).to_be_visible()


def test_the_camera_is_released_on_leaving(with_camera: Browser, open_page: OpenPage) -> None:
    page = open_page(with_camera, "/camera/", WATCH_TRACKS)
    page.wait_for_function(ONE_LIVE)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    page.wait_for_function(ALL_ENDED)


def test_the_camera_rests_while_the_page_is_hidden(
    with_camera: Browser, open_page: OpenPage
) -> None:
    page = open_page(with_camera, "/camera/", WATCH_TRACKS)
    page.wait_for_function(ONE_LIVE)
    turn = """(hidden) => {
      Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
      document.dispatchEvent(new Event('visibilitychange'));
    }"""
    page.evaluate(turn, True)
    page.wait_for_function(ALL_ENDED)
    page.evaluate(turn, False)
    page.wait_for_function(ONE_LIVE)
    expect(page.get_by_role("button", name="Take the photo")).to_be_visible()


def test_a_denied_camera_is_explained_with_a_way_on(
    launch: Launch, open_page: OpenPage, tmp_path: Path
) -> None:
    denying = launch("--use-fake-device-for-media-stream", "--deny-permission-prompts")
    page = open_page(denying, "/camera/")
    expect(page.get_by_text("The camera is switched off for this site.")).to_be_visible()
    file = tmp_path / "instead.png"
    quadrants().save(file)
    page.get_by_label("Photo", exact=True).set_input_files(file)
    page.wait_for_url("**/new/?photo=*")
    assert ContentImage.objects.get().source == "upload"


def test_a_missing_camera_is_explained(browser: Browser, open_page: OpenPage) -> None:
    page = open_page(browser, "/camera/")
    expect(page.get_by_text("We found no camera here.")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_a_refused_file_keeps_the_page_with_its_sentence(
    browser: Browser, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(browser, "/camera/")
    expect(page.get_by_text("We found no camera here.")).to_be_visible()
    file = tmp_path / "tiny.png"
    quadrants(8, 8).save(file)
    page.get_by_label("Photo", exact=True).set_input_files(file)
    expect(page.get_by_text("only 8 × 8 pixels")).to_be_visible()
    assert not ContentImage.objects.exists()
