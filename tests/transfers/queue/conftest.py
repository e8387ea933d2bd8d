"""Photos, styles and waiting transfers, with pictures drawn here."""

from collections.abc import Callable, Iterator

import pytest
from PIL import Image

from accounts.models import User
from engine.params import Params
from gallery.models import Style
from tests.transfers.queue.fake_engine import FakeEngine
from transfers.models import ContentImage, Transfer
from transfers.queue import draining, submission

Submit = Callable[..., Transfer]


@pytest.fixture
def photo(user: User) -> ContentImage:
    photo = ContentImage(owner=user, title="Harbour")
    photo.set_picture(Image.linear_gradient("L").convert("RGB").resize((96, 64)))
    photo.save()
    return photo


@pytest.fixture
def style(db: None) -> Style:
    style = Style(title="Stripes", artist="Nobody", slug="stripes")
    style.set_picture(Image.radial_gradient("L").convert("RGB").resize((80, 80)))
    style.save()
    return style


@pytest.fixture
def submit(user: User, photo: ContentImage, style: Style) -> Submit:
    def submit_one(**params: object) -> Transfer:
        return submission.submit(user, photo, [(style, 1.0)], Params(**({"size_px": 64} | params)))

    return submit_one


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine()
    monkeypatch.setattr("transfers.queue.runner.stylize", fake)
    return fake


@pytest.fixture
def drained() -> Iterator[Callable[[], None]]:
    yield draining.begin
    draining._flag[0] = 0
