"""``device.js`` and ``shot.js`` by themselves: what the camera page and the booth build on.

The camera is the browser's own fake one and shows a film of four colours. What it cannot do by
nature (a sensor with more pixels than its video) is put into the page, and the test says so.
"""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.camera.scenes import corners
from tests.browser.conftest import OpenPage
from tests.transfers.drawings import as_file, quadrants

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZE = (1280, 960)

START = """
const { Camera } = await import("/static/transfers/js/camera/device.js");
const shot = await import("/static/transfers/js/camera/shot.js");
const video = document.createElement("video");
Object.assign(video, { muted: true, playsInline: true });
document.body.append(video);
const camera = new Camera(video);
const asDataUrl = (blob) => new Promise((resolve) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result);
  reader.readAsDataURL(blob);
});
"""

# A sensor whose stills, these `bytes`, come `after` ms after they were asked for.
LARGE_SENSOR = """
const bytes = Uint8Array.from(atob("%(data)s"), (letter) => letter.charCodeAt(0));
window.ImageCapture = class {
  async getPhotoCapabilities() {
    return { imageWidth: { max: %(width)d }, imageHeight: { max: %(height)d } };
  }
  async takePhoto() {
    await new Promise((resolve) => setTimeout(resolve, %(after)d));
    return new Blob([bytes], { type: "image/jpeg" });
  }
};
"""


@pytest.fixture
def page(with_camera: Browser, open_page: OpenPage) -> Page:
    return open_page(with_camera, "/camera/")  # no other page may open one


def run(page: Page, script: str) -> Any:
    return page.evaluate(f"async () => {{ {START} {script} }}")


def picture(data_url: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(data_url.partition(",")[2]))).convert("RGB")


def test_a_camera_is_opened_at_its_largest_and_described(page: Page) -> None:
    found = run(
        page,
        """
        const isLive = await camera.start();
        const [one] = await (await import("/static/transfers/js/camera/device.js")).list();
        return { isLive, width: camera.width, height: camera.height, label: camera.label,
                 same: one.deviceId === camera.deviceId && one.label === camera.label };
        """,
    )
    assert found == {
        "isLive": True,
        "width": SIZE[0],
        "height": SIZE[1],
        "label": found["label"],
        "same": True,
    }
    assert found["label"]


def test_a_camera_that_is_gone_makes_room_for_another(page: Page) -> None:
    assert run(page, "return camera.start({ deviceId: 'sold-long-ago', facing: 'environment' })")


def test_release_ends_the_track_also_while_it_is_being_opened(page: Page) -> None:
    states = run(
        page,
        """
        await camera.start();
        const first = camera.track;
        const second = camera.start();
        const third = camera.start();
        camera.release();
        return [first.readyState, await second, await third, camera.track, video.srcObject];
        """,
    )
    assert states == ["ended", False, False, None, None]


@pytest.mark.parametrize(("mirrored", "expected"), [("false", "rgbw"), ("true", "grwb")])
def test_a_frame_has_every_pixel_and_the_film_s_colours(
    page: Page, mirrored: str, expected: str
) -> None:
    sent = run(
        page,
        f"""
        await camera.start();
        const canvas = await shot.frame(camera, {{ mirrored: {mirrored} }});
        return asDataUrl(await shot.encode(canvas));
        """,
    )
    assert sent.startswith("data:image/jpeg")
    assert picture(sent).size == SIZE
    assert corners(picture(sent)) == expected


def test_a_burst_is_four_files_and_can_be_stopped(page: Page) -> None:
    types, reason = run(
        page,
        """
        await camera.start();
        const files = await shot.burst(camera);
        const stopper = new AbortController();
        const onShot = (index) => index === 1 && stopper.abort();
        const stopped = shot.burst(camera, { onShot, signal: stopper.signal });
        return [files.map((file) => file.type), await stopped.catch((error) => error.name)];
        """,
    )
    assert types == ["image/jpeg"] * 4
    assert reason == "AbortError"


def test_the_countdown_says_each_second_and_can_be_stopped(page: Page) -> None:
    ticks, seconds, reason = run(
        page,
        """
        const ticks = [];
        const before = performance.now();
        await shot.countdown(2, { onTick: (left) => ticks.push(left) });
        const seconds = (performance.now() - before) / 1000;
        const stopped = shot.countdown(10, { signal: AbortSignal.timeout(50) });
        return [ticks, seconds, await stopped.catch((error) => error.name)];
        """,
    )
    assert ticks == [2, 1]
    assert 1.9 < seconds < 4
    assert reason == "AbortError"


@pytest.mark.parametrize(
    ("size", "after_ms", "taken"),
    [
        pytest.param((2560, 1920), 10, (2560, 1920), id="larger, of the same shape"),
        pytest.param((2560, 1440), 10, SIZE, id="larger, but it shows another part"),
        pytest.param((2560, 1920), 9000, SIZE, id="larger, but it does not come"),
        pytest.param((1280, 960), 10, SIZE, id="no larger"),
    ],
)
def test_the_sensor_s_own_still_is_taken_where_it_is_worth_it(
    page: Page, size: tuple[int, int], after_ms: int, taken: tuple[int, int]
) -> None:
    """The sensor is simulated in the page: the browser's fake one has no more than its video."""
    sensor = LARGE_SENSOR % {
        "data": base64.b64encode(as_file(quadrants(*size))).decode(),
        "width": size[0],
        "height": size[1],
        "after": after_ms,
    }
    sent = run(
        page,
        f"""
        {sensor}
        await camera.start();
        const canvas = await shot.still(camera, {{ mirrored: true }});
        return asDataUrl(await shot.encode(canvas));
        """,
    )
    assert picture(sent).size == taken
    assert corners(picture(sent)) == "grwb"


def test_a_small_picture_loses_nothing(page: Page) -> None:
    kind, largest = run(
        page,
        """
        const canvas = (width) =>
          Object.assign(document.createElement("canvas"), { width, height: 300 });
        const noisy = canvas(1400);
        const context = noisy.getContext("2d");
        const pixels = context.createImageData(1400, 300);
        pixels.data.forEach((_, index) => (pixels.data[index] = Math.random() * 255));
        context.putImageData(pixels, 0, 0);
        const most = 200_000;
        return [(await shot.encode(canvas(300))).type,
                (await shot.encode(noisy, { maxBytes: most })).size / most];
        """,
    )
    assert kind == "image/png"
    assert largest <= 1, "a file that is too large to be sent is made smaller"
