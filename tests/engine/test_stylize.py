"""What `stylize` yields, and what its controls do to the picture."""

import dataclasses
import io
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from PIL import Image

from engine.errors import DeviceError, ImageError, ParameterError
from engine.params import Params
from engine.stylize import Phase, Step, StyleImage, stylize
from engine.tensors import to_tensor
from tests.engine.conftest import drawn, tiny_network
from tests.engine.runs import QUICK, difference, run, stripes


@pytest.mark.usefixtures("small_levels")
def test_a_run_yields_every_step_of_its_plan(photo: Image.Image, style: Image.Image) -> None:
    steps = run(photo, style)
    assert [step.index for step in steps] == list(range(1, 17))
    assert {step.total for step in steps} == {16}
    assert [step.is_last for step in steps] == [False] * 15 + [True]
    assert (steps[0].width, steps[0].height, steps[0].level) == (128, 96, 1)
    assert (steps[-1].width, steps[-1].height, steps[-1].level) == (256, 192, 2)
    assert {step.levels for step in steps} == {2}
    assert steps[0].phase is Phase.COMPOSING
    assert steps[-1].phase is Phase.REFINING


def test_the_losses_fall_within_a_level(photo: Image.Image, style: Image.Image) -> None:
    steps = run(photo, style, Params(size_px=128, steps=25))
    assert steps[-1].total_loss < 0.7 * steps[0].total_loss
    assert steps[-1].style_loss < steps[0].style_loss


def test_every_step_shows_the_picture_at_the_finished_size(
    photo: Image.Image, style: Image.Image
) -> None:
    first, last = run(photo, style)[0], run(photo, style)[-1]
    for step in (first, last):
        assert (step.image().size, step.image().mode) == ((256, 192), "RGB")
    assert first.preview(max_side_px=64).size == (64, 48)
    assert last.preview(max_side_px=1000).size == (256, 192)


def test_a_step_stays_what_it_was_when_the_run_goes_on(
    photo: Image.Image, style: Image.Image
) -> None:
    steps = stylize(photo, [StyleImage(style)], QUICK, network=tiny_network(), device="cpu")
    third = [next(steps) for _ in range(3)][-1]
    picture, kept = third.image().tobytes(), third.checkpoint()
    for _ in range(8):
        next(steps)
    assert third.image().tobytes() == picture
    assert third.checkpoint() == kept
    steps.close()  # type: ignore[attr-defined]
    with pytest.raises(StopIteration):
        next(steps)


@pytest.mark.parametrize(
    "params",
    [
        QUICK,
        Params(size_px=96, steps=6, optimizer="adam"),
        Params(size_px=64, steps=5, objective="classic"),
        Params(size_px=64, steps=5, initial="noise", seed=7),
    ],
)
def test_the_same_inputs_give_the_same_picture_byte_for_byte(
    photo: Image.Image, style: Image.Image, params: Params
) -> None:
    first, second = run(photo, style, params)[-1], run(photo, style, params)[-1]
    assert first.image().tobytes() == second.image().tobytes()
    assert first.checkpoint() == second.checkpoint()


def test_another_seed_gives_another_picture(photo: Image.Image, style: Image.Image) -> None:
    pictures = {run(photo, style, Params(size_px=64, steps=4, seed=s))[-1].image().tobytes()
                for s in (0, 1)}  # fmt: skip
    assert len(pictures) == 2


def test_more_strength_brings_the_style_nearer_and_the_photo_further(
    photo: Image.Image, style: Image.Image
) -> None:
    last = [
        run(photo, style, Params(size_px=128, steps=40, style_strength=s))[-1]
        for s in (0, 25, 50, 75, 100)
    ]
    styles, contents = [s.style_loss for s in last], [s.content_loss for s in last]
    assert styles == sorted(styles, reverse=True)
    assert contents == sorted(contents)
    assert contents[0] < 0.25 * contents[-1]


def test_classic_at_the_default_strength_has_the_papers_style_weight(
    photo: Image.Image, style: Image.Image
) -> None:
    step = run(photo, style, Params(size_px=64, steps=1, objective="classic"))[0]
    expected = step.content_loss + 1e6 * step.style_loss
    assert step.total_loss == pytest.approx(expected, rel=1e-4)


def test_classic_starts_from_the_photo_and_moves_by_its_learning_rate(
    photo: Image.Image, style: Image.Image
) -> None:
    step = run(photo, style, Params(size_px=64, steps=1, objective="classic"))[0]
    moved = np.abs(np.asarray(step.image(), float) - np.asarray(photo.resize((64, 48)), float))
    assert 0 < moved.max() <= 0.003 * 255 + 1  # Adam's first step has the length of its rate


def test_a_larger_brush_paints_coarser() -> None:
    photo = Image.new("RGB", (64, 48), "grey")
    frequencies = [
        _mean_frequency(run(photo, stripes(), Params(size_px=64, steps=8, style_scale=scale))[-1])
        for scale in (0.5, 1.0, 2.0)
    ]
    assert frequencies[0] > 1.1 * frequencies[1]
    assert frequencies[1] > 1.1 * frequencies[2]


def _mean_frequency(step: Step) -> float:
    """Of the brightness, in cycles per pixel, each frequency counting by its energy."""
    values = np.asarray(step.image().convert("L"), float)
    energy = np.abs(np.fft.fft2(values - values.mean())) ** 2
    down, across = (np.fft.fftfreq(side) for side in values.shape)
    return float(np.average(np.hypot(*np.meshgrid(down, across, indexing="ij")), weights=energy))


def test_more_smoothness_leaves_less_variation(photo: Image.Image, style: Image.Image) -> None:
    ends = [
        run(photo, style, Params(size_px=64, steps=12, tv_weight=weight))[-1].tv_loss
        for weight in (0.0, 1.0, 10.0)
    ]
    assert ends[0] > 1.1 * ends[1]
    assert ends[1] > 1.1 * ends[2]


def test_a_blend_lies_between_its_styles(photo: Image.Image) -> None:
    styles = [drawn(64, 64, seed=5), Image.new("RGB", (64, 64), (240, 230, 60))]
    params = Params(size_px=64, steps=20, style_strength=90)

    def painted(weights: Sequence[float]) -> Image.Image:
        blend = [StyleImage(s, w) for s, w in zip(styles, weights, strict=True)]
        *_, last = stylize(photo, blend, params, network=tiny_network(), device="cpu")
        return last.image()

    even, first, second = painted((1, 1)), painted((1, 1e-6)), painted((1e-6, 1))
    apart = difference(first, second)
    assert difference(even, first) < apart
    assert difference(even, second) < apart
    assert painted((3, 3)).tobytes() == even.tobytes()


def test_keeping_colours_keeps_them(style: Image.Image) -> None:
    photo = Image.new("RGB", (64, 48), (200, 80, 80))
    params = Params(size_px=64, steps=12, style_strength=100, keep_colors="luminance")
    _, blue, red = run(photo, style, params)[-1].image().convert("YCbCr").split()
    _, photo_blue, photo_red = photo.convert("YCbCr").split()
    # Clipping at black and white may cost a little colour, no more.
    assert difference(blue, photo_blue) < 6
    assert difference(red, photo_red) < 6


def test_transparency_is_kept(photo: Image.Image, style: Image.Image) -> None:
    seen = photo.convert("RGBA")
    seen.paste((0, 0, 0, 0), (0, 0, 32, 48))
    last = run(seen, style, Params(size_px=64, steps=2))[-1]
    assert last.image().mode == "RGBA"
    assert last.image().getpixel((4, 20))[3] == 0
    assert last.image().getpixel((60, 20))[3] == 255
    assert last.preview().mode == "RGB"


@pytest.mark.parametrize("size", [(32, 32), (640, 20), (20, 640), (33, 31)])
def test_awkward_shapes_are_painted(size: tuple[int, int], style: Image.Image) -> None:
    last = run(drawn(*size), style, Params(size_px=32, steps=2))[-1]
    assert min(last.image().size) == 32


def test_a_flat_photo_and_a_flat_style_are_painted() -> None:
    black, white = Image.new("RGB", (48, 48)), Image.new("RGB", (48, 48), "white")
    steps = run(black, white, Params(size_px=64, steps=5))
    assert all(np.isfinite(s.total_loss) for s in steps)


def test_a_grey_style_in_any_mode_will_do(photo: Image.Image) -> None:
    for mode in ("L", "1", "RGBA", "P"):
        assert run(photo, drawn(40, 40).convert(mode), Params(size_px=32, steps=1))


def test_no_style_is_refused(photo: Image.Image) -> None:
    with pytest.raises(ParameterError) as caught:
        list(stylize(photo, [], QUICK, network=tiny_network()))
    assert caught.value.field == "styles"


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_a_weight_that_is_none_is_refused(photo: Image.Image, weight: float) -> None:
    with pytest.raises(ParameterError):
        list(stylize(photo, [StyleImage(photo, weight)], QUICK, network=tiny_network()))


def test_a_ribbon_is_refused(style: Image.Image) -> None:
    with pytest.raises(ImageError):
        run(Image.new("RGB", (9000, 32)), style)


def test_a_device_that_is_not_there_is_refused(photo: Image.Image, style: Image.Image) -> None:
    for device in ("abacus", "cuda:99"):
        with pytest.raises(DeviceError, match="Use cpu"):
            list(stylize(photo, [StyleImage(style)], QUICK, device=device))


@pytest.mark.vgg
def test_the_real_vgg19_paints_in_the_styles_colours_and_keeps_the_photos_shapes() -> None:
    data = pytest.importorskip("skimage.data")
    photo = Image.fromarray(data.astronaut()).crop((80, 0, 336, 256))
    style = stripes()
    params = Params(size_px=96, steps=40, style_strength=60)
    *_, last = stylize(photo, [StyleImage(style)], params, device="cpu")
    picture = last.image()
    before = np.asarray(photo.resize(picture.size), float)
    after, target = np.asarray(picture, float), np.asarray(style, float)

    def distance(x: np.ndarray) -> float:
        return float(np.linalg.norm(x.mean((0, 1)) - target.mean((0, 1))))

    assert distance(after) < 0.6 * distance(before)
    shapes = np.corrcoef(_shapes(photo), _shapes(picture))[0, 1]
    assert shapes > 0.6


def test_previews_and_pictures_carry_no_metadata(photo: Image.Image, style: Image.Image) -> None:
    photo.info["exif"] = b"Exif\0\0Secret"
    step = run(photo, style, Params(size_px=64, steps=1))[0]
    for image in (step.image(), step.preview()):
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        assert b"Secret" not in buffer.getvalue()


def test_threads_can_be_set(photo: Image.Image, style: Image.Image) -> None:
    before = torch.get_num_threads()
    try:
        steps = stylize(
            photo, [StyleImage(style)], QUICK, network=tiny_network(), threads=1, device="cpu"
        )
        next(steps)
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def _shapes(image: Image.Image) -> np.ndarray:
    """Light and dark, coarsely."""
    return np.asarray(image.convert("L").resize((12, 12), Image.Resampling.BOX), float).ravel()


def test_a_picture_larger_than_a_tile_is_painted_the_same(
    photo: Image.Image, style: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = Params(size_px=400, steps=6, optimizer="adam")
    monkeypatch.setattr("engine.devices.fast_dtype", lambda device: torch.float32)
    whole = run(photo, style, params)
    monkeypatch.setattr("engine.memory.AREAS_PX", (40_000,))
    tiled = run(photo, style, params)
    assert tiled[-1].total_loss == pytest.approx(whole[-1].total_loss, rel=0.01)
    assert difference(tiled[-1].image(), whole[-1].image()) < 1


@pytest.mark.parametrize(
    ("kind", "layers"),
    [
        ("content_layers", ("relu1_1", "relu3_1", "conv4_4")),
        ("style_layers", ("relu1_1", "relu3_1")),
    ],
)
def test_a_picture_is_nearest_in_the_layer_that_was_asked_for(
    photo: Image.Image, style: Image.Image, kind: str, layers: tuple[str, ...]
) -> None:
    is_style = kind == "style_layers"
    measured, aim = (_gram, style) if is_style else (_features, photo)
    params = Params(size_px=64, steps=12, style_strength=90 if is_style else 40)
    painted = {
        layer: run(photo, style, dataclasses.replace(params, **{kind: {layer: 1.0}}))[-1].image()
        for layer in layers
    }
    for layer in layers:
        wanted = measured(aim, layer)
        distances = {k: float((measured(v, layer) - wanted).norm()) for k, v in painted.items()}
        assert min(distances, key=distances.__getitem__) == layer


def _features(image: Image.Image, layer: str) -> torch.Tensor:
    """Of the tiny network: (channels, positions)."""
    picture = to_tensor(image, image.size, torch.device("cpu"))
    return tiny_network().features(picture, [layer])[layer][0].flatten(1)


def _gram(image: Image.Image, layer: str) -> torch.Tensor:
    x = _features(image, layer)
    return x @ x.T / x.shape[1]
