"""The slow engines of the comparison behind one face: photo and style in, then step by step."""

from typing import Any, Protocol

from PIL import Image

from tests.benchmarks.engines.peers import PasticheRun, PysticheRun
from tests.benchmarks.engines.plain import PlainRun


class Run(Protocol):
    """An engine painting one photo; `steps` is how many it takes by default."""

    version: str
    steps: int

    def __init__(self, content: Image.Image, style: Image.Image, device: str = "cpu") -> None:
        """Prepares to paint `content` in the manner of `style`, both RGB and of the same size."""

    def step(self) -> float:
        """Moves the picture once; returns the engine's own loss before that."""

    def picture(self) -> Image.Image:
        """The picture as it stands: RGB, 8 bits."""

    def state_dict(self) -> dict[str, Any]:
        """All that decides how the run goes on; plain data and tensors."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from `state`."""


ENGINES: dict[str, type[Run]] = {
    "plain": PlainRun,
    "pastiche": PasticheRun,
    "pystiche": PysticheRun,
}
