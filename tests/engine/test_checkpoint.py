import hashlib
import json
from typing import Any

import numpy as np
import pytest

from engine.checkpoint import MAGIC, VERSION, Checkpoint, unpack
from engine.errors import CheckpointError


def checkpoint(bounded: bool = True) -> Checkpoint:
    picture = np.random.default_rng(1).random((5, 7, 3)).astype(np.float32)
    state = {"mean": np.arange(6, dtype=np.float32).reshape(2, 3)}
    return Checkpoint(
        run="ab" * 32,
        steps=(45, 18),
        level=1,
        step=12,
        picture=picture,
        bounded=bounded,
        state=state,
    )


def packed_with(header: bytes, body: bytes) -> bytes:
    """A checkpoint file, its hash right, with any header and body."""
    packed = MAGIC + bytes([VERSION]) + len(header).to_bytes(4, "big") + header + body
    return packed + hashlib.sha256(packed).digest()


def test_what_is_packed_is_unpacked() -> None:
    kept = checkpoint(bounded=False)
    again = unpack(kept.pack(), run=kept.run)
    assert (again.steps, again.level, again.step, again.bounded) == ((45, 18), 1, 12, False)
    assert np.array_equal(again.picture, kept.picture)
    assert np.array_equal(again.state["mean"], kept.state["mean"])


def test_a_bounded_picture_is_kept_in_sixteen_bits() -> None:
    kept = checkpoint()
    again = unpack(kept.pack(), run=kept.run)
    assert np.abs(again.picture - kept.picture).max() <= 0.5 / 65535 + 1e-7
    assert len(kept.pack()) < len(checkpoint(bounded=False).pack())


def test_any_damage_is_noticed() -> None:
    packed = checkpoint().pack()
    for at in range(len(MAGIC) + 1, len(packed), 13):
        spoiled = bytearray(packed)
        spoiled[at] ^= 0x40
        with pytest.raises(CheckpointError, match="damaged"):
            unpack(bytes(spoiled), run="ab" * 32)


@pytest.mark.parametrize("length", [0, 1, 13, 14, 40, 200, -1])
def test_a_file_cut_off_is_refused(length: int) -> None:
    with pytest.raises(CheckpointError):
        unpack(checkpoint().pack()[:length], run="ab" * 32)


def test_a_checkpoint_of_another_run_is_refused() -> None:
    with pytest.raises(CheckpointError, match="other pictures or settings"):
        unpack(checkpoint().pack(), run="cd" * 32)


@pytest.mark.parametrize("version", [0, VERSION - 1, VERSION + 1, 255])
def test_another_version_is_refused(version: int) -> None:
    packed = bytearray(checkpoint().pack())
    packed[len(MAGIC)] = version
    with pytest.raises(CheckpointError, match="another version"):
        unpack(bytes(packed), run="ab" * 32)


def test_a_foreign_file_is_refused() -> None:
    for data in (b"\x80\x04K\x01.", b"PK\x03\x04" + b"\0" * 200):
        with pytest.raises(CheckpointError, match="not a checkpoint"):
            unpack(data, run="ab" * 32)


GOOD: dict[str, Any] = {
    "run": "ab" * 32,
    "steps": [3, 2],
    "level": 1,
    "step": 1,
    "bounded": True,
    "arrays": [["picture", "uint16", [2, 2, 3]], ["scale", "float32", [1]]],
}
BODY = b"\x01" * (2 * 2 * 3 * 2 + 4)


def test_a_header_made_by_hand_is_read() -> None:
    kept = unpack(packed_with(json.dumps(GOOD).encode(), BODY), run="ab" * 32)
    assert kept.picture.shape == (2, 2, 3)
    assert kept.picture == pytest.approx(np.full((2, 2, 3), 257 / 65535), rel=1e-6)  # 0x0101


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_header_that_lacks_an_entry_is_called_damaged(name: str) -> None:
    header = {key: value for key, value in GOOD.items() if key != name}
    with pytest.raises(CheckpointError, match="damaged"):
        unpack(packed_with(json.dumps(header).encode(), BODY), run="ab" * 32)


@pytest.mark.parametrize("value", [None, "1", 1.5, -1, True, [], {}, [None], 10**30])
@pytest.mark.parametrize("name", sorted(GOOD))
def test_an_entry_that_cannot_be_meant_is_refused(name: str, value: object) -> None:
    if (name, value) == ("bounded", True):
        value = 0
    header = json.dumps({**GOOD, name: value}).encode()
    expected = "other pictures" if name == "run" and isinstance(value, str) else "damaged"
    with pytest.raises(CheckpointError, match=expected):
        unpack(packed_with(header, BODY), run="ab" * 32)


@pytest.mark.parametrize(
    "arrays",
    [
        [],
        [["scale", "float32", [7]]],
        [["picture", "uint16", [2, 2, 3]]],
        [["picture", "uint16", [2, 2, 3]], ["scale", "float32", [2]]],
        [["picture", "uint16", [2, 2, 3]], ["scale", "float32", [10**12]]],
        [["picture", "uint16", [2, 2, 3]], ["scale", "float64", [1]]],
        [["picture", "uint16", [2, 2, 3]], ["scale", "object", [1]]],
        [["picture", "uint16", [2, 2, 3]], ["picture", "uint16", [2]]],
        [["picture", "uint16", [2, 2, 3]], ["scale", "float32", [0]], ["s", "float32", [1]]],
        [["picture", "uint16", [2, 2, 3]], ["scale", "float32", [1] * 100]],
        [["picture", "uint16", [2, 2, 3]], ["scale", "float32"]],
        [["picture", "uint16", [2, 2, 3]], [5, "float32", [1]]],
        [["picture", "uint16", [2, 2, 3]], ["scale", "float32", [-1]]],
        [["picture", "uint16", [12]], ["scale", "float32", [1]]],
        [["picture", "uint16", [2, 3, 2]], ["scale", "float32", [1]]],
        [["picture", "float32", [1, 2, 3]], ["scale", "float32", [1]]],
    ],
)
def test_arrays_that_do_not_fit_the_file_are_refused(arrays: object) -> None:
    header = json.dumps({**GOOD, "arrays": arrays}).encode()
    with pytest.raises(CheckpointError, match="damaged"):
        unpack(packed_with(header, BODY), run="ab" * 32)


@pytest.mark.parametrize("change", [{"level": 2}, {"step": 3}, {"level": 0, "step": 4}])
def test_a_place_outside_the_run_is_refused(change: dict[str, int]) -> None:
    header = json.dumps({**GOOD, **change}).encode()
    with pytest.raises(CheckpointError, match="damaged"):
        unpack(packed_with(header, BODY), run="ab" * 32)


@pytest.mark.parametrize("header", [b"", b"{", b"[]", b"7", b"\xff\xfe", b"[" * 100_000])
def test_a_header_that_is_no_json_object_is_refused(header: bytes) -> None:
    with pytest.raises(CheckpointError, match="damaged"):
        unpack(packed_with(header, BODY), run="ab" * 32)


def test_a_body_cut_off_or_too_long_is_refused() -> None:
    header = json.dumps(GOOD).encode()
    for body in (b"", BODY[:-1], BODY + b"\0"):
        with pytest.raises(CheckpointError, match="damaged"):
            unpack(packed_with(header, body), run="ab" * 32)
