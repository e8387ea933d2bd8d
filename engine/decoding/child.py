"""The process that decodes: `python -m engine.decoding.child FD`, started by `decoder`.

It loads all that decoding needs, gives up its rights, and then only forks: one process for each
file, which is confined before it looks at it and ends with it. So what a file does to a process,
no other file meets, and no memory stays. When the site's end of FD closes, everything here ends.
"""

import contextlib
import io
import os
import select
import signal
import socket
import sys
from time import monotonic

import pillow_heif
from PIL import AvifImagePlugin, Image, ImageCms, TiffImagePlugin, features

from engine import images
from engine.decoding import confinement, wire
from engine.errors import ImageError

CPU_S = 20
"""So much of it may be computing: ten times what the largest pictures take."""

BYTES_A_PIXEL = 24
SPARE_BYTES = 192 * 2**20
"""Memory for a file: so much for each pixel that it may have at most, and so much besides."""

_LOOK_S = 0.1

_LOADED = (TiffImagePlugin,)  # which Pillow would load for the first EXIF that it meets


def main(control: socket.socket) -> None:
    """Fork for every connection that arrives on `control`, until it closes."""
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)  # the site's end decides
    _load_everything()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    confinement.step_down()
    at_work: dict[int, float] = {}
    while True:
        ready, _, _ = select.select([control], [], [], _LOOK_S if at_work else None)
        if ready:
            _, arrived, _, _ = socket.recv_fds(control, 1, 1)
            if not arrived:
                break
            with socket.socket(fileno=arrived[0]) as job:
                if (pid := _fork()) == 0:
                    control.close()
                    os.dup2(nowhere, 2)  # what a file makes a library say goes into no log
                    _work(job)
                if pid is not None:
                    at_work[pid] = monotonic() + wire.WALL_S
        _look_after(at_work)
    for pid in at_work:
        os.kill(pid, signal.SIGKILL)


def _fork() -> int | None:
    """None where no process can be had: then this file is not read, and others may be."""
    try:
        return os.fork()
    except OSError:
        return None


def _look_after(at_work: dict[int, float]) -> None:
    """Forget those that have ended, and end those whose time is up."""
    for pid, until in list(at_work.items()):
        if monotonic() > until:
            os.kill(pid, signal.SIGKILL)
        ended, _status = os.waitpid(pid, os.WNOHANG)
        if ended:
            del at_work[pid]


def _work(job: socket.socket) -> None:
    """In a process of its own: one file, and the end."""
    try:
        line = wire.Line(job)
        data, limits, longest_px = wire.receive_request(line)
        most_bytes = 2 * limits.max_bytes + BYTES_A_PIXEL * limits.max_pixels + SPARE_BYTES
        try:
            confinement.confine(most_bytes, CPU_S)
            picture = images.read_picture(bytes(data), limits)
            if longest_px is not None:
                picture = picture.within(longest_px)
            wire.send_picture(line, picture)
        except ImageError as error:
            wire.send_refusal(line, error)
        except BaseException as error:  # told to the site, which knows no more of it
            wire.send_failure(line, error)
    except wire.WireError:
        pass
    finally:
        os._exit(0)


def _load_everything() -> None:
    """Whatever is loaded when first needed: afterwards nothing can be opened any more."""
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    pillow_heif.options.DECODE_THREADS = 0
    Image.init()
    for kind in ("jpg", "webp", "avif", "littlecms2"):
        features.check(kind)
    drawn = Image.new("RGB", (64, 48), "white")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x0112] = 6
    for kind in ("JPEG", "PNG", "WEBP"):
        file = io.BytesIO()
        drawn.save(file, kind, exif=exif.tobytes(), icc_profile=profile)
        with contextlib.suppress(ImageError):
            images.read_picture(file.getvalue(), images.Limits())


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
