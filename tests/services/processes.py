"""What the servers have in common: free ports, programs that must be there, waiting, an end."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic, sleep

from transfers.queue.processes import die_with_parent

START_S = 60


class ServerError(Exception):
    """A server that a test needs is missing or does not start; says what to do."""


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, nor 10,000 above: SeaweedFS takes those as well."""
    with contextlib.ExitStack() as taken:
        ports: list[int] = []
        while len(ports) < count:
            one = taken.enter_context(socket.create_server(("127.0.0.1", 0)))
            port = int(one.getsockname()[1])
            if port + 10_000 > 65_535:
                continue
            with contextlib.suppress(OSError):
                taken.enter_context(socket.create_server(("127.0.0.1", port + 10_000)))
                ports.append(port)
        return ports


def program(name: str, hint: str, folders: Sequence[Path] = ()) -> str:
    """The path of a program, in `folders` or on the PATH. `hint` says how to get it."""
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])
    found = shutil.which(name, path=path)
    if found is None:
        raise ServerError(f"{name} is missing, and tests need it: {hint}.")
    return found


def start(command: Sequence[str], log: Path, **options: object) -> "subprocess.Popen[bytes]":
    """Start a server that does not outlive this process."""
    me = os.getpid()
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(me),
            **options,  # type: ignore[call-overload]
        )


def wait_until(
    ready: Callable[[], bool],
    process: "subprocess.Popen[bytes]",
    log: Path,
    seconds: float = START_S,
) -> None:
    """Wait until a server answers; its log is in the error when it does not."""
    deadline = monotonic() + START_S
    while not ready():
        if process.poll() is not None or monotonic() > deadline:
            end(process)
            raise ServerError(f"{process.args} did not start:\n{log.read_text()[-3000:]}")
        sleep(0.05)


def end(process: "subprocess.Popen[bytes] | None", signum: int = signal.SIGKILL) -> None:
    """End a server and all that it started."""
    if process is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signum)
    process.wait()


def weed() -> str:
    return program("weed", "pip install -r requirements-dev.txt", [Path(sys.executable).parent])
