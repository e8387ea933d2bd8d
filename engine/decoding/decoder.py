"""The site's end: one decoder for each process, which is started when it is first needed.

Any number of threads may read at once; how many shall, and whose, is decided above. A decoder that
has died is started again. Processes that are forked from this one have a decoder of their own.
"""

import atexit
import json
import logging
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic

from engine.decoding import wire
from engine.errors import ImageError
from engine.images import Limits, Picture

logger = logging.getLogger(__name__)

ANSWER_S = wire.WALL_S + 5
"""Somewhat longer than a file may take: the decoder itself ends what takes longer."""

_ROOT = Path(__file__).parents[2]
_END_S = 5
_DYING_S = 0.5


class Decoder:
    """Starts a process that decodes, and hands files to it."""

    def __init__(self, program: str = "engine.decoding.child") -> None:
        self._program = program
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def read(self, data: bytes, limits: Limits, longest_px: int | None = None) -> Picture:
        """The picture in `data`, its longer side at most `longest_px`.

        Raises ImageError as `engine.images.read_picture` does, and with the reason "unreadable"
        where the process that read it died, hung, or gave an answer that cannot be; with "busy"
        where this machine has no process or no descriptor for it.
        """
        try:
            return self._read(data, limits, longest_px)
        except wire.WireError as error:
            logger.warning("a picture could not be decoded: %s", error)
            raise _unreadable() from error
        except OSError as error:
            logger.exception("the decoder of pictures cannot be reached")
            raise _not_now() from error

    def start(self) -> None:
        """Start the process now, so that the first picture does not wait for it."""
        with self._lock:
            self._running()

    def close(self) -> None:
        """End the process, and whatever it reads at this moment."""
        with self._lock:
            if self._control is not None:
                self._control.close()
            if self._process is not None:
                try:
                    self._process.wait(_END_S)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait()
            self._control = self._process = None

    def forget(self) -> None:
        """In a forked process: leave the decoder to the process that it belongs to."""
        self._lock = threading.Lock()
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.returncode = 0  # not this process's to wait for
        self._control = self._process = None

    @property
    def pid(self) -> int | None:
        """Of the process, if there is one."""
        return None if self._process is None else self._process.pid

    def _read(self, data: bytes, limits: Limits, longest_px: int | None) -> Picture:
        connection, process = self._connected()
        try:
            return _asked(connection, data, limits, longest_px)
        except wire.WireError:
            # The process that forks looks at no file, so if it died, the file is not to blame.
            if not _has_died(process):
                raise
        connection, _another = self._connected()
        return _asked(connection, data, limits, longest_px)

    def _connected(self) -> tuple[socket.socket, subprocess.Popen[bytes]]:
        """Our end of a connection, and the process that got the other."""
        ours, theirs = socket.socketpair()
        try:
            with theirs, self._lock:
                return ours, self._hand_over(theirs)
        except BaseException:
            ours.close()
            raise

    def _hand_over(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        control, process = self._running()
        try:
            socket.send_fds(control, [b"!"], [theirs.fileno()])
        except ConnectionError:  # it has died since we looked
            process.wait()
            control, process = self._running()
            socket.send_fds(control, [b"!"], [theirs.fileno()])
        return process

    def _running(self) -> tuple[socket.socket, subprocess.Popen[bytes]]:
        if self._control is not None and self._process and self._process.poll() is None:
            return self._control, self._process
        if self._control is not None:
            logger.warning("the decoder of pictures has died and is started again")
            self._control.close()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-s", "-m", self._program, str(theirs.fileno())],
                cwd=_ROOT,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        return self._control, self._process


def _asked(
    connection: socket.socket, data: bytes, limits: Limits, longest_px: int | None
) -> Picture:
    with connection:
        line = wire.Line(connection, monotonic() + ANSWER_S)
        wire.send_request(line, data, limits, longest_px)
        return wire.receive_answer(line, limits, longest_px)


def _has_died(process: subprocess.Popen[bytes]) -> bool:
    """A moment is given to one that is just dying."""
    try:
        process.wait(_DYING_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def walls() -> dict[str, bool]:
    """Which walls stand around a picture that is read on this machine: tried, in a process that
    ends. Raises OSError, or subprocess.SubprocessError where nothing can be confined here."""
    tried = subprocess.run(
        [sys.executable, "-s", "-m", "engine.decoding.confinement"],
        cwd=_ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=ANSWER_S,
        check=True,
    )
    found: dict[str, bool] = json.loads(tried.stdout)
    return found


def environment() -> dict[str, str]:
    """No key and no password of the site goes there; one thread, and one heap for it."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
    return {**kept, **threads, "PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8"}


def _unreadable() -> ImageError:
    return ImageError(
        "We couldn’t read this picture. Please save it anew, or as a JPEG, and try again.",
        reason="unreadable",
    )


def _not_now() -> ImageError:
    return ImageError(
        "Pictures cannot be read right now. Nothing is wrong with yours; please send it again.",
        reason="busy",
    )


decoder = Decoder()
"""That of this process."""

os.register_at_fork(after_in_child=decoder.forget)
atexit.register(decoder.close)
