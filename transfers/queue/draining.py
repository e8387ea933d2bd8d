"""One byte, shared by a pool and every process forked from it: "finish what you do, take nothing".

Deliberately without a lock: a worker may be killed at any instant, and must not take one with it.
"""

import mmap

_flag = mmap.mmap(-1, 1)


def begin() -> None:
    """Ask all workers of this pool to give back what they hold and to claim nothing more."""
    _flag[0] = 1


def is_set() -> bool:
    """Whether this pool is being stopped."""
    return _flag[0] == 1
