"""Browsers whose fake camera shows a film that is drawn here."""

from __future__ import annotations

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.browser.conftest import Launch
from tests.browser.film import FAKE_CAMERA, write_camera_film
from tests.transfers.drawings import quadrants

HUES = ((200, 40, 40), (40, 170, 40), (40, 40, 200), (200, 200, 40), (40, 190, 190), (190, 40, 190))


@pytest.fixture(scope="session")
def with_camera(launch: Launch, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """Red, green over blue, white, 1280 × 960: no two corners are alike."""
    film = tmp_path_factory.mktemp("film") / "wide.y4m"
    write_camera_film(film, quadrants(1280, 960))
    return launch(*FAKE_CAMERA, f"--use-file-for-fake-video-capture={film}")


@pytest.fixture(scope="session")
def with_upright_camera(launch: Launch, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """The same, 720 × 1280, as of a phone held upright."""
    film = tmp_path_factory.mktemp("film") / "upright.y4m"
    write_camera_film(film, quadrants(720, 1280))
    return launch(*FAKE_CAMERA, f"--use-file-for-fake-video-capture={film}")


@pytest.fixture(scope="session")
def with_moving_camera(launch: Launch, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """Six colours, one after another, each for three tenths of a second."""
    film = tmp_path_factory.mktemp("film") / "moving.y4m"
    pictures = [Image.new("RGB", (320, 240), hue) for hue in HUES]
    write_camera_film(film, *pictures, frames_each=9)
    return launch(*FAKE_CAMERA, f"--use-file-for-fake-video-capture={film}")
