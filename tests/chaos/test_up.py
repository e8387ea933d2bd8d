"""`manage.py up`: one command for the whole site, and nothing left of it afterwards."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

from tests.chaos.installation import LONG_S, START_S, Installation, ready

pytestmark = pytest.mark.chaos


def status(address: str) -> int:
    with build_opener(ProxyHandler({})).open(address, timeout=10) as answer:
        return int(answer.status)


@pytest.fixture(scope="module")
def running(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A whole site for those who leave it as it is."""
    site = Installation(tmp_path_factory.mktemp("running") / "data")
    shutil.copytree(prepared, site.data_dir)
    site.start("up", "--port", "0")
    ready(site)
    yield site
    site.stop_everything()


@pytest.mark.parametrize(
    "signum", [signal.SIGINT, pytest.param(signal.SIGHUP, marks=pytest.mark.long)]
)
def test_it_answers_when_it_says_so_and_stops_without_a_trace(
    site: Installation, signum: signal.Signals
) -> None:
    (pk,) = site.submit(seconds=LONG_S)
    up = site.start("up", "--port", "0")
    assert status(ready(site)) == HTTPStatus.OK
    site.wait_for(lambda: site.transfer(pk, "step")[0] > 5, START_S, "some steps")
    up.send_signal(signum)
    assert up.wait(10) == 0
    assert site.processes() == {}
    assert site.transfer(pk, "state, attempts") == ("queued", 0)


def test_killed_with_9_it_takes_everything_with_it(site: Installation) -> None:
    up = site.start("up", "--port", "0")
    ready(site)
    site.wait_for(lambda: len(site.pids("queue.pool")) >= 5, START_S, "the pool")
    up.kill()
    up.wait()
    site.wait_for(lambda: not site.processes(), 10, "everything to be gone")


def test_a_killed_child_is_started_again_and_the_address_stays(site: Installation) -> None:
    site.start("up", "--port", "0")
    address = ready(site)
    for words in ["gunicorn", "manage.py work"]:
        old = site.pids(words)
        assert old, words
        for pid in old:
            os.kill(pid, signal.SIGKILL)
        site.wait_for(lambda: site.pids(words) - old, 10, f"{words} to be back")  # noqa: B023
    assert status(address) == HTTPStatus.OK


def test_the_web_server_never_loads_torch(running: Installation) -> None:
    site = running
    assert status(ready(site)) == HTTPStatus.OK
    site.wait_for(lambda: len(site.pids("queue.pool")) >= 5, START_S, "the pool")
    maps = {
        name: [Path(f"/proc/{pid}/maps").read_text() for pid in site.pids(name)]
        for name in ["gunicorn", "queue.pool"]
    }
    assert len(maps["gunicorn"]) >= 3
    assert not any("libtorch" in text for text in maps["gunicorn"])
    assert all("libtorch" in text for text in maps["queue.pool"])


def test_a_second_one_on_the_same_data_folder_is_refused(running: Installation) -> None:
    assert "already running" in running.refused("up", "--port", "0")


def test_a_port_in_use_is_said_in_a_sentence(site: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"Port {port} is in use" in site.refused("up", "--port", port)


@pytest.mark.parametrize("port", ["eighty", "70000", "-1"])
def test_a_port_that_is_none_is_said_in_a_sentence(site: Installation, port: str) -> None:
    assert "is not a port" in site.refused("up", f"--port={port}")


def test_a_database_without_its_tables_is_said_in_a_sentence(site: Installation) -> None:
    (site.data_dir / "db.sqlite3").unlink()
    assert "manage.py migrate" in site.refused("up", "--port", "0")


def test_a_data_folder_that_cannot_be_written_is_said_in_a_sentence(site: Installation) -> None:
    site.env["STYLESITE_DATA_DIR"] = str(site.data_dir / "db.sqlite3" / "below a file")
    assert "STYLESITE_DATA_DIR" in site.refused("up", "--port", "0")


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk takes root")
def test_a_full_disk_is_said_in_a_sentence(site: Installation, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(small)], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("this machine does not let us mount a small disk")
    try:
        shutil.copy(site.data_dir / "db.sqlite3", small)
        site.env["STYLESITE_DATA_DIR"] = str(small)
        assert "Make room" in site.refused("up", "--port", "0")
        with contextlib.suppress(OSError):  # up to the last byte
            (small / "filler").write_bytes(b"\0" * 2**24)
        assert "disk is full" in site.refused("up", "--port", "0")
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)
