"""Orders of a photo in a preset, and studies in every state."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.models import User
from engine.params import Params
from gallery.models import Style
from tests.transfers.drawings import as_file, quadrants
from tests.transfers.queue.fake_engine import FakeEngine
from transfers.models import ContentImage, Sweep, Transfer
from transfers.queue import checkpoints
from transfers.queue.submission import Order
from transfers.studies import looks, sweeps
from transfers.studies.axes import AXES

Look = Callable[..., Transfer]
Sheet = Callable[..., Sweep]


@pytest.fixture
def order(photo: ContentImage, preset: Style) -> Order:
    return Order(content_image=photo, styles=[(preset, 1.0)], params=Params(size_px=512, seed=7))


@pytest.fixture
def look(user: User, order: Order) -> Look:
    def begin(asked: bool = False) -> Transfer:
        return looks.begin(user, order, asked=asked)

    return begin


@pytest.fixture
def wish(user: User, order: Order) -> Callable[..., sweeps.Wish]:
    def make(
        rows: str = "style_strength",
        row_values: tuple[object, ...] = (40, 90),
        columns: str = "style_scale",
        column_values: tuple[object, ...] = (0.5, 1, 2),
        cell_px: int = 256,
    ) -> sweeps.Wish:
        return sweeps.Wish(
            base=order,
            rows=(AXES[rows], AXES[rows].judged(row_values, user)),
            columns=(AXES[columns], AXES[columns].judged(column_values, user)),
            cell_px=cell_px,
        )

    return make


@pytest.fixture
def sheet(user: User, wish: Callable[..., sweeps.Wish]) -> Sheet:
    def begin(**chosen: object) -> Sweep:
        return sweeps.begin(user, wish(**chosen))

    return begin


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine()
    monkeypatch.setattr("transfers.queue.runner.stylize", fake)
    return fake


def transfers_of(sweep: Sweep) -> list[Transfer]:
    return [cell.transfer for cell in sweeps.cells_of(sweep)]


def painted(transfer: Transfer) -> Transfer:
    """As a worker would have left it."""
    data = as_file(quadrants(256, 171), "PNG")
    transfer.preview.name = checkpoints.write(transfer, "study", data, "png")
    transfer.state, transfer.finished_at = Transfer.State.SUCCEEDED, timezone.now()
    transfer.preview_step, transfer.painting_s = 13, 2.4
    transfer.recipe = {"params": transfer.params, "content": {}}
    transfer.save()
    return transfer
