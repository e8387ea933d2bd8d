"""A browser's fake camera: the flags that give it one, and the film that it shows."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


def write_camera_film(path: Path, *pictures: Image.Image, frames_each: int = 4) -> None:
    """A film for the browser's fake camera (YUV4MPEG2, 4:2:0, 30 frames a second) that shows each
    picture for ``frames_each`` frames, over and over. Their sides must be even, and the same.

    Chromium reads it as television does (BT.601, black at 16, white at 235), whatever it says.
    """
    width, height = pictures[0].size
    film = [f"YUV4MPEG2 W{width} H{height} F30:1 Ip A1:1 C420jpeg\n".encode()]
    for picture in pictures:
        luma, *colors = picture.convert("YCbCr").split()
        luma = luma.point(lambda value: round(16 + value * 219 / 255))
        colors = [
            plane.point(lambda value: round(128 + (value - 128) * 224 / 255)) for plane in colors
        ]
        half = (width // 2, height // 2)
        planes = [luma, *(plane.resize(half, Image.Resampling.BOX) for plane in colors)]
        film += [b"FRAME\n", *(plane.tobytes() for plane in planes)] * frames_each
    path.write_bytes(b"".join(film))
