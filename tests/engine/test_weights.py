from pathlib import Path

import pytest
import torch

from engine import weights as module
from engine.errors import WeightsError
from engine.weight_files import BUNDLED_FILE, bundled_path, torchvision_path
from engine.weights import CONVOLUTIONS, load_weights

WIDTHS = (64, 64, 128, 128, 256, 256, 256, 256, 512)


def test_vgg19_has_sixteen_convolutions() -> None:
    assert len(CONVOLUTIONS) == 16
    assert (CONVOLUTIONS[0], CONVOLUTIONS[9], CONVOLUTIONS[-1]) == ("conv1_1", "conv4_2", "conv5_4")


def test_the_bundled_weights_expand_to_the_codebooks_values() -> None:
    state = torch.load(bundled_path(), weights_only=True)
    loaded = load_weights("bundled", deepest="conv3_1")
    indices, table = state["block2_conv1_W_q"], state["block2_conv1_W_table"]
    kernel = loaded.kernels["conv2_1"]
    for at in ((0, 0, 0, 0), (127, 63, 2, 2), (5, 17, 1, 0)):
        assert kernel[at] == table[int(indices[at])]
    assert torch.equal(loaded.biases["conv2_1"], state["block2_conv1_b"])
    assert [tuple(k.shape) for k in loaded.kernels.values()] == [
        (64, 3, 3, 3), (64, 64, 3, 3), (128, 64, 3, 3), (128, 128, 3, 3), (256, 128, 3, 3),
    ]  # fmt: skip


def test_the_first_layer_takes_rgb_in_0_to_1() -> None:
    state = torch.load(bundled_path(), weights_only=True)
    table, indices = state["block1_conv1_W_table"], state["block1_conv1_W_q"].long()
    loaded = load_weights("bundled", deepest="conv1_1")
    blue_of_bgr = table[indices[:, 0]]
    torch.testing.assert_close(loaded.kernels["conv1_1"][:, 2], blue_of_bgr * 255)
    assert loaded.mean == pytest.approx((0.48502, 0.45795, 0.40760), abs=1e-4)


def test_a_changed_byte_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(bundled_path().read_bytes())
    data[10_000_000] ^= 1
    changed = tmp_path / BUNDLED_FILE
    changed.write_bytes(data)
    monkeypatch.setattr(module, "bundled_path", lambda: changed)
    with pytest.raises(WeightsError, match="SHA-256"):
        load_weights("bundled")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be read"):
        load_weights(str(tmp_path / "nowhere.pth"))


def test_a_file_that_is_no_weights_is_refused(tmp_path: Path) -> None:
    for name, data in (("words.pth", b"some words"), ("empty.pth", b"")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(WeightsError):
            load_weights(str(tmp_path / name))


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    for name, state in (
        ("a.pth", {"fc.weight": torch.zeros(3)}),
        ("b.pth", {"features.0.weight": torch.zeros(8, 3, 3, 3), "features.0.bias": torch.ones(8)}),
        ("c.pth", [1, 2]),
    ):
        torch.save(state, tmp_path / name)
        with pytest.raises(WeightsError, match="VGG19"):
            load_weights(str(tmp_path / name))


def test_a_pickle_that_would_run_code_is_refused(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path(tmp_path / "sprung").touch, ())

    torch.save(Trap(), tmp_path / "trap.pth")
    with pytest.raises(WeightsError):
        load_weights(str(tmp_path / "trap.pth"))
    assert not (tmp_path / "sprung").exists()


def test_a_torchvision_file_is_read_from_its_path(tmp_path: Path) -> None:
    torch.save(_torchvision_like(), tmp_path / "vgg19.pth")
    loaded = load_weights(str(tmp_path / "vgg19.pth"), deepest="conv2_1")
    state = _torchvision_like()
    # torchvision divides its input by the standard deviation: here the kernel does.
    red = state["features.0.weight"][:, 0] / 0.229
    torch.testing.assert_close(loaded.kernels["conv1_1"][:, 0], red)
    assert torch.equal(loaded.kernels["conv2_1"], state["features.5.weight"])
    assert loaded.mean == (0.485, 0.456, 0.406)


def test_a_hash_in_a_files_name_is_held_against_it(tmp_path: Path) -> None:
    path = tmp_path / "vgg19-00000000.pth"
    torch.save(_torchvision_like(), path)
    with pytest.raises(WeightsError, match="SHA-256"):
        load_weights(str(path), deepest="conv2_1")


def test_torchvisions_file_is_held_against_its_hash_whenever_it_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    torchvision_path().parent.mkdir(parents=True)
    torch.save(_torchvision_like(), torchvision_path())
    with pytest.raises(WeightsError, match="SHA-256"):
        load_weights("torchvision", deepest="conv2_1")


def _torchvision_like() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(4)
    state = {}
    for index, (a, b) in {0: (3, 64), 2: (64, 64), 5: (64, 128)}.items():
        state[f"features.{index}.weight"] = torch.randn(b, a, 3, 3, generator=generator)
        state[f"features.{index}.bias"] = torch.randn(b, generator=generator)
    return state
