"""What a process gives up before it looks at a file that may be hostile. Linux only.

Afterwards it can compute, within a limit of memory and of processor time, and read and write what
it has open, and start a few threads, as HEIC needs one. It can open nothing, neither a file nor a
socket, start no process, and touch no file by its name. Three walls stand behind each other, as
not every kernel has all of them: limits (everywhere), Landlock (Linux 5.13 and newer), and a
filter of system calls (``system_calls``).
"""

import ctypes
import json
import os
import resource
import signal
import threading

from engine.decoding import system_calls

NOBODY = 65534

MORE_THREADS = 64
"""Beyond those that this user's processes have already, some of which may start more meanwhile."""

_PDEATHSIG, _DUMPABLE, _NO_NEW_PRIVS = 1, 4, 38  # prctl(2)
_CREATE_RULESET, _RESTRICT_SELF = 444, 446  # landlock(7); the same numbers on every architecture
_VERSION = 1

# What a ruleset of this version of Landlock can forbid: of files, of TCP, and of other processes.
_OF_FILES = {1: 2**13 - 1, 2: 2**14 - 1, 3: 2**15 - 1, 4: 2**15 - 1, 5: 2**16 - 1}
_OF_TCP = 0b11
_OF_PROCESSES = 0b11

_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("files", "tcp", "processes")]


def step_down() -> None:
    """Once, before any file: be the first that the kernel ends when memory is short, be nobody
    where the site runs as root, and let no process of the same user look into this one."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
    except OSError:
        pass  # it may be read-only in a container
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    _libc.prctl(_DUMPABLE, 0, 0, 0, 0)


def confine(more_memory_bytes: int, cpu_s: int) -> dict[str, bool]:
    """For good: at most so much more memory than now, at most `cpu_s`, and nothing else at all.

    Which of the walls stand that not every machine has; without the others, the limits remain.
    """
    parent = os.getppid()
    _libc.prctl(_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if parent == 1:
        os._exit(1)
    _limit_threads()
    _limit(resource.RLIMIT_AS, _address_space() + more_memory_bytes)
    _limit(resource.RLIMIT_CPU, cpu_s)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_MEMLOCK, 0)
    no_new_rights = _libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    landlock = forbid_everything()
    _limit(resource.RLIMIT_NOFILE, 0)  # what is open stays open
    filtered = system_calls.filter_them()
    return {"no new rights": no_new_rights, "Landlock": landlock, "a filter": filtered}


def forbid_everything() -> bool:
    """Landlock without an exception: no file by its name, no TCP, no signal to others.

    False where the kernel does not know it (before 5.13, or switched off).
    """
    version = landlock_version()
    if version < 1:
        return False
    rules = _Ruleset(files=_OF_FILES[min(version, 5)])
    size = 8
    if version >= 4:
        rules.tcp, size = _OF_TCP, 16
    if version >= 6:
        rules.processes, size = _OF_PROCESSES, 24
    ruleset = _libc.syscall(_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    done: bool = _libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return done


def landlock_version() -> int:
    """Of the kernel that runs; 0 or less where there is none."""
    return int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION))


def _limit(which: int, value: int) -> None:
    resource.setrlimit(which, (value, value))


def _limit_threads() -> None:
    """The kernel counts those of all processes of this user, in other containers, too, where
    nobody here can see them. So the limit is raised until a thread can be started."""
    _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    most = hard if hard != resource.RLIM_INFINITY else 2**22  # PID_MAX_LIMIT
    limit = 64
    while limit < most:
        resource.setrlimit(resource.RLIMIT_NPROC, (limit, hard))
        if _can_start_a_thread():
            break
        limit += limit // 4
    _limit(resource.RLIMIT_NPROC, min(limit + MORE_THREADS, most))


def _can_start_a_thread() -> bool:
    thread = threading.Thread(target=bool)
    try:
        thread.start()
    except RuntimeError:
        return False
    thread.join()
    return True


def _address_space() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


if __name__ == "__main__":  # for `decoder.walls`
    step_down()
    os.write(1, json.dumps(confine(2**28, 10)).encode())
    os._exit(0)
