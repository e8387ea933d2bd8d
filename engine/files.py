"""The files of the terminal command: read, checked before the work, written whole or not at all.

Torch-free, so that a wrong file is refused at once. Pictures are decoded by `engine.images`, what a
checkpoint holds is `engine.checkpoint`.
"""

import itertools
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from PIL import Image

from engine.checkpoint import MAGIC
from engine.errors import CheckpointError, EngineError, ImageError
from engine.images import Limits, encode_jpeg, encode_png, encode_webp, read_image

if TYPE_CHECKING:
    from engine.stylize import Step

MOST_PARAMS_BYTES = 2**20

CHECKPOINT_S = 5.0
"""So much work a power cut may cost."""

MOST_KEEPING = 0.1
"""Share of the time that writing checkpoints of a very large picture may take."""


class CommandError(EngineError):
    """What only a terminal can get wrong: files and their names."""

    code = "command"


ENCODERS = {
    ".png": encode_png,
    ".jpg": encode_jpeg,
    ".jpeg": encode_jpeg,
    ".webp": encode_webp,
}
"""How a result is written, by the end of its name."""


def read_picture(path: Path, limits: Limits | None = None) -> Image.Image:
    """The picture in the file at `path`. Raises CommandError or ImageError, which name the file."""
    try:
        with path.open("rb") as file:
            return read_image(file, limits)
    except OSError as error:
        raise _unreadable(path, error) from error
    except ImageError as error:
        raise ImageError(f"{path}: {error.sentence}", reason=error.reason) from error


def read_mask(path: Path) -> Image.Image | None:
    """The mask in the file at `path`, which may be as small as one likes; None for "-"."""
    return None if str(path) == "-" else read_picture(path, Limits(min_side_px=1))


def read_params_file(path: Path) -> Any:
    """Whatever the JSON file at `path`, or stdin for "-", says. Raises CommandError."""
    is_stdin = str(path) == "-"
    name = Path("stdin") if is_stdin else path
    try:
        with open(0, "rb", closefd=False) if is_stdin else path.open("rb") as file:
            data = file.read(MOST_PARAMS_BYTES + 1)
    except OSError as error:
        raise _unreadable(name, error) from error
    if len(data) > MOST_PARAMS_BYTES:
        raise CommandError(f"{name} is too large to hold settings.")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{name} is not JSON. Use what --print-params prints.") from error


def check_output(path: Path, inputs: Iterable[Path], *, no_clobber: bool) -> None:
    """Raises CommandError where a result cannot, or must not, be written to `path`."""
    if path.suffix.lower() not in ENCODERS:
        raise CommandError(f"{path}: name the result .png, .jpg or .webp.")
    _check_writable(path)
    if no_clobber and path.exists():
        raise CommandError(
            f"{path} is already there. Name another result, or leave out --no-clobber."
        )
    if any(_same(path, other) for other in inputs):
        raise CommandError(f"{path} is one of the files to read. Name another result.")


def read_checkpoint(path: Path, output: Path) -> bytes | None:
    """The run kept at `path`; None where there is none yet. What it holds is not looked into.

    Raises CommandError or CheckpointError where it cannot be, or be kept there.
    """
    _check_writable(path)
    if _same(path, output):
        raise CommandError(f"{path} is the result. Name another file for the checkpoint.")
    if not path.exists():
        return None
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) == MAGIC:
                return MAGIC + file.read()
    except OSError as error:
        raise _unreadable(path, error) from error
    raise CheckpointError(f"{path} is not a checkpoint. Name another file.")


def check_weights(weights: str) -> None:
    """Raises CommandError where `weights` is to be a file and cannot be read."""
    if weights in {"bundled", "torchvision"}:
        return
    try:
        with Path(weights).open("rb"):
            pass
    except OSError as error:
        raise _unreadable(Path(weights), error) from error


def save_picture(image: Image.Image, path: Path, *, no_clobber: bool) -> Path:
    """Writes `image`; where it then is. A file that has appeared at `path` since it was checked is
    left alone with no_clobber, and the picture is saved beside it.

    Raises CommandError where it cannot be written; it is then saved in a new temporary folder, if
    there is room, and the sentence says so.
    """
    if no_clobber and path.exists():
        numbered = (path.with_stem(f"{path.stem}-{n}") for n in itertools.count(1))
        path = next(other for other in numbered if not other.exists())
    data = ENCODERS[path.suffix.lower()](image)
    try:
        write_whole(path, data)
    except OSError as error:
        sentence = f"{path} cannot be written: {error.strerror or error}."
        kept = _kept_elsewhere(path.name, data)
        if kept is not None:
            sentence += f" The picture was saved as {kept} instead."
        raise CommandError(sentence) from error
    return path


def _kept_elsewhere(name: str, data: bytes) -> Path | None:
    """Where in the system's temporary folder `data` now is; None where there is no room either."""
    folder = None
    try:
        folder = Path(tempfile.mkdtemp(prefix="stylesite-"))
        write_whole(folder / name, data)
    except OSError:
        if folder is not None:
            folder.rmdir()
        return None
    return folder / name


def write_whole(path: Path, data: bytes) -> None:
    """Puts `data` at `path`, whole or not at all, even where the power fails. Raises OSError."""
    target = Path(os.path.realpath(path))
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(OSError):
            shutil.copymode(target, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


class Keeper:
    """Keeps a run in the file at `path`, or nothing where that is None.

    A file that cannot be written is told to `note`, and costs what a power cut would cost.
    """

    def __init__(self, path: Path | None, note: Callable[[str], None]) -> None:
        self.path = path
        self.is_kept = path is not None and path.exists()
        self._note = note
        self._due_s = monotonic() + CHECKPOINT_S

    def saw(self, step: "Step", *, at_once: bool = False) -> None:
        """Writes the run as it is after `step` when it is time, or at once.

        Not after the last step, which leaves nothing to go on with.
        """
        if self.path is None or step.is_last or (monotonic() < self._due_s and not at_once):
            return
        began_s = monotonic()
        try:
            write_whole(self.path, step.checkpoint())
            self.is_kept = True
        except OSError as error:
            self._note(f"{self.path} cannot be written: {error.strerror}. Painting goes on.")
        ended_s = monotonic()
        self._due_s = ended_s + max(CHECKPOINT_S, (ended_s - began_s) / MOST_KEEPING)

    def finished(self) -> None:
        """Removes the file: the picture is saved."""
        if self.path is None:
            return
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            self._note(f"{self.path} cannot be removed: {error.strerror}.")


def _check_writable(path: Path) -> None:
    folder = path.parent
    if not os.path.isdir(folder) or not os.access(folder, os.W_OK):
        raise CommandError(f"{folder} is not a folder that can be written to.")
    try:
        path.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
    if not path.is_file() or not os.access(path, os.W_OK):
        raise CommandError(f"{path} is not a file that can be written to.")


def _same(path: Path, other: Path) -> bool:
    with suppress(OSError):
        return path.samefile(other)
    return os.path.realpath(path) == os.path.realpath(other)


def _unreadable(path: Path, error: OSError) -> CommandError:
    return CommandError(f"{path} cannot be read: {error.strerror}.")
