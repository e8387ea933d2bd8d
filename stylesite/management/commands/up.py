"""`manage.py up`: the whole site in one command, pages and painting, until Ctrl-C.

It starts the web server and the supervisor of the workers, starts them again should they die, and
leaves no process behind. What can be wrong before that is said in one sentence each.
"""

import errno
import fcntl
import http.client
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import IO, Any, NoReturn

from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from gallery.files import FilesUnavailableError
from transfers.queue.processes import Child

LOOK_S = 0.25
ANSWER_S = 2.0
STOP_S = 9.5
SAY_SLOW_S = 30.0
MIN_FREE_BYTES = 200 * 2**20


class Command(BaseCommand):
    help = "Starts the site and its workers, and prints the address once the home page answers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port",
            default=os.environ.get("STYLESITE_PORT") or "8000",
            help="Port to listen on (default: STYLESITE_PORT, or 8000; 0 takes any free one).",
        )
        parser.add_argument(
            "--host",
            default="127.0.0.1",
            help="Address to listen on (default 127.0.0.1, this machine only; 0.0.0.0 for all).",
        )

    def handle(self, *args: Any, port: str, host: str, **options: Any) -> None:
        data_dir: Path = settings.DATA_DIR
        check_data_dir(data_dir)
        with take_lock(data_dir), listen(host, port) as listener:
            check_database()
            check_bucket()
            Site(self, host, listener).run()


def give_up(sentence: str) -> NoReturn:
    """End with a sentence that says what to do, and no traceback."""
    raise SystemExit(sentence)


def check_data_dir(data_dir: Path) -> None:
    """Make sure that the data folder can be written to and that its disk is not full."""
    try:
        with tempfile.TemporaryFile(dir=data_dir) as file:
            file.write(b"x")
        free_bytes = shutil.disk_usage(data_dir).free
    except OSError as error:
        reason = "its disk is full" if error.errno == errno.ENOSPC else str(error.strerror)
        give_up(
            f"Stylesite cannot write to its data folder {data_dir} ({reason}). Make room or make "
            "it writable, or set STYLESITE_DATA_DIR to another folder."
        )
    if free_bytes < MIN_FREE_BYTES:
        give_up(
            f"The disk that holds {data_dir} has only {free_bytes // 2**20} MB left. Make room "
            f"for at least {MIN_FREE_BYTES // 2**20} MB, or set STYLESITE_DATA_DIR to a folder "
            "on another disk."
        )


def take_lock(data_dir: Path) -> IO[str]:
    """The lock of a running site; it goes with the process, however that ends."""
    lock = (data_dir / "up.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        give_up(
            f"Stylesite is already running with the data folder {data_dir}. Stop it first, or set "
            "STYLESITE_DATA_DIR to another folder."
        )
    return lock


def listen(host: str, port: str) -> socket.socket:
    """A listening socket, kept for the site's whole life: visitors wait while the server restarts,
    instead of being refused."""
    if not port.isdigit() or int(port) > 65535:
        give_up(f"{port!r} is not a port. Use --port or STYLESITE_PORT with a number up to 65535.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, int(port)), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            give_up(
                f"Port {port} is in use by another program. Stop that program, or choose another "
                "port with --port or STYLESITE_PORT."
            )
        give_up(
            f"Stylesite cannot listen on {host}, port {port} ({error.strerror}). Choose another "
            "address with --host, or a port above 1023 with --port."
        )


def check_database() -> None:
    """Make sure that the database answers and has all its tables."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        give_up(f"The database does not answer ({error}). Check STYLESITE_DATABASE_URL.")
    finally:
        connection.close()
    if missing:
        give_up("The database is not up to date. Run `python manage.py migrate` and start again.")


def check_bucket() -> None:
    """Make sure that the bucket is there and lets us in, when files lie in one."""
    if not settings.S3_BUCKET:
        return
    try:
        storages["default"].check()  # type: ignore[attr-defined]  # gallery.s3.S3Files
    except FilesUnavailableError as error:
        give_up(
            f"The bucket {settings.S3_BUCKET} does not let Stylesite in ({error.strerror}). Check "
            "STYLESITE_S3_BUCKET and the settings that belong to it."
        )


class Site:
    """The two children of a running site: the web server and the workers' supervisor."""

    def __init__(self, command: BaseCommand, host: str, listener: socket.socket) -> None:
        self._command = command
        port = listener.getsockname()[1]
        self._target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port  # noqa: S104
        shown = f"[{self._target[0]}]" if ":" in self._target[0] else self._target[0]
        self.address = f"http://{shown}:{port}/"
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", "python:stylesite.web_server"]
        self._web = Child(
            "the web server",
            [*gunicorn, "--bind", f"fd://{listener.fileno()}"],
            when_parent_dies=signal.SIGTERM,
            pass_fds=[listener.fileno()],
            cwd=settings.BASE_DIR,
        )
        self._work = Child(
            "the supervisor of the workers",
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "work", "--skip-checks"],
            when_parent_dies=signal.SIGTERM,
            cwd=settings.BASE_DIR,
        )
        self._stopping = threading.Event()

    def run(self) -> None:
        """Start both, keep both running, and stop both on SIGINT, SIGTERM or SIGHUP."""
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            # Under nohup, SIGHUP is ignored and stays so.
            if signum != signal.SIGHUP or signal.getsignal(signum) is not signal.SIG_IGN:
                signal.signal(signum, self._ask_to_stop)
        try:
            self._web.start()
            self._work.start()
            self._wait_until_ready()
            while not self._stopping.wait(LOOK_S):
                self._keep_running()
        finally:
            self._stop()

    def _ask_to_stop(self, _signum: int, _frame: FrameType | None) -> None:
        self._stopping.set()

    def _keep_running(self) -> None:
        self._web.restart_if_dead()
        self._work.restart_if_dead()

    def _wait_until_ready(self) -> None:
        said_slow_at = monotonic() + SAY_SLOW_S
        while not self._stopping.wait(LOOK_S):
            answer = self._home_page()
            if answer == http.HTTPStatus.OK:
                self._say(f"Stylesite is ready at {self.address} (stop it with Ctrl-C)")
                return
            if monotonic() > said_slow_at:
                said_slow_at = float("inf")
                self._say(
                    f"The home page answers {answer}, not 200: the lines above say why."
                    if answer
                    else "The web server is slow to start; still waiting."
                )
            self._keep_running()
            if self._web.quick_deaths:
                give_up("The web server does not start. The lines above say why.")

    def _home_page(self) -> int | None:
        """The status of the home page, or None when nobody answers yet."""
        connection = http.client.HTTPConnection(*self._target, timeout=ANSWER_S)
        allowed = [name for name in settings.ALLOWED_HOSTS if "*" not in name]
        known_as = allowed[0].lstrip(".") if allowed else self._target[0]
        headers = {"Host": known_as}
        if settings.BEHIND_HTTPS:
            headers["X-Forwarded-Proto"] = "https"
        try:
            connection.request("GET", "/", headers=headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def _stop(self) -> None:
        self._say("Stopping: pictures being painted go back to the queue.")
        deadline = monotonic() + STOP_S
        for child in (self._web, self._work):
            child.ask_to_stop()
        for child in (self._web, self._work):
            child.wait(deadline)
            child.kill()

    def _say(self, words: str) -> None:
        self._command.stdout.write(words)
        self._command.stdout.flush()
