"""A run in a file: enough to go on elsewhere, and to notice when it is not this run's.

The format is ours (a JSON header, raw arrays, a hash over all of it), so that reading one never
runs code. Torch-free. What is put in is decided by `engine.stylize`.
"""

import hashlib
import json
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.errors import CheckpointError

MAGIC = b"STYLESITE-RUN"
VERSION = 1

_HASH_BYTES = 32
_PICTURE = "picture"
_ALLOWED_DTYPES = frozenset({"float32", "uint16"})

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a run stands after a step.

    run: hash of everything that decides the run's course. level, step: how many levels are done,
    and steps of the next one. picture: (h, w, 3), float32, RGB in 0..1 where `bounded`. state:
    the optimiser's.
    """

    run: str
    level: int
    step: int
    picture: Array
    bounded: bool
    state: dict[str, Array] = field(default_factory=dict)

    def pack(self) -> bytes:
        """The file. A bounded picture takes 6 bytes a pixel (16 bits a channel), others 12."""
        picture = _to_sixteen_bits(self.picture) if self.bounded else self.picture
        arrays = {_PICTURE: picture, **self.state}
        header = {
            "run": self.run,
            "level": self.level,
            "step": self.step,
            "bounded": self.bounded,
            "arrays": [[n, a.dtype.name, list(a.shape)] for n, a in arrays.items()],
        }
        head = json.dumps(header).encode()
        body = b"".join(np.ascontiguousarray(a).tobytes() for a in arrays.values())
        packed = MAGIC + bytes([VERSION]) + len(head).to_bytes(4, "big") + head + body
        return packed + hashlib.sha256(packed).digest()


def unpack(data: bytes, *, run: str) -> Checkpoint:
    """The checkpoint in `data`, which must be of the run with hash `run`.

    Raises CheckpointError where it is damaged, of another version, or of another run.
    """
    start = len(MAGIC) + 1
    if not data.startswith(MAGIC) or len(data) < start + 4 + _HASH_BYTES:
        raise CheckpointError("This is not a checkpoint. Please start the picture again.")
    if data[len(MAGIC)] != VERSION:
        raise CheckpointError(
            "This checkpoint was made by another version of the engine. "
            "Please start the picture again."
        )
    packed, digest = data[:-_HASH_BYTES], data[-_HASH_BYTES:]
    if hashlib.sha256(packed).digest() != digest:
        raise CheckpointError("This checkpoint is damaged. Please start the picture again.")
    head_length = int.from_bytes(packed[start : start + 4], "big")
    header = json.loads(packed[start + 4 : start + 4 + head_length])
    if header["run"] != run:
        raise CheckpointError(
            "This checkpoint belongs to other pictures or settings. Please start the picture again."
        )
    arrays = _read_arrays(packed[start + 4 + head_length :], header["arrays"])
    picture = arrays.pop(_PICTURE)
    if header["bounded"]:
        picture = picture.astype(np.float32) / np.float32(65535)
    return Checkpoint(
        run=run,
        level=header["level"],
        step=header["step"],
        picture=picture,
        bounded=header["bounded"],
        state=arrays,
    )


def _to_sixteen_bits(picture: Array) -> NDArray[np.uint16]:
    return (picture.clip(0, 1) * 65535 + 0.5).astype(np.uint16)


def _read_arrays(body: bytes, described: list[tuple[str, str, list[int]]]) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    at = 0
    for name, dtype, shape in described:
        if dtype not in _ALLOWED_DTYPES:
            raise CheckpointError("This checkpoint is damaged. Please start the picture again.")
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(body, dtype, count, at).reshape(shape).copy()
        at += count * np.dtype(dtype).itemsize
    return arrays
