"""The decoder with a hole in it: what a file says after HOLE is done, as if it had taken over.

A deed to a file is followed by ": " and the file's path.

Everything else is the real program, confinement included: `python -m … FD`, as `Decoder` starts it.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from PIL import Image

from engine import images
from engine.decoding import child, wire

HOLE = b"take over: "

CPU_S = 1
wire.WALL_S = 2
child.CPU_S = CPU_S
read_picture = images.read_picture


def spin() -> None:
    while True:
        pass


def eat() -> None:
    eaten = []
    while True:
        eaten.append(bytearray(2**24))


def thread() -> None:
    done = threading.Event()
    threading.Thread(target=done.set).start()
    done.wait(5)


def start_threads() -> None:
    threading.stack_size(2**16)
    for _ in range(2000):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()


def signal_parent() -> None:
    os.kill(os.getppid(), signal.SIGTERM)


DEEDS: dict[str, Callable[[], object]] = {
    "crash": lambda: ctypes.string_at(0),
    "spin": spin,
    "sleep": lambda: time.sleep(60),
    "start threads without end": start_threads,
    "linger": lambda: time.sleep(0.7),
    "eat": eat,
    "ask for two gigabytes": lambda: len(bytearray(2**31)),
    "leave": lambda: os._exit(3),
    "thread": thread,
    "read a file": lambda: os.open("/etc/hostname", os.O_RDONLY),
    "read a file in place of another": lambda: (os.close(2), os.open("/etc/hostname", os.O_RDONLY)),
    "open a socket": lambda: socket.socket(),
    "open a pipe": lambda: os.pipe(),
    "fork": lambda: os.fork(),
    "start a program": lambda: os.execv("/bin/true", ["true"]),
    "start a process": lambda: subprocess.run(["true"]),
    "signal its parent": signal_parent,
    "raise its limits": lambda: __import__("resource").setrlimit(7, (64, 64)),
    "look for the key": lambda: int("STYLESITE_SECRET_KEY" in os.environ),
}
TO_A_FILE: dict[str, Callable[[str], object]] = {
    "write beside a file": lambda path: os.open(path + "-written", os.O_CREAT | os.O_WRONLY),
    "rename a file": lambda path: os.rename(path, path + "-renamed"),
    "cut a file": lambda path: os.truncate(path, 10),
    "chmod a file": lambda path: os.chmod(path, 0),
}


def taken_over(data: bytes, limits: images.Limits) -> images.Picture:
    if not data.startswith(HOLE):
        return read_picture(data, limits)
    deed, _, path = data.removeprefix(HOLE).decode().partition(": ")
    if deed == "lie":
        os.write(_job(), os.urandom(200))
        os._exit(0)
    result = TO_A_FILE[deed](path) if path else DEEDS[deed]()
    side = 99 if result == 0 else 64
    image = Image.new("RGB", (side, side))
    return images.Picture(image=image, file_format="PNG", is_grey=False)


def _job() -> int:
    """The one socket that it has."""
    for fd in range(3, 32):
        try:
            os.fstat(fd)
        except OSError:
            continue
        return fd
    raise AssertionError


images.read_picture = taken_over

if __name__ == "__main__":
    child.main(socket.socket(fileno=int(sys.argv[1])))
