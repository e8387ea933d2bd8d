from typing import Any

import pytest

from engine.errors import ImageError, ParameterError
from engine.params import KeepColors, Params
from engine.pyramid import (
    LEVEL_STEPS,
    MAX_SIDE_PX,
    MIN_SIDE_PX,
    SETUP_STEPS,
    STEP_OVERHEAD_PX,
    Level,
    Plan,
    check_earlier,
    plan,
    step_cost_px,
)


def test_levels_double_up_to_the_size_asked_for() -> None:
    sizes = [(level.width, level.height) for level in plan(2048, 1536, Params()).levels]
    assert sizes == [(256, 192), (512, 384)]


def test_every_level_takes_the_same_steps() -> None:
    levels = plan(1000, 1000, Params(size_px=1024)).levels
    assert [level.steps for level in levels] == [LEVEL_STEPS["lbfgs"]] * 3


def test_a_run_from_noise_has_the_photo_to_find_first() -> None:
    levels = plan(1000, 1000, Params(size_px=1024, initial="noise")).levels
    usual = LEVEL_STEPS["lbfgs"]
    assert [level.steps for level in levels] == [6 * usual, usual, usual]


def test_a_draft_is_painted_at_one_size() -> None:
    assert [level.width for level in plan(900, 600, Params(size_px=256)).levels] == [256]
    assert [level.width for level in plan(900, 600, Params(size_px=448)).levels] == [448]
    assert [level.width for level in plan(900, 600, Params(size_px=480)).levels] == [240, 480]


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
    coarse, fine = 5_000 + STEP_OVERHEAD_PX, 20_000 + STEP_OVERHEAD_PX
    expected = (3 + SETUP_STEPS) * coarse + (2 + SETUP_STEPS) * fine
    assert small.pixel_steps == expected
    assert small.seconds(expected / 4, 1.5) == pytest.approx(5.5)
    assert small.total_steps == 5
    first = (1 + SETUP_STEPS) * coarse
    assert [small.pixel_steps_until(n) for n in (0, 1, 2, 4, 5, 9)] == [
        0, first, first + coarse, expected - fine, expected, expected,
    ]  # fmt: skip


def test_pictures_painted_in_tiles_take_as_long_as_they_were_measured_to() -> None:
    """docs/engine.md: 84.4 s for 39 steps to 1024 px, 4.194 s a step; 2048 px 30.445 s a step."""
    whole, tiled = (step_cost_px(Level(side, side, 1)) for side in (1024, 2048))
    assert tiled / whole == pytest.approx(30.445 / 4.194, rel=0.03)
    pixel_steps_per_s = plan(1024, 1024, Params(size_px=1024)).pixel_steps / 84.4
    large = plan(2048, 2048, Params(size_px=2048, steps=56))  # as in the run that took 564.9 s
    assert large.seconds(pixel_steps_per_s) == pytest.approx(564.9, rel=0.05)
    # 1,200,000 pixels are computed at once, one row more in tiles.
    assert step_cost_px(Level(1200, 1000, 1)) == 1_200_000 + STEP_OVERHEAD_PX
    assert step_cost_px(Level(1200, 1001, 1)) == 1_201_200 * 9 // 5 + STEP_OVERHEAD_PX


def test_the_pictures_given_need_memory_and_more_where_colours_are_kept() -> None:
    def needed(keep: KeepColors, inputs_px: int) -> int:
        return plan(900, 900, Params(keep_colors=keep), inputs_px=inputs_px).memory_bytes()

    assert needed("off", 24_000_000) - needed("off", 0) == 24_000_000 * 6
    assert needed("luminance", 24_000_000) - needed("luminance", 0) == 24_000_000 * (6 + 4)


def test_memory_grows_with_what_is_computed_at_once_and_with_the_whole_picture() -> None:
    one = Plan((Level(100, 100, 1),)).memory_bytes()
    # Four times the pixels, all of them computed at once, and a longer history.
    four = Plan((Level(100, 100, 9), Level(200, 200, 3))).memory_bytes()
    assert four - one == 30_000 * (640 * 4 + 240 + 12) + 24 * (3 * 40_000 - 10_000)
    large = Plan((Level(2000, 2000, 100),))
    tiled, halved = large.memory_bytes(600_000), large.memory_bytes(600_000, value_bytes=2)
    assert tiled - halved == 600_000 * 640 * 2
    assert large.memory_bytes() - tiled == 600_000 * 640 * 4
    # A second style image, and both at twice the size.
    doubled = Plan(large.levels, style_scale=2.0).memory_bytes(styles=2)
    assert doubled - large.memory_bytes() == 4_000_000 * 12 * (2 * 4 - 1)


def test_adam_keeps_no_history() -> None:
    adam, lbfgs = (
        plan(900, 900, Params(size_px=1024, optimizer=name)).memory_bytes()
        for name in ("adam", "lbfgs")
    )
    assert lbfgs - adam == 24 * 5 * 1024 * 1024  # six pairs instead of one


def sizes_and_steps(size_px: int, earlier_px: int, **choices: Any) -> list[tuple[int, int]]:
    params = Params.from_json({"size_px": size_px, "initial": "earlier", **choices})
    levels = plan(800, 600, params, earlier_px=earlier_px).levels
    return [(level.width, level.steps) for level in levels]


def test_going_on_at_the_same_size_runs_the_finest_level_once_more() -> None:
    usual = plan(800, 600, Params(size_px=512)).levels[-1].steps
    assert sizes_and_steps(512, 512) == [(512, usual)]
    assert sizes_and_steps(512, 4000) == [(512, usual)]
    assert sizes_and_steps(512, 512, steps=70) == [(512, 70)]


def test_going_on_at_a_larger_size_runs_only_the_larger_levels() -> None:
    usual = [level.steps for level in plan(800, 600, Params(size_px=1024)).levels]
    assert sizes_and_steps(1024, 256) == [(512, usual[1]), (1024, usual[2])]
    assert sizes_and_steps(1024, 300) == [(512, usual[1]), (1024, usual[2])]
    # 21 steps shared out over two levels that usually take the same number.
    assert usual[1] == usual[2]
    assert sizes_and_steps(1024, 256, steps=21) == [(512, 10), (1024, 11)]


def test_an_earlier_picture_smaller_than_any_level_leaves_none_out() -> None:
    assert [size for size, _ in sizes_and_steps(512, 100)] == [256, 512]


def test_a_run_that_goes_on_until_it_settles_may_take_ten_times_the_steps() -> None:
    usual = plan(800, 600, Params())
    most = plan(800, 600, Params(stop="settled"))
    assert [level.steps for level in most.levels] == [10 * level.steps for level in usual.levels]
    assert plan(800, 600, Params(stop="settled", steps=50)) == plan(800, 600, Params(steps=50))
    assert plan(800, 600, Params(stop="settled", objective="classic")).total_steps == 20_000


def test_a_level_that_ended_early_leaves_the_others_as_they_are() -> None:
    ended = Plan((Level(100, 50, 3), Level(200, 100, 2))).ended(0, 1)
    assert ended == Plan((Level(100, 50, 1), Level(200, 100, 2)))


EARLIER = Params(initial="earlier")


@pytest.mark.parametrize(
    "earlier", [(512, 384), (64, 48), (62, 48), (64, 50), (1000, 757), (4000, 2975)]
)
def test_an_earlier_picture_in_the_photos_proportions_will_do(earlier: tuple[int, int]) -> None:
    check_earlier(4000, 3000, EARLIER, earlier)


@pytest.mark.parametrize("earlier", [(384, 512), (512, 512), (64, 45), (1000, 760), (4000, 2965)])
def test_an_earlier_picture_in_other_proportions_is_refused(earlier: tuple[int, int]) -> None:
    with pytest.raises(ParameterError, match="other proportions") as caught:
        check_earlier(4000, 3000, EARLIER, earlier)
    assert caught.value.field == "earlier"


def test_an_earlier_picture_and_the_wish_for_one_come_together() -> None:
    with pytest.raises(ParameterError, match="choose that picture") as caught:
        check_earlier(400, 300, EARLIER, None)
    assert caught.value.field == "earlier"
    with pytest.raises(ParameterError, match="leave it out") as caught:
        check_earlier(400, 300, Params(), (400, 300))
    assert caught.value.field == "initial"
    check_earlier(400, 300, Params(), None)
