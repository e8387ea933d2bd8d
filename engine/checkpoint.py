"""A run in a file: enough to go on elsewhere, and to notice when it is not this run's.

The format is ours (a JSON header, raw arrays, a hash over all of it), so that reading one never
runs code. Torch-free. What is put in is decided by `engine.stylize`.
"""

import hashlib
import json
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import CheckpointError

MAGIC = b"STYLESITE-RUN"
VERSION = 2

_HASH_BYTES = 32
_PICTURE = "picture"
_MOST_DIMENSIONS = 4

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a run stands after a step.

    run: hash of everything that decides the run's course. steps: of each level, as planned, or as
    taken where a level settled earlier. level, step: how many levels are done, and steps of the
    next one. picture: (h, w, 3), float32, RGB in 0..1 where `bounded`. state: the optimiser's.
    """

    run: str
    steps: tuple[int, ...]
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
            "steps": self.steps,
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
        raise damaged()
    head_length = int.from_bytes(packed[start : start + 4], "big")
    body_start = start + 4 + head_length
    header = _read_header(packed[start + 4 : body_start])
    if header["run"] != run:
        raise CheckpointError(
            "This checkpoint belongs to other pictures or settings. Please start the picture again."
        )
    arrays = _read_arrays(packed[body_start:], header["arrays"], header["bounded"])
    picture = arrays.pop(_PICTURE)
    if header["bounded"]:
        picture = picture.astype(np.float32) / np.float32(65535)
    return Checkpoint(
        run=run,
        steps=tuple(header["steps"]),
        level=header["level"],
        step=header["step"],
        picture=picture,
        bounded=header["bounded"],
        state=arrays,
    )


def _to_sixteen_bits(picture: Array) -> NDArray[np.uint16]:
    return (picture.clip(0, 1) * 65535 + 0.5).astype(np.uint16)


def damaged() -> CheckpointError:
    """For a checkpoint that does not say what one must say."""
    return CheckpointError("This checkpoint is damaged. Please start the picture again.")


def _read_header(head: bytes) -> dict[str, Any]:
    """The header, every entry present and of its type; a good hash proves no good header."""
    try:
        header = json.loads(head)
    except (ValueError, RecursionError) as error:
        raise damaged() from error
    if not isinstance(header, dict):
        raise damaged()
    steps, arrays = header.get("steps"), header.get("arrays")
    level: Any = header.get("level")
    step: Any = header.get("step")
    sound = (
        isinstance(header.get("run"), str)
        and isinstance(header.get("bounded"), bool)
        and isinstance(steps, list)
        and all(_is_count(n) for n in steps)
        and _is_count(level)
        and level < len(steps)
        and _is_count(step)
        and step <= steps[level]
        and isinstance(arrays, list)
        and all(_describes_array(entry) for entry in arrays)
    )
    if not sound:
        raise damaged()
    return header


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _describes_array(entry: object) -> bool:
    if not isinstance(entry, list) or len(entry) != 3:
        return False
    name, dtype, shape = entry
    named = isinstance(name, str) and isinstance(dtype, str)
    if not named or not isinstance(shape, list) or len(shape) > _MOST_DIMENSIONS:
        return False
    return all(_is_count(side) for side in shape)


def _read_arrays(
    body: bytes, described: list[tuple[str, str, list[int]]], bounded: bool
) -> dict[str, Array]:
    """The arrays that make up `body`, all of it: a picture (h, w, 3), and float32 for the rest."""
    arrays: dict[str, Array] = {}
    at = 0
    for name, dtype, shape in described:
        if dtype != ("uint16" if bounded and name == _PICTURE else "float32"):
            raise damaged()
        count = math.prod(shape)
        end = at + count * np.dtype(dtype).itemsize
        if count == 0 or end > len(body) or name in arrays:
            raise damaged()
        arrays[name] = np.frombuffer(body, dtype, count, at).reshape(shape).copy()
        at = end
    picture = arrays.get(_PICTURE)
    if at != len(body) or picture is None or picture.ndim != 3 or picture.shape[2] != 3:
        raise damaged()
    return arrays
