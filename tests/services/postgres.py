"""A real PostgreSQL in a folder of its own, started, restarted and stopped as tests please."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg

from tests.services.processes import ServerError, end, free_ports, program, start, wait_until

# A test's database is gone in a minute: nothing has to survive a power cut.
HASTE = ["-cfsync=off", "-csynchronous_commit=off", "-cfull_page_writes=off"]


def folders() -> list[Path]:
    """Where Debian keeps the server's programs, off the PATH; the newest first."""
    found = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(found, key=lambda path: float(path.parent.name), reverse=True)


class Postgres:
    """One server on a free port. It refuses to be run by root, who starts it as `postgres`."""

    def __init__(self) -> None:
        hint = "apt-get install postgresql"
        self._server = program("postgres", hint, folders())
        self._initdb = program("initdb", hint, folders())
        (self.port,) = free_ports(1)
        self._folder = Path(tempfile.mkdtemp(prefix="stylesite-postgres-"))
        self._log = self._folder / "log"
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            try:
                account = pwd.getpwnam("postgres")
            except KeyError:
                raise ServerError(f"The user postgres is missing: {hint}.") from None
            os.chown(self._folder, account.pw_uid, account.pw_gid)
            self._as = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self._process: subprocess.Popen[bytes] | None = None
        made = subprocess.run(
            [
                *(self._initdb, "-D", str(self._folder / "data"), "-U", "stylesite"),
                *("--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
            ],
            capture_output=True,
            text=True,
            cwd="/",
            **self._as,
        )
        if made.returncode != 0:
            raise ServerError(f"initdb failed: {made.stderr}")
        self.start()

    def url(self, database: str = "postgres") -> str:
        return f"postgres://stylesite@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it, again too, on the same port with the same data."""
        self._process = start(
            [
                *(self._server, "-D", str(self._folder / "data"), "-p", str(self.port)),
                *("-h", "127.0.0.1", "-k", str(self._folder), *HASTE),
            ],
            self._log,
            cwd="/",
            **self._as,
        )
        wait_until(self._answers, self._process, self._log)

    def stop(self) -> None:
        """Stop it as `systemctl stop` does: connections are cut, what was committed stays."""
        end(self._process, signal.SIGINT)
        self._process = None

    def close(self) -> None:
        """Stop it without ceremony and forget its data."""
        end(self._process, signal.SIGQUIT)
        self._process = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def create(self, database: str, template: str = "template1") -> str:
        """A new database, a copy of `template`, which nobody may be using. Returns its address."""
        self.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def execute(self, sql: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql)  # type: ignore[call-overload]

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(self.url(), connect_timeout=2).close()
            return True
        return False
