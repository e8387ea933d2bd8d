"""How much memory there is for a run, so that one that cannot fit is refused before it begins.

Torch-free. What a run needs is `engine.pyramid.Plan.memory_bytes`; here is what this machine has
left, and what follows from both.
"""

import mmap
from dataclasses import replace
from pathlib import Path

from engine.errors import DeviceError
from engine.params import Params
from engine.pyramid import AREAS_PX, Plan, plan

PAGE_BYTES = mmap.PAGESIZE

KEPT_FREE = 0.05
"""Share of the free memory that a run leaves to others."""

_SUGGESTED_STEP_PX = 32

_CGROUPS = (
    ("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
    (
        "sys/fs/cgroup/memory",
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        "total_inactive_file",
    ),
)
"""Folder of the container that this process may live in, its limit and its use, in versions 2 and
1; and what of the use are files that Linux would drop for anyone who wants the memory."""


def free_bytes(root: Path = Path("/")) -> int | None:
    """What this process can still allocate, and what it has already; None where no one knows.

    The least of what Linux calls available and what the process's container has left. root: of the
    file system with /proc and /sys.
    """
    try:
        lines = (root / "proc/meminfo").read_text().splitlines()
        values = {name: rest.split()[0] for name, rest in (line.split(":") for line in lines)}
        found = int(values["MemAvailable"]) * 1024
        resident = int((root / "proc/self/statm").read_text().split()[1]) * PAGE_BYTES
    except (OSError, ValueError, KeyError, IndexError):
        return None
    for folder, limit, used, droppable in _CGROUPS:
        container = root / folder
        try:
            left = int((container / limit).read_text()) - int((container / used).read_text())
            lines = (container / "memory.stat").read_text().splitlines()
            details = dict(line.split() for line in lines)
            left += int(details.get(droppable, 0))
        except (OSError, ValueError):  # "max", or another kind of machine.
            continue
        found = min(found, max(0, left))
    return found + resident


def fitting_area_px(
    planned: Plan,
    photo: tuple[int, int],
    params: Params,
    free: int | None,
    value_bytes: int,
    styles: int = 1,
) -> int:
    """The largest of AREAS_PX with which a run as `planned` fits into `free` bytes.

    photo: its width and height. value_bytes: of a number in the network. styles: how many. Smaller
    tiles give the same picture with less memory and more time. Raises DeviceError where even the
    smallest do not fit, and says what would.
    """
    if free is None:
        return AREAS_PX[0]
    for area_px in AREAS_PX:
        if planned.memory_bytes(area_px, value_bytes, styles) <= free * (1 - KEPT_FREE):
            return area_px
    needed = planned.memory_bytes(AREAS_PX[-1], value_bytes, styles)
    smaller = _largest_size_px(photo, params, free, value_bytes, styles, planned.inputs_bytes)
    advice = f"Choose at most {smaller} px" if smaller else "Close other programs"
    raise DeviceError(
        f"A picture of {planned.width} × {planned.height} px needs about {gigabytes(needed)} of "
        f"memory, and {gigabytes(free)} are free. {advice}, or use a machine with more memory."
    )


def _largest_size_px(
    photo: tuple[int, int],
    params: Params,
    free: int,
    value_bytes: int,
    styles: int,
    inputs_bytes: int,
) -> int | None:
    """The largest size that would fit, in whole _SUGGESTED_STEP_PX; None where none would."""
    low, high = 0, params.size_px // _SUGGESTED_STEP_PX
    while low < high:
        middle = (low + high + 1) // 2
        values = {**params.to_json(), "size_px": middle * _SUGGESTED_STEP_PX}
        smaller = replace(plan(*photo, Params.from_json(values)), inputs_bytes=inputs_bytes)
        if smaller.memory_bytes(AREAS_PX[-1], value_bytes, styles) <= free * (1 - KEPT_FREE):
            low = middle
        else:
            high = middle - 1
    return low * _SUGGESTED_STEP_PX or None


def gigabytes(count: float) -> str:
    """Bytes for people."""
    return f"{count / 1e9:.1f} GB"
