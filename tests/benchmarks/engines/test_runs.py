import importlib.util
import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.objective import ClassicObjective, WeightedStyle
from engine.vgg import load_network
from tests.benchmarks.engines import record
from tests.benchmarks.engines.pairs import PAIRS, Pair, sha256
from tests.benchmarks.engines.plain import PlainRun, to_tensor
from tests.benchmarks.engines.runs import ENGINES

SMALL = Pair("coffee.png", "woodblock-waves", 64)
MISSING = {"pystiche"} if importlib.util.find_spec("pystiche") is None else set()
each_engine = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.skipif(name in MISSING, reason="not installed"))
        for name in ENGINES
    ],
)


def test_every_pair_is_two_squares_of_its_side() -> None:
    for pair in PAIRS:
        content, style = pair.images()
        assert content.size == style.size == (pair.side_px, pair.side_px)
        assert content.mode == style.mode == "RGB"


def test_no_two_pairs_share_a_style_or_a_name() -> None:
    assert len({pair.style for pair in PAIRS}) == len({pair.name for pair in PAIRS}) == len(PAIRS)


@pytest.mark.vgg
def test_the_plain_losses_are_those_of_the_classic_objective() -> None:
    content, style = SMALL.images()
    run = PlainRun(content, style)
    photo = to_tensor(content)
    objective = ClassicObjective(
        load_network("bundled", "max"), photo, [WeightedStyle(to_tensor(style), 1.0)]
    )
    picture = photo * 0.7 + 0.1
    expected = objective.losses(picture, dtype=torch.float32)
    found_content, found_style = run.losses(picture)
    assert float(found_content) == pytest.approx(float(expected.content), rel=1e-3)
    assert float(found_style) == pytest.approx(float(expected.style), rel=1e-3)


@pytest.mark.vgg
@each_engine
def test_an_engine_starts_from_the_photo_and_gets_better(name: str) -> None:
    content, style = SMALL.images()
    run = ENGINES[name](content, style)
    assert np.abs(np.int16(run.picture()) - np.int16(content)).max() <= 1
    losses = [run.step() for _ in range(8)]
    assert losses[-1] < losses[0] * 0.8


@pytest.mark.vgg
@each_engine
def test_an_interrupted_engine_goes_on_as_if_it_had_not_been(name: str) -> None:
    content, style = SMALL.images()
    run = ENGINES[name](content, style)
    for _ in range(3):
        run.step()
    file = io.BytesIO()
    torch.save(run.state_dict(), file)
    file.seek(0)
    again = ENGINES[name](content, style)
    again.load_state_dict(torch.load(file, weights_only=True))
    for _ in range(3):
        run.step()
        again.step()
    assert sha256(again.picture()) == sha256(run.picture())


class Counting:
    """An engine whose picture is as grey as the steps it took."""

    version = "1"
    steps = 6
    survives = False

    def __init__(self, content: Image.Image, style: Image.Image, device: str = "cpu") -> None:
        self.taken = 0

    def step(self) -> float:
        if self.taken == 4 and not self.survives:
            raise KeyboardInterrupt
        self.taken += 1
        return float(self.taken)

    def picture(self) -> Image.Image:
        return Image.new("RGB", (4, 4), (self.taken,) * 3)

    def state_dict(self) -> dict[str, object]:
        return {"taken": self.taken}

    def load_state_dict(self, state: dict[str, int]) -> None:
        self.taken = state["taken"]


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> record.Item:
    monkeypatch.setitem(ENGINES, "counting", Counting)
    monkeypatch.setattr(record, "SAVE_EVERY_S", 0)
    return record.Item("counting", SMALL)


def test_a_recorder_goes_on_where_it_was_interrupted(
    counting: record.Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KeyboardInterrupt):
        record.record(counting, tmp_path, tmp_path)
    assert not list(tmp_path.glob("*.json"))
    monkeypatch.setattr(Counting, "survives", True)
    record.record(counting, tmp_path, tmp_path)
    kept = json.loads((tmp_path / f"{counting.name}.json").read_text())
    with Image.open(tmp_path / f"{counting.name}.png") as picture:
        assert picture.getpixel((0, 0)) == (6, 6, 6)
        assert kept["picture_sha256"] == sha256(picture)
    assert (kept["steps"], kept["pair"]) == (6, SMALL.name)


def test_a_state_of_other_pictures_is_not_gone_on_from(
    counting: record.Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KeyboardInterrupt):
        record.record(counting, tmp_path, tmp_path)
    monkeypatch.setattr(Pair, "images", lambda _: (Image.new("RGB", (4, 4)),) * 2)
    monkeypatch.setattr(Counting, "load_state_dict", lambda *_: pytest.fail("it went on"))
    with pytest.raises(KeyboardInterrupt):
        record.record(counting, tmp_path, tmp_path)


def test_two_recorders_never_do_the_same_item(tmp_path: Path) -> None:
    path = tmp_path / "item.lock"
    with record.locked(path) as first, record.locked(path) as second:
        assert (first, second) == (True, False)
    with record.locked(path) as free:
        assert free


@pytest.fixture
def recorded(counting: record.Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> record.Item:
    monkeypatch.setattr(Counting, "survives", True)
    record.record(counting, tmp_path, tmp_path)
    return counting


def test_a_recorded_picture_is_found(recorded: record.Item, tmp_path: Path) -> None:
    assert record.recorded_picture(recorded, tmp_path) == tmp_path / f"{recorded.name}.png"


def test_a_picture_recorded_from_other_pictures_counts_as_none(
    recorded: record.Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pair, "images", lambda _: (Image.new("RGB", (4, 4)),) * 2)
    assert record.recorded_picture(recorded, tmp_path) is None


def test_a_picture_that_was_changed_since_is_refused(recorded: record.Item, tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / f"{recorded.name}.png")
    with pytest.raises(ValueError, match="is not the picture"):
        record.recorded_picture(recorded, tmp_path)


@pytest.mark.vgg
def test_what_the_plain_loop_reached_on_its_way_is_added_to_its_record(
    recorded: record.Item, tmp_path: Path
) -> None:
    content, style = SMALL.images()
    for step in record.MILESTONES:
        content.save(tmp_path / f"{recorded.name}-{step}.png")
    style.save(tmp_path / f"{recorded.name}.png")
    record.measure_milestones(recorded, tmp_path, tmp_path)
    found = json.loads((tmp_path / f"{recorded.name}.json").read_text())["milestones"]
    assert list(found) == ["250", "500", "1000", "6"]
    assert found["250"]["content_distance"] == pytest.approx(0, abs=1e-6)
    assert found["6"]["style_distance"] == 0
    assert found["6"]["content_distance"] > 1e-3
