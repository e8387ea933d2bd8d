"""The textures that a run starts from."""

import pytest
import torch

from engine.params import Params
from engine.regions import WeightedStyle
from engine.start import TEXTURE, first_picture, random_texture
from tests.engine.conftest import drawn

SIZE = (128, 96)
NOISE = torch.randn((1, 1, 96, 128), generator=torch.Generator().manual_seed(6))


def stripes(height: int, width: int, *, color: tuple[float, float, float]) -> torch.Tensor:
    """Waves eight pixels long from left to right, around a grey, in one hue: (1, 3, h, w)."""
    wave = torch.sin(torch.arange(width) * (2 * torch.pi / 8)).expand(height, width)
    return 0.5 + 0.3 * wave * torch.tensor(color).view(1, 3, 1, 1)


@pytest.mark.parametrize("size", [(96, 128), (64, 64), (200, 300)])
def test_a_random_texture_has_the_waves_the_contrast_and_the_hue_of_the_style(
    size: tuple[int, int],
) -> None:
    style = stripes(*size, color=(1.0, 0.5, -1.0))
    texture = random_texture(style, NOISE)
    assert texture.shape == (1, 3, 96, 128)
    assert float(texture.mean((2, 3)).abs().max()) < 1e-5
    red, green, blue = texture[0]
    torch.testing.assert_close(green, red / 2, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(blue, -red, rtol=1e-3, atol=1e-4)
    # Noise decides how strong: within half and double of the style's own.
    assert 0.5 < float(texture.std() / (style - style.mean((2, 3), keepdim=True)).std()) < 2
    spectrum = torch.fft.rfft2(red).abs().square()
    strongest = divmod(int(spectrum.argmax()), spectrum.shape[1])
    assert strongest[0] in {0, 1, 95}
    assert abs(strongest[1] - 128 / 8) <= 1


def test_a_style_of_one_colour_has_no_texture() -> None:
    assert not random_texture(torch.full((1, 3, 40, 50), 0.3), NOISE).any()


def test_a_start_is_seeded_as_far_as_the_strength_says_and_only_where_the_style_paints(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.start.NOISE", 0.0)
    photo = drawn(*SIZE)
    left = (torch.arange(128) < 64).float().expand(96, 128)
    style = stripes(96, 128, color=(1.0, 1.0, 1.0))

    def start(strength: float, mask: torch.Tensor | None = None) -> torch.Tensor:
        styles = [WeightedStyle(style, 2.0, mask)]
        return first_picture(
            photo, styles, Params(style_strength=strength, seed=3), SIZE, torch.device("cpu")
        )

    monkeypatch.setattr("engine.start.TEXTURE", 0.0)
    plain, plain_half = start(100), start(45)
    monkeypatch.setattr("engine.start.TEXTURE", TEXTURE / 2)  # Nothing is clipped.
    seeds, half = start(100) - plain, start(45) - plain_half
    inside = (plain > 0.2) & (plain < 0.8) & (plain_half > 0.2) & (plain_half < 0.8)
    assert float(seeds[inside].std()) > 0.001
    torch.testing.assert_close(half[inside], seeds[inside] / 2, rtol=1e-3, atol=1e-5)
    assert torch.equal(start(0), start(0, left))
    masked = start(100, left)
    torch.testing.assert_close(masked[..., :64], start(100)[..., :64])
    torch.testing.assert_close(masked[..., 64:], start(0)[..., 64:])


def test_a_classic_run_that_starts_in_the_styles_colours_is_a_picture_too() -> None:
    style = WeightedStyle(stripes(96, 128, color=(1.6, 1.6, 1.6)).clamp(0, 1), 1.0)
    params = Params(objective="classic", initial="style")
    start = first_picture(drawn(*SIZE), [style], params, SIZE, torch.device("cpu"))
    assert 0 <= float(start.min()) < float(start.max()) <= 1
