"""Why there is no camera: each reason has its own sentence and a way on.

Denied, missing, insecure, inside another page and forbidden by the server are brought about for
real. What a browser under test cannot be brought to (another program at the camera, a plug that is
pulled, an operating system that says no, a browser from before all this) is put into the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.browser.camera.scenes import WATCH_TRACKS, stored, take, use, wait_until_live
from tests.browser.conftest import CheckPage, Launch, OpenPage
from tests.browser.film import FAKE_CAMERA
from tests.transfers.drawings import quadrants
from transfers.models import ContentImage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TURN_ON = "Turn the camera on"
INSECURE = "Browsers lend the camera only to pages on a secure connection (HTTPS)"

# The page's camera fails like this, until `window.mended`.
FAILING = """
const devices = navigator.mediaDevices;
const ask = devices.getUserMedia.bind(devices);
devices.getUserMedia = async (wishes) => {
  if (window.mended) return ask(wishes);
  throw new DOMException("%(message)s", "%(name)s");
};
"""


def way_on(page: Page, tmp_path: Path) -> ContentImage:
    """A photo from a file instead, as the page offers wherever there is no camera."""
    file = tmp_path / "instead.png"
    quadrants().save(file)
    page.get_by_label("Photo", exact=True).set_input_files(file)
    page.wait_for_url("**/new/?photo=*")
    return ContentImage.objects.get()


def test_nobody_is_asked_before_they_see_why(
    launch: Launch, open_page: OpenPage, no_axe_violations: CheckPage
) -> None:
    asking = launch("--use-fake-device-for-media-stream")
    page = open_page(asking, "/camera/", FAILING % {"message": "", "name": "NotAllowedError"})
    expect(page.get_by_text("Your browser will ask whether this page may use")).to_be_visible()
    no_axe_violations(page)
    page.wait_for_timeout(300)
    expect(page.locator("[data-camera]")).to_have_attribute("data-state", "welcome")
    page.evaluate("window.mended = true")
    page.context.grant_permissions(["camera"])
    page.get_by_role("button", name=TURN_ON).click()
    wait_until_live(page)


def test_a_denied_camera_has_its_sentence_and_a_way_on(
    launch: Launch, open_page: OpenPage, no_axe_violations: CheckPage, tmp_path: Path
) -> None:
    denying = launch("--use-fake-device-for-media-stream", "--deny-permission-prompts")
    page = open_page(denying, "/camera/", viewport={"width": 390, "height": 844}, has_touch=True)
    page.get_by_role("button", name=TURN_ON).click()
    denied = page.get_by_text("The camera is switched off for this site. Allow it in your browser")
    expect(denied).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_focused()
    expect(page.get_by_label("Photo from the camera app")).to_have_attribute(
        "capture", "environment"
    )
    no_axe_violations(page)
    assert way_on(page, tmp_path).source == "upload"


def test_a_missing_camera_has_its_sentence_and_a_way_on(
    browser: Browser, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(browser, "/camera/")
    page.get_by_role("button", name=TURN_ON).click()
    expect(page.get_by_text("We found no camera here. Connect one and try again")).to_be_visible()
    way_on(page, tmp_path)


@pytest.mark.parametrize(
    ("name", "message", "sentence"),
    [
        (
            "NotReadableError",
            "Could not start video source",
            "Another program is using the camera.",
        ),
        ("AbortError", "Starting videoinput failed", "Another program is using the camera."),
        ("NotAllowedError", "Permission dismissed", "question was closed without an answer"),
        (
            "NotAllowedError",
            "Permission denied by system",
            "Your device keeps its camera from this",
        ),
        ("InvalidStateError", "", "The camera did not start."),
    ],
)
def test_what_fails_for_now_has_its_sentence_and_can_be_tried_again(
    with_camera: Browser, open_page: OpenPage, name: str, message: str, sentence: str
) -> None:
    page = open_page(with_camera, "/camera/", FAILING % {"message": message, "name": name})
    expect(page.get_by_text(sentence)).to_be_visible()
    page.evaluate("window.mended = true")
    page.get_by_role("button", name="Try again").click()
    wait_until_live(page)


def test_a_camera_that_is_unplugged_is_missed_and_found_again(
    with_camera: Browser, open_page: OpenPage
) -> None:
    """The plug is simulated: the track ends as it would, and the browser tells of a new device."""
    page = open_page(with_camera, "/camera/", WATCH_TRACKS)
    wait_until_live(page)
    page.evaluate("tracks[0].stop(); tracks[0].dispatchEvent(new Event('ended'))")
    expect(
        page.get_by_text("The camera is gone: it was unplugged, or switched off")
    ).to_be_visible()
    page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    wait_until_live(page)


def test_a_camera_that_is_held_back_for_a_while_is_explained(
    with_camera: Browser, open_page: OpenPage
) -> None:
    """Simulated: a phone's call mutes the track, and lets it go on afterwards."""
    page = open_page(with_camera, "/camera/", WATCH_TRACKS)
    wait_until_live(page)
    page.evaluate("tracks[0].dispatchEvent(new Event('mute'))")
    held_back = page.get_by_text("The camera gives no picture at the moment")
    expect(held_back).to_be_visible()
    page.evaluate("tracks[0].dispatchEvent(new Event('unmute'))")
    expect(held_back).to_be_hidden()


def test_one_that_is_unplugged_during_the_countdown_takes_nothing(
    with_camera: Browser, open_page: OpenPage
) -> None:
    page = open_page(with_camera, "/camera/", WATCH_TRACKS)
    wait_until_live(page)
    page.get_by_role("button", name="Timer: off").click()
    page.get_by_role("button", name="Take the photo").click()
    expect(page.locator(".camera-count")).to_have_text("3")
    page.evaluate("tracks[0].stop(); tracks[0].dispatchEvent(new Event('ended'))")
    expect(page.get_by_text("The camera is gone")).to_be_visible()
    expect(page.locator(".camera-count")).to_be_hidden()


@pytest.fixture
def open_insecurely(
    launch: Launch, live_server: LiveServer, settings: Settings, client: Client, user: User
) -> Iterator[Callable[[], Page]]:
    """The camera page by plain HTTP under another name than localhost: no camera is lent there."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "stylesite.test"]
    browser = launch(*FAKE_CAMERA, "--host-resolver-rules=MAP stylesite.test 127.0.0.1")
    port = live_server.url.rsplit(":", 1)[1]
    context = browser.new_context(base_url=f"http://stylesite.test:{port}")
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": session,
                "url": f"http://stylesite.test:{port}",
            }
        ]
    )

    def open_page() -> Page:
        page = context.new_page()
        page.goto("/camera/")
        return page

    yield open_page
    context.close()


def test_an_insecure_page_says_which_address_would_do(
    open_insecurely: Callable[[], Page], no_axe_violations: CheckPage, tmp_path: Path
) -> None:
    page = open_insecurely()
    assert page.evaluate("isSecureContext") is False
    expect(page.get_by_text(INSECURE)).to_be_visible()
    port = page.url.split("/")[2].partition(":")[2]
    for address in ("https://stylesite.test/camera/", f"http://localhost:{port}/camera/"):
        expect(page.get_by_role("link", name=address)).to_have_attribute("href", address)
    no_axe_violations(page)
    way_on(page, tmp_path)


def test_inside_another_page_the_way_out_is_shown(
    with_camera: Browser, open_page: OpenPage, live_server: LiveServer
) -> None:
    """Another origin shows the camera page in a frame. The site's own headers against that are
    taken off on the way, as by an operator who allows it."""
    page = open_page(with_camera, "/")

    def framed(route: Route) -> None:
        answer = route.fetch()
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name not in {"x-frame-options", "content-security-policy"}
        }
        route.fulfill(response=answer, headers=headers)

    host = live_server.url.rsplit(":", 1)[0]
    page.route("**/camera/", framed)
    page.route(
        f"{host}:1/**",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<iframe src="{live_server.url}/camera/" width="800" height="600"></iframe>',
        ),
    )
    page.goto(f"{host}:1/")
    inside = page.frame_locator("iframe")
    sentence = "This page is shown inside another one, which keeps the camera from it."
    expect(inside.get_by_text(sentence)).to_be_visible()
    with page.context.expect_page() as opened:
        inside.get_by_role("link", name="Open the camera in a tab of its own").click()
    wait_until_live(opened.value)


def test_a_server_that_switches_cameras_off_is_named(
    with_camera: Browser, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(with_camera, "/")

    def forbid(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(
            response=answer, headers={**answer.headers, "permissions-policy": "camera=()"}
        )

    page.route("**/camera/", forbid)
    page.goto("/camera/")
    expect(page.get_by_text("own server switches cameras off")).to_be_visible()
    way_on(page, tmp_path)


def test_an_old_browser_is_told_so(
    with_camera: Browser, open_page: OpenPage, tmp_path: Path
) -> None:
    """What old browsers lack is taken away."""
    missing = "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })"
    page = open_page(with_camera, "/camera/", missing)
    expect(page.get_by_text("This browser cannot lend its camera to a page.")).to_be_visible()
    way_on(page, tmp_path)


def test_a_refused_file_keeps_the_page_with_its_sentence(
    browser: Browser, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(browser, "/camera/")
    expect(page.get_by_role("button", name=TURN_ON)).to_be_visible()
    file = tmp_path / "tiny.png"
    quadrants(8, 8).save(file)
    page.get_by_label("Photo", exact=True).set_input_files(file)
    expect(page.get_by_text("only 8 × 8 pixels")).to_be_visible()
    assert not ContentImage.objects.exists()
    way_on(page, tmp_path)


def test_of_two_cameras_one_is_chosen_by_name_and_remembered(
    launch: Launch, open_page: OpenPage
) -> None:
    two = launch(
        "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=device-count=2"
    )
    page = open_page(
        two,
        "/camera/",
        WATCH_TRACKS,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    wait_until_live(page)
    cameras = page.get_by_label("Camera", exact=True)
    expect(cameras.get_by_role("option")).to_have_count(2)
    names = cameras.get_by_role("option").all_inner_texts()
    assert all(names)
    assert names[0] != names[1]
    other = next(name for name in names if name != page.evaluate("tracks.at(-1).label"))
    cameras.select_option(label=other)
    page.wait_for_function("() => tracks.length > 1")
    wait_until_live(page)
    assert page.evaluate("tracks.at(-1).label") == other
    page.reload()
    wait_until_live(page)
    assert page.evaluate("tracks.at(-1).label") == other
    page.get_by_role("button", name="Turn around").click()
    wait_until_live(page)
    take(page)
    # It gives 640 × 480 to whoever asks for nothing, and this at most.
    assert stored(use(page)).size == (3840, 2160)
