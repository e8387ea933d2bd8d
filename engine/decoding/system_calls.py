"""A filter of system calls (seccomp) for decoding: memory, threads, time, and what is open already.

Everything else answers EPERM, and nothing that is allowed makes a process. There is a list for
x86-64 only; on other processors a process stays without a filter.
"""

import ctypes
import errno
import platform
import struct

_SECCOMP, _FILTER = 22, 2  # prctl(2)

# By the numbers of arch/x86/entry/syscalls/syscall_64.tbl
_ALLOWED = (
    *(0, 1, 19, 20, 3, 5, 8),  # read, write, readv, writev, close, fstat, lseek
    *(44, 45, 46, 47, 48),  # sendto, recvfrom, sendmsg, recvmsg, shutdown
    *(9, 10, 11, 12, 25, 28),  # mmap, mprotect, munmap, brk, mremap, madvise
    *(202, 273, 334, 324, 218),  # futex, set_robust_list, rseq, membarrier, set_tid_address
    *(24, 204, 39, 186),  # sched_yield, sched_getaffinity, getpid, gettid
    *(13, 14, 15, 131, 219),  # rt_sigaction, -procmask, -return, sigaltstack, restart_syscall
    *(228, 229, 230, 35, 96),  # clock_gettime, clock_getres, clock_nanosleep, nanosleep, the day
    *(318, 60, 231),  # getrandom, exit, exit_group
)
_CLONE, _CLONE3, _CLONE_THREAD = 56, 435, 0x10000

# Where struct seccomp_data has them, and what classic BPF is made of (linux/bpf_common.h)
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_LOAD, _EQUALS, _HAS_BITS, _RETURN = 0x20, 0x15, 0x45, 0x06
_X86_64 = 0xC000003E
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def is_known() -> bool:
    """Whether there is a filter for this processor."""
    return platform.machine() == "x86_64"


def filter_them() -> bool:
    """From now on, for this thread and those that it starts. False where it cannot be.

    The kernel asks of whoever has no rights to have given up getting any (``confinement``).
    """
    if not is_known():
        return False
    code = _code()
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0)


def _code() -> bytes:
    """Each step: what to do, how many steps to skip if it holds and if not, with which number."""
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUALS, 1, 0, _X86_64),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    for number in sorted(_ALLOWED):
        steps += [(_EQUALS, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    steps += [
        # The C library asks for a thread with clone3, whose flags no filter sees; told that there
        # is no such call, it asks with clone.
        (_EQUALS, 0, 1, _CLONE3),
        (_RETURN, 0, 0, _REFUSE | errno.ENOSYS),
        (_EQUALS, 0, 3, _CLONE),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_HAS_BITS, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE | errno.EPERM),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
