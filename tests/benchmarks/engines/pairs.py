"""The pictures that every engine of the comparison is given: seven photos, each with a style image.

Photos come with scikit-image's wheel (`skimage/data`), so nothing is downloaded: astronaut (NASA,
public domain), camera (Lav Varshney, CC0), chelsea (Stefan van der Walt, CC0), coffee (Rachel
Michetti, CC0), coins (Brooklyn Museum, no known copyright restrictions), rocket (SpaceX, public
domain); so scikit-image 0.26.0 documents them. The style images are presets of this site.

Both are cut to their central square and resized beforehand, so that all engines see the same
pixels and none gains or loses by its own way of resizing.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from skimage import data

PHOTOS = Path(data.__file__).parent
STYLES = Path(__file__).parents[3] / "gallery" / "presets" / "images"


@dataclass(frozen=True, slots=True)
class Pair:
    """A photo and a style image, each a square of `side_px`."""

    photo: str
    style: str
    side_px: int

    @property
    def name(self) -> str:
        """Such as "coffee-woodblock-waves-256"."""
        return f"{Path(self.photo).stem}-{self.style}-{self.side_px}"

    def images(self) -> tuple[Image.Image, Image.Image]:
        """The photo and the style image, mode RGB, `side_px` square."""
        return (
            _square(PHOTOS / self.photo, self.side_px),
            _square(STYLES / f"{self.style}.jpg", self.side_px),
        )


PAIRS = (
    Pair("astronaut.png", "cubist-facets", 256),
    Pair("chelsea.png", "swirling-impasto", 256),
    Pair("coffee.png", "woodblock-waves", 256),
    Pair("rocket.jpg", "pointillism", 256),
    Pair("camera.png", "watercolour", 256),
    Pair("coins.png", "stained-glass", 256),
    Pair("astronaut.png", "mosaic", 512),
)


def sha256(image: Image.Image) -> str:
    """The hash of the picture's mode, size and pixels, whatever file it came from."""
    digest = hashlib.sha256(f"{image.mode} {image.size} ".encode())
    digest.update(image.tobytes())
    return digest.hexdigest()


def _square(path: Path, side_px: int) -> Image.Image:
    with Image.open(path) as file:
        image = file.convert("RGB")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.crop((left, top, left + side, top + side))
    return square.resize((side_px, side_px), Image.Resampling.LANCZOS)
