import numpy as np
import pytest
import torch

from engine.regions import Region, WeightedStyle, regions_of

IMAGE = torch.zeros(1, 3, 32, 32)
LEFT = torch.tensor([[1.0, 1.0, 0.0, 0.0]])


def test_styles_without_masks_are_one_region_everywhere() -> None:
    styles = [WeightedStyle(IMAGE, 1.0), WeightedStyle(IMAGE, 2.0)]
    (region,) = regions_of(styles)
    assert region.mask is None
    assert list(region.styles) == styles


def test_what_masks_leave_belongs_to_the_styles_without() -> None:
    soft = torch.tensor([[0.0, 0.25, 0.25, 0.0]])
    styles = [WeightedStyle(IMAGE, 1.0, m) for m in (torch.tensor([[1.0, 0, 0, 0]]), soft, None)]
    masks = [region.mask.tolist() for region in regions_of(styles) if region.mask is not None]
    assert masks == [[[1, 0, 0, 0]], [[0, 0.25, 0.25, 0]], [[0, 0.75, 0.75, 1]]]


def test_where_masks_overlap_to_more_than_one_they_share() -> None:
    styles = [WeightedStyle(IMAGE, 1.0, LEFT), WeightedStyle(IMAGE, 1.0, torch.ones(1, 4))]
    masks = [region.mask.tolist() for region in regions_of(styles) if region.mask is not None]
    assert masks == [[[0.5, 0.5, 0, 0]], [[0.5, 0.5, 1, 1]]]


def test_styles_of_the_same_mask_are_blended() -> None:
    styles = [WeightedStyle(IMAGE, w, LEFT.clone()) for w in (1.0, 3.0)]
    (region,) = regions_of(styles)
    assert [style.weight for style in region.styles] == [1.0, 3.0]
    assert region.mask is not None
    assert torch.equal(region.mask, LEFT)


def test_a_black_mask_paints_nowhere() -> None:
    styles = [WeightedStyle(IMAGE, 1.0, torch.zeros(1, 4)), WeightedStyle(IMAGE, 2.0, LEFT)]
    (region,) = regions_of(styles)
    assert region.styles[0].weight == 2.0
    assert regions_of(styles[:1]) == ()


@pytest.mark.parametrize("layer", [f"relu{block}_1" for block in range(1, 6)])
def test_a_mask_reaches_every_layer_averaged_as_pooling_goes(layer: str) -> None:
    """Against numpy; 53 columns leave 5 over in relu5_1, as four poolings by 2 do."""
    mask = torch.rand(37, 53, generator=torch.Generator().manual_seed(1))
    t = mask.double().numpy()
    for _ in range(int(layer[4]) - 1):
        rows, columns = t.shape[0] // 2, t.shape[1] // 2
        cut = t[: rows * 2, : columns * 2]
        t = cut.reshape(rows, 2, columns, 2).mean(axis=(1, 3))
    found = Region((WeightedStyle(IMAGE, 1.0),), mask).guidance(layer, (37, 53))
    assert found.squares is not None
    np.testing.assert_allclose(found.squares.numpy(), t**2, rtol=1e-5)
    assert found.total == pytest.approx((t**2).sum(), rel=1e-5)
    assert found.share == pytest.approx(t.mean(), rel=1e-5)
