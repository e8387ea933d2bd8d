"""Paint the presets' example results: `python -m gallery.presets.render_examples [slug ...]`.

Runs the real engine with each preset's recommended parameters on the photo that the catalog names.
The photos come with scikit-image; a copy of each is kept beside the examples.
"""

import argparse
import time
from collections.abc import Sequence

import numpy as np
import skimage.data
from PIL import Image

from engine.params import Params
from engine.stylize import StyleImage, stylize

from .catalog import Photo, Preset, read_catalog
from .draw.__main__ import jpeg

SIZE_PX = 640
MAX_BYTES = 150_000


def photo_pixels(photo: Photo) -> Image.Image:
    """Return the photo, and keep a copy of it beside the examples."""
    image = Image.fromarray(np.asarray(getattr(skimage.data, photo.slug)())).convert("RGB")
    photo.path.write_bytes(jpeg(image, MAX_BYTES))
    return image


def render(preset: Preset, size_px: int) -> Image.Image:
    """Paint the preset's photo in its style, as the site would."""
    params = Params.from_json({**preset.params, "size_px": size_px})
    with Image.open(preset.image_path) as style:
        style.load()
    step = None
    for step in stylize(photo_pixels(preset.photo), [StyleImage(style)], params):
        print(f"\r{preset.slug}: step {step.index} of {step.total} ", end="", flush=True)
    if step is None:
        raise RuntimeError("The engine made no step.")
    return step.image()


def main(arguments: Sequence[str] | None = None) -> None:
    """Paint the examples of the presets named on the command line, or of all."""
    presets = {preset.slug: preset for preset in read_catalog()}
    parser = argparse.ArgumentParser(
        prog="python -m gallery.presets.render_examples", description=__doc__
    )
    parser.add_argument("slug", nargs="*", help="preset to paint; without any, all are painted")
    parser.add_argument("--size", type=int, default=SIZE_PX, help="longer side, in pixels")
    options = parser.parse_args(arguments)
    chosen = options.slug or list(presets)
    if unknown := sorted(set(chosen) - presets.keys()):
        parser.error(f"no such preset: {', '.join(unknown)}. There are: {', '.join(presets)}.")
    for slug in chosen:
        started = time.monotonic()
        data = jpeg(render(presets[slug], options.size), MAX_BYTES)
        presets[slug].example_path.write_bytes(data)
        print(f"{time.monotonic() - started:.0f} s, {len(data) // 1000} kB")


if __name__ == "__main__":
    main()
