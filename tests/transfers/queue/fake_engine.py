"""Stands in for `engine.stylize` where only the queue matters."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from PIL import Image

from engine.errors import CheckpointError
from engine.pyramid import Level, Plan


@dataclass(frozen=True)
class FakeStep:
    index: int
    total: int
    level: int = 1
    levels: int = 1
    width: int = 64
    height: int = 43
    content_loss: float = 1.5
    style_loss: float = 2.5
    tv_loss: float = 0.5
    total_loss: float = 4.5

    @property
    def plan(self) -> Plan:
        return Plan((Level(self.width, self.height, self.total),))

    @property
    def is_last(self) -> bool:
        return self.index == self.total

    def preview(self, max_side_px: int) -> Image.Image:
        return Image.new("RGB", (64, 43), "teal")

    def image(self) -> Image.Image:
        return Image.new("RGB", (64, 43), "teal")

    def checkpoint(self) -> bytes:
        return b"after step %d" % self.index


class FakeEngine:
    """Stands in for engine.stylize: `total` steps, calling `before` ahead of each."""

    def __init__(self, total: int = 5) -> None:
        self.total = total
        self.resumed: list[bytes | None] = []
        self.before: Callable[[int], None] = lambda index: None
        self.levels: dict[int, int] = {}

    def __call__(
        self, content: Any, styles: Any, params: Any, *, resume: bytes | None = None, **_: Any
    ) -> Iterator[FakeStep]:
        self.resumed.append(resume)
        if resume == b"unreadable":
            raise CheckpointError("The checkpoint is damaged.")
        done = int(resume.split()[-1]) if resume else 0
        for index in range(done + 1, self.total + 1):
            self.before(index)
            yield FakeStep(index, self.total, level=self.levels.get(index, 1))
