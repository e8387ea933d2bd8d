import numpy as np
import pytest

from engine.checkpoint import MAGIC, Checkpoint, unpack
from engine.errors import CheckpointError


def checkpoint(bounded: bool = True) -> Checkpoint:
    picture = np.random.default_rng(1).random((5, 7, 3)).astype(np.float32)
    state = {"mean": np.arange(6, dtype=np.float32).reshape(2, 3)}
    return Checkpoint(
        run="ab" * 32, level=1, step=12, picture=picture, bounded=bounded, state=state
    )


def test_what_is_packed_is_unpacked() -> None:
    kept = checkpoint(bounded=False)
    again = unpack(kept.pack(), run=kept.run)
    assert (again.level, again.step, again.bounded) == (1, 12, False)
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


def test_another_version_is_refused() -> None:
    packed = bytearray(checkpoint().pack())
    packed[len(MAGIC)] += 1
    with pytest.raises(CheckpointError, match="another version"):
        unpack(bytes(packed), run="ab" * 32)


def test_a_foreign_file_is_refused() -> None:
    for data in (b"\x80\x04K\x01.", b"PK\x03\x04" + b"\0" * 200):
        with pytest.raises(CheckpointError, match="not a checkpoint"):
            unpack(data, run="ab" * 32)
