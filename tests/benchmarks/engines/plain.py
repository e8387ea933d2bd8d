"""The plain loop: Gatys et al. (CVPR 2016) with Adam, written as tutorials write it.

It shares nothing with `engine` but the weights of the network: its own layers, losses and loop, in
float32 and PyTorch's usual order of dimensions. The benchmark measures the engine against it.
"""

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

from engine.vgg import load_network
from engine.weights import load_weights

CONTENT_LAYER = "conv4_2"
STYLE_LAYERS = {"conv1_1": 1.0, "conv2_1": 0.8, "conv3_1": 0.5, "conv4_1": 0.3, "conv5_1": 0.1}
STYLE_WEIGHT = 1e6
LEARNING_RATE = 0.003


class PlainVGG(nn.Module):
    """VGG19 up to conv5_1 from the bundled weights, rescaled to a mean activation of 1 a layer."""

    def __init__(self) -> None:
        super().__init__()
        mean = torch.tensor(load_weights("bundled", deepest="conv1_1").mean)
        self.register_buffer("mean", mean.view(1, 3, 1, 1))
        self.convolutions = nn.ModuleDict()
        for given in load_network("bundled", "max").convolutions:
            width, depth = given.kernel.shape[:2]
            layer = nn.Conv2d(depth, width, 3, padding=1)
            layer.weight.data = given.kernel.clone(memory_format=torch.contiguous_format)
            layer.bias.data = given.bias.clone()
            self.convolutions[given.name] = layer.requires_grad_(False)

    def forward(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        """Features before ReLU by layer name, of `image` (1, 3, h, w), RGB in 0..1."""
        features = {}
        x = image - self.mean
        for name, layer in self.convolutions.items():
            if name.endswith("_1") and name != "conv1_1":
                x = F.max_pool2d(x, 2)
            x = layer(x)
            features[name] = x
            x = F.relu(x)
        return features


class PlainRun:
    """A run of the plain loop, one step at a time."""

    version = f"torch {torch.__version__}"
    steps = 2000

    def __init__(self, content: Image.Image, style: Image.Image, device: str = "cpu") -> None:
        self.vgg = PlainVGG().to(device)
        photo = to_tensor(content).to(device)
        with torch.no_grad():
            self.content_features = self.vgg(photo)[CONTENT_LAYER]
            found = self.vgg(to_tensor(style).to(device))
            self.style_grams = {name: gram(found[name]) for name in STYLE_LAYERS}
        self.image = photo.clone().requires_grad_()
        self.optimizer = torch.optim.Adam([self.image], lr=LEARNING_RATE)

    def losses(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The content loss and the style loss, before the style weight, of `image`."""
        features = self.vgg(image)
        content = F.mse_loss(features[CONTENT_LAYER], self.content_features)
        style = torch.zeros((), device=image.device)
        for name, weight in STYLE_LAYERS.items():
            _, d, h, w = features[name].shape
            error = F.mse_loss(gram(features[name]), self.style_grams[name])
            style = style + weight * error / (d * h * w)
        return content, style

    def step(self) -> float:
        """One step of Adam; the total loss of the picture before it."""
        self.optimizer.zero_grad()
        content, style = self.losses(self.image)
        total = content + STYLE_WEIGHT * style
        total.backward()
        self.optimizer.step()
        return total.item()

    def picture(self) -> Image.Image:
        """The picture as it stands, clipped to 8 bits."""
        return to_image(self.image)

    def state_dict(self) -> dict[str, object]:
        """All that `load_state_dict` needs to go on as if nothing had happened."""
        return {"image": self.image.detach(), "optimizer": self.optimizer.state_dict()}

    def load_state_dict(self, state: dict[str, object]) -> None:
        """Goes back to `state`."""
        with torch.no_grad():
            self.image.copy_(state["image"])
        self.optimizer.load_state_dict(state["optimizer"])


def gram(features: torch.Tensor) -> torch.Tensor:
    """G = F F^T of features (1, d, h, w), not normalised; (d, d)."""
    flat = features.view(features.shape[1], -1)
    return flat @ flat.t()


def to_tensor(image: Image.Image) -> torch.Tensor:
    """A picture as (1, 3, h, w), RGB in 0..1."""
    array = np.array(image.convert("RGB"), dtype=np.float32) / 255
    return torch.from_numpy(array).permute(2, 0, 1).unsqueeze(0).contiguous()


def to_image(tensor: torch.Tensor) -> Image.Image:
    """(1, 3, h, w), clipped to 0..1, as an 8-bit picture."""
    array = tensor.detach()[0].permute(1, 2, 0).clamp(0, 1).cpu().numpy()
    return Image.fromarray((array * 255 + 0.5).astype(np.uint8))
