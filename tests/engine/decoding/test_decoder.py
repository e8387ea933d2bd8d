"""What a decoder reads, what becomes of it when a file breaks it, and what it costs."""

import gc
import io
import os
import resource
import socket
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic

import pytest
from PIL import Image

from engine.decoding.decoder import Decoder
from engine.errors import ImageError
from engine.images import FORMATS, Limits, read_picture
from tests.engine.decoding.conftest import LIMITS, children, drawn, refused, until
from tests.engine.decoding.hostile_child import HOLE


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_is_the_same_as_if_it_were_read_here(decoder: Decoder, kind: str) -> None:
    data = drawn(kind)
    there, here = decoder.read(data, LIMITS), read_picture(data, LIMITS)
    assert there.image.tobytes() == here.image.tobytes()
    assert (there.image.mode, there.image.size) == (here.image.mode, here.image.size)
    assert (there.file_format, there.is_grey, there.xmp) == (kind, False, here.xmp)


def test_a_jpeg_with_a_second_picture_is_read(decoder: Decoder) -> None:
    buffer = io.BytesIO()
    first, second = Image.new("RGB", (97, 64), "teal"), Image.new("RGB", (48, 32))
    first.save(buffer, "MPO", save_all=True, append_images=[second])
    there = decoder.read(buffer.getvalue(), LIMITS)
    assert (there.file_format, there.image.size) == ("JPEG", (97, 64))


def test_only_the_formats_that_are_asked_for_are_opened(decoder: Decoder) -> None:
    only_png = Limits(formats=("PNG",))
    assert decoder.read(drawn("PNG"), only_png).file_format == "PNG"
    with pytest.raises(ImageError, match="use a PNG picture") as caught:
        decoder.read(drawn("JPEG"), only_png)
    assert caught.value.reason == "unsupported"


def test_transparency_greys_and_xmp_come_along(decoder: Decoder) -> None:
    image = Image.linear_gradient("L").convert("RGBA")
    image.putalpha(Image.linear_gradient("L"))
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", lossless=True, xmp=b"<said/>")
    there = decoder.read(buffer.getvalue(), LIMITS)
    assert (there.image.mode, there.xmp) == ("RGBA", b"<said/>")
    assert there.image.tobytes() == read_picture(buffer.getvalue(), LIMITS).image.tobytes()
    assert decoder.read(drawn(mode="L"), LIMITS).is_grey


def test_it_is_brought_down_to_the_side_that_is_asked_for(decoder: Decoder) -> None:
    data = drawn(size=(300, 200))
    assert decoder.read(data, LIMITS, 150).image.size == (150, 100)
    assert decoder.read(data, LIMITS, 400).image.size == (300, 200)
    here = read_picture(data, LIMITS).within(150).image
    assert decoder.read(data, LIMITS, 150).image.tobytes() == here.tobytes()


def test_a_narrow_picture_may_be_brought_down_to_less_than_a_pixel_of_width(
    decoder: Decoder,
) -> None:
    assert decoder.read(drawn(size=(32, 4000)), LIMITS, 64).image.size == (1, 64)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<svg/>", "svg"),
        (b"GIF89a", "gif"),
        (b"words", "not_an_image"),
        (drawn()[:200], "damaged"),
        (drawn(size=(20, 20)), "too_small"),
        (drawn(size=(2000, 1001), mode="L"), "too_many_pixels"),
    ],
)
def test_a_refusal_says_the_same_as_here(decoder: Decoder, data: bytes, reason: str) -> None:
    with pytest.raises(ImageError) as there:
        decoder.read(data, LIMITS)
    with pytest.raises(ImageError) as here:
        read_picture(data, LIMITS)
    assert there.value.reason == here.value.reason == reason
    assert there.value.sentence == here.value.sentence


def test_several_are_read_at_once(decoder: Decoder) -> None:
    sizes: list[tuple[int, int]] = []
    threads = [
        threading.Thread(target=lambda: sizes.append(decoder.read(drawn(), LIMITS).image.size))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sizes == [(97, 64)] * 6


@pytest.mark.parametrize("deed", ["crash", "leave", "eat", "spin", "sleep", "lie"])
def test_a_file_that_breaks_its_decoder_is_refused_and_breaks_nothing_else(
    hostile: Decoder, deed: str
) -> None:
    before = hostile.read(drawn(), LIMITS).image.size, hostile.pid
    began = monotonic()
    reason = refused(hostile, HOLE + deed.encode())
    assert reason == "unreadable"
    assert monotonic() - began < 10
    assert (hostile.read(drawn(), LIMITS).image.size, hostile.pid) == before
    assert until(lambda: not children(hostile.pid))


def test_a_decoder_that_was_killed_is_started_again(decoder: Decoder) -> None:
    decoder.read(drawn(), LIMITS)
    killed = decoder.pid
    assert killed is not None
    os.kill(killed, 9)
    assert decoder.read(drawn(), LIMITS).image.size == (97, 64)
    assert decoder.pid != killed


def test_whatever_it_reads_when_it_is_killed_is_read_again(hostile: Decoder) -> None:
    sizes: list[tuple[int, int]] = []
    data = HOLE + b"linger"
    threads = [
        threading.Thread(target=lambda: sizes.append(hostile.read(data, LIMITS).image.size))
        for _ in range(4)
    ]
    hostile.start()
    for thread in threads:
        thread.start()
    assert hostile.pid is not None
    assert until(lambda: len(children(hostile.pid)) == 4, 10)
    os.kill(hostile.pid, 9)
    for thread in threads:
        thread.join()
    assert sizes == [(64, 64)] * 4


@pytest.mark.parametrize("spare", [0, 2, 4, 5])
def test_without_descriptors_nothing_is_said_against_the_picture(spare: int) -> None:
    decoder, before = Decoder(), os.listdir("/proc/self/fd")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    first_free = os.dup(0)
    os.close(first_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (first_free + spare, hard))
    try:
        assert refused(decoder, drawn()) == "busy"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        decoder.close()
    assert os.listdir("/proc/self/fd") == before


PARENT = """
import sys, time
from engine.decoding.decoder import Decoder, environment
from engine.images import Limits
decoder = Decoder("tests.engine.decoding.hostile_child")
decoder.start()
print(decoder.pid, flush=True)
import threading
threading.Thread(target=decoder.read, args=(b"take over: sleep", Limits())).start()
time.sleep(60)
"""


def test_no_process_outlives_the_one_that_started_it() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert until(lambda: len(children(pid)) == 1, 10)
        at_work = children(pid)[0]
        parent.kill()
    assert until(lambda: not _lives(pid) and not _lives(at_work))


def test_a_forked_process_starts_its_own_and_leaves_this_one_alone(decoder: Decoder) -> None:
    decoder.read(drawn(), LIMITS)
    ours, pid = decoder.pid, os.fork()
    if pid == 0:
        decoder.forget()
        try:
            size = decoder.read(drawn(), LIMITS).image.size
            done = size == (97, 64) and decoder.pid != ours
            decoder.close()
        finally:
            os._exit(0 if done else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert decoder.read(drawn(), LIMITS).image.size == (97, 64)
    assert decoder.pid == ours


def test_memory_and_descriptors_stay_as_they_were(decoder: Decoder) -> None:
    data = drawn(size=(800, 600))

    def held() -> tuple[int, int]:
        gc.collect()
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * 4096
        theirs = int(Path(f"/proc/{decoder.pid}/statm").read_text().split()[1]) * 4096
        return resident + theirs, len(os.listdir("/proc/self/fd"))

    for _ in range(10):
        decoder.read(data, LIMITS)
    before = held()
    for _ in range(60):
        decoder.read(data, LIMITS)
        refused(decoder, data[:2000])
    after = held()
    assert after[0] - before[0] < 8 * 2**20  # one picture is 1.4 MB
    assert after[1] == before[1]


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_its_socket_is_not_handed_to_programs_that_are_started(decoder: Decoder) -> None:
    decoder.read(drawn(), LIMITS)
    shown = subprocess.run(
        ["ls", "-l", "/proc/self/fd"], capture_output=True, text=True, close_fds=False
    )
    assert f"socket:[{_inode(decoder)}]" not in shown.stdout


def _inode(decoder: Decoder) -> int:
    control = decoder._control
    assert isinstance(control, socket.socket)
    return os.fstat(control.fileno()).st_ino
