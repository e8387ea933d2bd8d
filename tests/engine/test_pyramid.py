import pytest

from engine.errors import ImageError
from engine.params import Params
from engine.pyramid import MAX_SIDE_PX, MIN_SIDE_PX, STEP_OVERHEAD_PX, Level, Plan, plan


def test_levels_double_up_to_the_size_asked_for() -> None:
    sizes = [(level.width, level.height) for level in plan(2048, 1536, Params()).levels]
    assert sizes == [(128, 96), (256, 192), (512, 384)]


def test_finer_levels_take_fewer_steps() -> None:
    steps = [level.steps for level in plan(1000, 1000, Params(size_px=1024)).levels]
    assert steps == sorted(steps, reverse=True)
    assert steps[0] > steps[-1] > 0


def test_a_draft_spends_no_more_steps_at_its_own_size_than_a_fine_picture_does() -> None:
    draft, fine = (plan(900, 600, Params(size_px=px)).levels for px in (256, 1024))
    assert draft[-1].steps == fine[-1].steps


def test_upright_pictures_have_their_height_as_the_longer_side() -> None:
    finished = plan(600, 800, Params(size_px=256))
    assert (finished.width, finished.height) == (192, 256)


def test_a_small_photo_is_painted_at_the_size_asked_for() -> None:
    assert plan(100, 50, Params(size_px=512)).width == 512


def test_the_smallest_picture_has_one_level() -> None:
    assert [(s.width, s.height) for s in plan(32, 32, Params(size_px=32)).levels] == [(32, 32)]


@pytest.mark.parametrize("size_px", [32, 64, 256, 512, 1024, 4096])
@pytest.mark.parametrize("photo", [(6000, 100), (100, 6000), (128 * 40, 40), (32, 32), (4000, 33)])
def test_every_level_keeps_room_for_four_poolings(photo: tuple[int, int], size_px: int) -> None:
    levels = plan(*photo, Params(size_px=size_px)).levels
    assert all(min(level.width, level.height) >= MIN_SIDE_PX for level in levels)
    assert all(max(level.width, level.height) <= MAX_SIDE_PX for level in levels)
    longer = [max(level.width, level.height) for level in levels]
    assert longer == sorted(set(longer))
    proportion = photo[0] / photo[1]
    assert levels[-1].width / levels[-1].height == pytest.approx(proportion, rel=0.05)


def test_a_picture_too_narrow_for_any_size_is_refused() -> None:
    with pytest.raises(ImageError) as caught:
        plan(32 * 200, 32, Params())
    assert caught.value.reason == "too_narrow"


@pytest.mark.parametrize("steps", [1, 2, 10, 139, 1000])
def test_steps_asked_for_are_shared_out_completely(steps: int) -> None:
    shared = plan(512, 512, Params(steps=steps))
    assert shared.total_steps == steps
    assert all(level.steps > 0 for level in shared.levels)
    assert shared.width == 512


def test_classic_runs_at_one_size_for_two_thousand_steps() -> None:
    assert plan(800, 600, Params(objective="classic")).levels == (Level(512, 384, 2000),)


def test_costs_are_worked_out_from_pixels_and_steps() -> None:
    small = Plan((Level(100, 50, 3), Level(200, 100, 2)))
    expected = 3 * (5_000 + STEP_OVERHEAD_PX) + 2 * (20_000 + STEP_OVERHEAD_PX)
    assert small.pixel_steps == expected
    assert small.seconds(expected / 4, 1.5) == pytest.approx(5.5)
    assert small.total_steps == 5


def test_memory_grows_with_the_finest_level() -> None:
    draft, fine = (plan(900, 900, Params(size_px=px)).memory_bytes for px in (256, 1024))
    assert fine - draft == pytest.approx((1024**2 - 256**2) * 3_600, rel=0.01)
