"""A real Redis on a free port, with nothing kept on the disk."""

import contextlib
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import redis

from tests.services.processes import end, free_ports, program, start, wait_until


class RedisServer:
    """One server on 127.0.0.1."""

    def __init__(self) -> None:
        server = program("redis-server", "apt-get install redis-server", [Path("/usr/bin")])
        (self.port,) = free_ports(1)
        self._folder = Path(tempfile.mkdtemp(prefix="stylesite-redis-"))
        self._command = [server, "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""]
        self.start()

    def start(self) -> None:
        log = self._folder / "log"
        self._process: subprocess.Popen[bytes] = start(self._command, log, cwd=self._folder)
        wait_until(self._answers, self._process, log)

    def stop(self) -> None:
        """Gone, with all that was counted; `start` brings it back to the same port."""
        end(self._process)

    def freeze(self) -> None:
        """Takes connections and never answers, until it is stopped."""
        self._process.send_signal(signal.SIGSTOP)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        with contextlib.suppress(redis.ConnectionError), redis.Redis(port=self.port) as client:
            return bool(client.ping())
        return False
