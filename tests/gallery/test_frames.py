"""Frames: packed, cut out by their places, thinned."""

import zipfile
from io import BytesIO
from itertools import pairwise

import pytest

from gallery.frames import DamagedFramesError, pack, thinned, unpack
from tests.gallery.films import frames_of


def test_what_is_packed_comes_back_and_is_a_zip_for_anybody() -> None:
    frames = frames_of([1, 2, 9])
    data, _places = pack(frames, steps_before=26)
    assert unpack(data) == (frames, 26)
    with zipfile.ZipFile(BytesIO(data)) as file:
        assert file.namelist() == [f"step-00000{n}-96x64.webp" for n in (1, 2, 9)]
        assert file.testzip() is None
    assert pack(frames, steps_before=26)[0] == data


def test_a_frame_can_be_cut_out_by_its_place() -> None:
    frames = frames_of([1, 2, 9])
    data, places = pack(frames)
    cut = [data[place.start : place.start + place.length] for place in places]
    assert cut == [frame.data for frame in frames]
    assert [(place.step, place.width, place.height) for place in places] == [
        (1, 96, 64),
        (2, 96, 64),
        (9, 96, 64),
    ]


@pytest.mark.parametrize("cut", [0, 40, -1, -30])
def test_a_file_that_is_cut_off_is_damaged(cut: int) -> None:
    data, _places = pack(frames_of([1, 2, 9]))
    with pytest.raises(DamagedFramesError):
        unpack(data[:cut])


def test_a_file_of_something_else_is_damaged() -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("diary.txt", "Dear diary")
    with pytest.raises(DamagedFramesError):
        unpack(buffer.getvalue())


def test_thinning_keeps_the_ends_and_more_of_the_beginning() -> None:
    frames = frames_of(range(1, 41))
    steps = [frame.step for frame in thinned(frames, 10)]
    assert len(steps) == 10
    assert (steps[0], steps[-1]) == (1, 40)
    gaps = [later - earlier for earlier, later in pairwise(steps)]
    assert gaps[0] < gaps[-1]
    assert thinned(frames, 50) == frames
