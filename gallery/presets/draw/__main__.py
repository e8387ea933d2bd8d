"""Write the presets' JPEGs: `python -m gallery.presets.draw [slug ...]`.

Every picture is drawn at twice its side and scaled down, which smooths all edges alike.
"""

import argparse
import importlib
import io
import time
from pathlib import Path

from PIL import Image

SIDE_PX = 768
MAX_BYTES = 350_000
_BEST_QUALITY, _WORST_QUALITY = 92, 60
_SCRIPTS = Path(__file__).parent
IMAGES = _SCRIPTS.parent / "images"


def slugs() -> list[str]:
    """Return the slugs of all presets that have a script: those with a `draw` function."""
    named = {path.stem: path.read_text("utf-8") for path in _SCRIPTS.glob("*.py")}
    return sorted(name.replace("_", "-") for name, text in named.items() if "\ndef draw(" in text)


def draw_preset(slug: str, size_px: int) -> Image.Image:
    """Draw one preset with a side of `size_px`."""
    script = importlib.import_module(f"gallery.presets.draw.{slug.replace('-', '_')}")
    picture: Image.Image = script.draw(size_px)
    return picture


def finished(slug: str) -> Image.Image:
    """Draw one preset as it is committed, before JPEG."""
    side = (SIDE_PX, SIDE_PX)
    return draw_preset(slug, 2 * SIDE_PX).resize(side, Image.Resampling.LANCZOS)


def jpeg(image: Image.Image, max_bytes: int) -> bytes:
    """Return the best JPEG of at most `max_bytes`, without metadata."""
    plain = Image.frombytes(image.mode, image.size, image.tobytes())
    for quality in range(_BEST_QUALITY, _WORST_QUALITY - 1, -1):
        data = io.BytesIO()
        plain.save(data, "JPEG", quality=quality, optimize=True, progressive=True)
        if data.tell() <= max_bytes:
            return data.getvalue()
    raise ValueError(f"The picture does not fit in {max_bytes} bytes; make its texture calmer.")


def main() -> None:
    """Draw the presets named on the command line, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m gallery.presets.draw", description=__doc__)
    parser.add_argument("slug", nargs="*", help="preset to draw; without any, all are drawn")
    chosen = parser.parse_args().slug or slugs()
    if unknown := sorted(set(chosen) - set(slugs())):
        parser.error(f"no such preset: {', '.join(unknown)}. There are: {', '.join(slugs())}.")
    for slug in chosen:
        started = time.monotonic()
        data = jpeg(finished(slug), MAX_BYTES)
        (IMAGES / f"{slug}.jpg").write_bytes(data)
        print(f"{slug}: {time.monotonic() - started:.1f} s, {len(data) // 1000} kB")


if __name__ == "__main__":
    main()
