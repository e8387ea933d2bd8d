"""What the supervisor does beside what the chaos tests show: workers beyond their memory."""

import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings

from transfers.models import Transfer
from transfers.queue import workers
from transfers.queue.supervisor import Supervisor

Submit = Callable[..., Transfer]

GREEDY = "held = bytearray(100 * 2**20); print('ready', flush=True); input()"


@pytest.fixture
def greedy() -> Iterator[subprocess.Popen[str]]:
    """A process that holds 100 MB and waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", GREEDY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def held_by(transfer: Transfer, pid: int) -> str:
    worker = f"{workers.system()}/{pid}.{workers._started(pid)}"
    Transfer.objects.filter(pk=transfer.pk).update(
        state=Transfer.State.RUNNING, worker=worker, token=uuid.uuid4()
    )
    return worker


@pytest.mark.parametrize(("most_mb", "killed"), [(20, True), (400, False), (None, False)])
def test_a_worker_beyond_its_memory_is_stopped(
    submit: Submit,
    settings: Settings,
    greedy: subprocess.Popen[str],
    most_mb: int | None,
    killed: bool,
) -> None:
    settings.WORKER_MEMORY_BYTES = None if most_mb is None else most_mb * 2**20
    worker = held_by(submit(), greedy.pid)
    assert workers.resident_bytes(worker) > 100 * 2**20
    Supervisor()._stop_the_insatiable()
    if killed:
        assert greedy.wait(30) == -9
        assert workers.resident_bytes(worker) == 0
    else:
        assert greedy.poll() is None


def test_nobody_elses_memory_is_asked_for(greedy: subprocess.Popen[str]) -> None:
    started = workers._started(greedy.pid)
    assert workers.resident_bytes(f"elsewhere~1~boot/{greedy.pid}.{started}") == 0
    assert workers.resident_bytes(f"{workers.system()}/{greedy.pid}.1") == 0
