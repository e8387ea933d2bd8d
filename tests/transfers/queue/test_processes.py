"""Real processes: names of workers, and children that leave nothing behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from time import monotonic, sleep
from typing import NamedTuple

import pytest

from transfers.models import Transfer
from transfers.queue import processes, workers
from transfers.queue.pool import STEPS_BACK
from transfers.queue.processes import Child

SLEEPER = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(SLEEPER)
    yield process
    process.kill()
    process.wait()


def name_of(pid: int) -> str:
    return f"{workers.system()}/{pid}.{workers._started(pid)}"


def test_this_process_is_alive() -> None:
    assert not workers.is_dead(workers.this_worker())


def test_a_killed_worker_is_dead_even_before_its_parent_has_noticed(
    sleeper: subprocess.Popen[bytes],
) -> None:
    name = name_of(sleeper.pid)
    assert not workers.is_dead(name)
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)  # a zombie now, not collected
    assert workers.is_dead(name)


def test_another_process_under_the_same_number_is_not_the_worker() -> None:
    name = workers.this_worker()
    assert workers.is_dead(name + "1")


@pytest.mark.parametrize("name", ["elsewhere~1/1.1", "", "here"])
def test_nothing_is_said_about_other_hosts(name: str) -> None:
    assert not workers.is_dead(name)


def test_a_child_is_stopped_with_all_that_it_started() -> None:
    starts_another = f"import subprocess; subprocess.run({SLEEPER!r})"
    child = Child(
        "a test", [sys.executable, "-S", "-c", starts_another], when_parent_dies=signal.SIGKILL
    )
    assert child.processes() == 0
    child.start()
    deadline = monotonic() + 10
    while child.processes() < 2 and monotonic() < deadline:
        sleep(0.02)
    assert child.processes() == 2
    child.kill()
    deadline = monotonic() + 5
    while child.processes() and monotonic() < deadline:
        sleep(0.02)
    assert (child.processes(), child.is_running) == (0, False)


def test_a_child_that_keeps_dying_is_started_again_ever_more_slowly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(processes, "monotonic", lambda: clock[0])
    child = Child("a test", ["/bin/false"], when_parent_dies=signal.SIGKILL)
    child.start()
    starts = []
    for _tick in range(80):  # twenty seconds
        child._process.wait()  # type: ignore[union-attr]
        clock[0] += 0.25
        if child.restart_if_dead():
            starts.append(clock[0] - 1000)
    assert starts == [0.5, 1.5, 3.5, 7.5, 15.5]
    assert child.quick_deaths


def test_a_child_dies_with_its_parent() -> None:
    program = """
import signal, sys
from transfers.queue.processes import Child
child = Child("a test", [sys.executable, "-S", "-c", "import time; time.sleep(60)"],
              when_parent_dies=signal.SIGKILL)
child.start()
print(child._process.pid, flush=True)
signal.pause()
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout:
        child = int(parent.stdout.readline())
    assert workers._started(child) is not None
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    deadline = monotonic() + 5
    while workers._started(child) is not None and monotonic() < deadline:
        sleep(0.02)
    assert workers._started(child) is None


@pytest.mark.parametrize("own_session", [True, False])
def test_the_pool_steps_back_behind_the_pages_and_takes_nobody_else_along(
    own_session: bool,
) -> None:
    before = weights("", own_session)
    after = weights("from transfers.queue.pool import step_back; step_back()", own_session)
    assert after.own == before.own + STEPS_BACK
    # None where the kernel groups nothing, or where none of our forebears began a session.
    steps_back = own_session and before.of_the_session is not None
    assert after.of_the_session == (STEPS_BACK if steps_back else before.of_the_session)


class Weights(NamedTuple):
    """How nice a process is within its session, and the session to others (autogroup)."""

    own: int
    of_the_session: int | None


def weights(first: str, own_session: bool) -> Weights:
    """Those of a process after the statement `first`."""
    program = f"""
import os
{first}
print(os.nice(0))
if os.path.exists("/proc/self/autogroup"):
    print(open("/proc/self/autogroup").read())
"""
    run = subprocess.run(
        [sys.executable, "-c", program],
        start_new_session=own_session,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    own, *group = run.stdout.split()  # such as 0 /autogroup-42 nice 0
    return Weights(int(own), int(group[-1]) if group else None)


def test_a_worker_of_another_machine_with_our_name_is_not_ours_to_call_dead() -> None:
    elsewhere = f"{workers.host()}~01234567/{2**22 + 1}.1"
    assert not workers.is_dead(elsewhere)
    assert workers.is_dead(f"{workers.system()}/{2**22 + 1}.1")


def test_the_name_of_a_worker_fits_its_column() -> None:
    longest = f"{'h' * 60}~{2**32}~01234567/{2**22}.{2**63}"
    assert len(longest) <= Transfer._meta.get_field("worker").max_length


PICTURES = """
from transfers.queue.processes import give_memory_back
give_memory_back()
large, small = [], []
for _round in range(2):
    for _ in range(6):
        large.append(bytearray(b"x") * 2**24)
        small.append(b"y" * 100_000)
    large.clear()
with open("/proc/self/statm") as said:
    print(int(said.read().split()[1]) * 4096 // 10**6)
"""


def test_memory_of_large_pieces_goes_back_whatever_lies_between() -> None:
    """Without a word to glibc, 115 MB of them stay."""
    run = subprocess.run([sys.executable, "-c", PICTURES], capture_output=True, text=True)
    assert int(run.stdout) < 60
