"""A booth with four styles, a browser with a camera, and a worker that paints small."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from accounts.models import User
from gallery.models import Style
from tests.browser.conftest import Launch
from tests.browser.film import FAKE_CAMERA, write_camera_film
from tests.engine.conftest import tiny_network
from tests.transfers.drawings import quadrants
from transfers.models import Booth
from transfers.queue import runner

TITLES = ("Amber", "Birch", "Coral", "Dusk")


@pytest.fixture(scope="session")
def with_camera(launch: Launch, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    film = tmp_path_factory.mktemp("camera") / "quadrants.y4m"
    write_camera_film(film, quadrants(640, 480))
    return launch(*FAKE_CAMERA, f"--use-file-for-fake-video-capture={film}")


@pytest.fixture
def booth(user: User) -> Booth:
    settings = {"title": "Summer party", "quality": "draft", "countdown_s": 1}
    booth = Booth.objects.create(owner=user, **settings)
    for number, title in enumerate(TITLES):
        style = Style(title=title, slug=title.lower(), artist="Nobody", position=number)
        style.set_picture(quadrants(120 + 20 * number, 160 - 20 * number))
        style.save()
        booth.styles.add(style)
    return booth


@pytest.fixture
def paint(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A worker takes the next, small, and paints it with the tiny network."""
    monkeypatch.setattr("engine.stylize.load_network", lambda *_a, **_k: tiny_network("max"))

    def one() -> None:
        assert runner.paint_next()

    return one
