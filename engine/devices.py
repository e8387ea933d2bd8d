"""Which device a run uses, and how exactly it computes there."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from engine.errors import DeviceError
from engine.ledger import Entry
from engine.memory import fitting_area_px, free_bytes
from engine.params import Params
from engine.pyramid import AREAS_PX, Plan

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_NEVER_BYTES = 2**30
_GLIBC_DEFAULT_BYTES = 128 * 2**10


def device_called(name: str | None) -> torch.device:
    """The device of that name; None takes a GPU if there is one. Raises DeviceError."""
    wanted = name or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise DeviceError(
            f"There is no device {wanted!r} on this machine. Use cpu, or leave it out."
        ) from error
    return device


def fast_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where the hardware multiplies it natively, else float32."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    able = torch.cpu.get_capabilities()
    native = able.get("avx512_bf16", False) or able.get("amx_bf16", False)
    return torch.bfloat16 if device.type == "cpu" and native else torch.float32


def machine_in_words() -> str:
    """What of this machine makes a difference to the numbers: processor, its vectors, precision."""
    device = device_called(None)
    exactly = str(fast_dtype(device)).removeprefix("torch.")
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)}, {exactly}"
    name = torch.cpu.get_capabilities().get("cpu_name") or "processor"
    return f"{name}, {torch.backends.cpu.get_cpu_capability()}, {exactly}"


def fitted(
    planned: Plan,
    photo: tuple[int, int],
    params: Params,
    device: torch.device,
    styles: int,
    most_bytes: int | None = None,
    entry: Entry | None = None,
) -> tuple[torch.dtype, int]:
    """What a run computes the network in, and how many pixels of it at once.

    The classic objective is always computed in float32. photo: its width and height. styles: how
    many. most_bytes: that the run may take though more is free. entry: its own in the ledger of
    those that run beside it; of a GPU's memory there is none. Raises DeviceError where it does not
    fit into the memory that is free, or into that, and MemoryTakenError where it will later.
    """
    dtype = torch.float32 if params.objective == "classic" else fast_dtype(device)

    def found(free: int | None) -> tuple[int, int]:
        if most_bytes is not None:
            free = most_bytes if free is None else min(free, most_bytes)
        area_px = fitting_area_px(planned, photo, params, free, dtype.itemsize, styles)
        return area_px, planned.memory_bytes(area_px, dtype.itemsize, styles)

    free = free_memory(device)
    if entry is None or device.type != "cpu":
        return dtype, found(free)[0]
    least = planned.memory_bytes(AREAS_PX[-1], dtype.itemsize, styles)
    return dtype, entry.fit(found, free, least)


def free_memory(device: torch.device) -> int | None:
    """Bytes for a run on `device`; on the processor those that this process holds already count.

    None where nobody knows.
    """
    if device.type == "cuda":
        unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0]) + unused
    return free_bytes()


@contextmanager
def freed_memory_kept() -> Iterator[None]:
    """Lets the C library keep what is freed, for a while, instead of handing it back.

    Every step allocates and frees the same feature maps. glibc gives blocks of that size back to
    the system at once, and faults their pages in again at the next step: a tenth of the time at
    512 px. Afterwards everything is handed back, and the thresholds stay what glibc starts with.
    Does nothing with another C library.
    """
    library = _glibc()
    if library is None:
        yield
        return
    for option in (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD):
        library.mallopt(option, _NEVER_BYTES)
    try:
        yield
    finally:
        for option in (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD):
            library.mallopt(option, _GLIBC_DEFAULT_BYTES)
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    known = hasattr(library, "mallopt") and hasattr(library, "malloc_trim")
    return library if known else None
