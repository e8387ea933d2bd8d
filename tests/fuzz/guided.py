"""Our own parsers, fed with what has led to lines that nothing led to before.

Coverage is that of Python's own tracing, of the modules below only: pairs of lines that follow each
other. What reaches a new pair is mutated further. Anything but the errors that a parser is allowed
to raise is a fault.
"""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parents[2]
TRACED = tuple(
    str(ROOT / path)
    for path in (
        *("gallery/recipe", "gallery/embedded_recipes", "gallery/imports/", "engine/images"),
        *("engine/params", "engine/decoding/wire"),
    )
)


@dataclass(frozen=True)
class Target:
    """A parser, what it may raise, and what to begin with."""

    name: str
    parse: Callable[[bytes], object]
    allowed: tuple[type[BaseException], ...]
    corpus: list[bytes]
    words: list[bytes]


class Explorer:
    """Feeds one target, and keeps what found something new."""

    def __init__(self, target: Target, seed: int) -> None:
        self.target = target
        self.corpus = list(target.corpus)
        self.faults: list[str] = []
        self._dice = random.Random(seed)
        self._seen: set[tuple[str, int, int]] = set()
        self._now: set[tuple[str, int, int]] = set()

    @property
    def pairs(self) -> int:
        return len(self._seen)

    def explore(self, count: int) -> None:
        for data in self.target.corpus:
            self._try(data)
        for _ in range(count):
            data = self._changed(self._dice.choice(self.corpus))
            if self._try(data):
                self.corpus.append(data)

    def _try(self, data: bytes) -> bool:
        self._now = set()
        traced = sys.gettrace()
        sys.settrace(self._enter)
        try:
            with suppress(*self.target.allowed):
                self.target.parse(data)
        except Exception as error:  # that is what is looked for
            self.faults.append(f"{self.target.name}: {error!r} for {data[:300]!r}")
        finally:
            sys.settrace(traced)
        new = self._now - self._seen
        self._seen |= new
        return bool(new)

    def _enter(self, frame: FrameType, _event: str, _arg: object) -> Any:
        name = frame.f_code.co_filename
        if not name.startswith(TRACED):
            return None
        last = [0]

        def line(inner: FrameType, _event: str, _arg: object) -> Any:
            self._now.add((name, last[0], inner.f_lineno))
            last[0] = inner.f_lineno
            return line

        return line

    def _changed(self, data: bytes) -> bytes:
        dice, out = self._dice, bytearray(data)
        for _ in range(dice.choice((1, 1, 2, 5))):
            at = dice.randrange(len(out) + 1)
            match dice.randrange(5):
                case 0:
                    out[at:at] = dice.choice(self.target.words)
                case 1:
                    del out[at : at + dice.randrange(1, 30)]
                case 2 if at < len(out):
                    out[at] = dice.randrange(256)
                case 3:
                    begin = dice.randrange(len(out) + 1)
                    out[at:at] = out[begin : begin + dice.randrange(60)]
                case _:
                    end = at + dice.randrange(1, 12)
                    out[at:end] = dice.choice(self.target.words)
        return bytes(out[:200_000])


def targets() -> list[Target]:
    """Needs Django; nothing is asked of the database."""
    import json
    import zipfile

    from engine import images
    from engine.errors import EngineError
    from gallery import embedded_recipes, recipe_files
    from gallery.imports import archive, table
    from gallery.imports.archive import ArchiveError
    from gallery.recipe_files import RecipeFileError
    from tests.fuzz.hostile import long_names, samples

    said = json.dumps(EXAMPLE).encode()
    packet = embedded_recipes._PACKET.format(
        namespace=embedded_recipes.NAMESPACE, name="recipe", recipe="{&#x22;a&quot;:1}"
    ).encode()
    attribute = b"<x xmlns:a = 'urn:stylesite:recipe:'><y a:recipe='{&quot;a&#34;:1}'/></x>"
    packets = [packet, attribute, long_names(2000, 300), b"<x/>"]
    recipes = [said, b"{}", b'{"a":[' + b'{"":0},' * 9000 + b"0]}"]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("a/styles.csv", "file,title,params,state\nx.png,X,strength=5,draft\n")
        made.writestr("a/x.png", samples()["PNG"])

    def opened(data: bytes) -> None:
        with archive.opened(io.BytesIO(data)) as one:
            for row in table.read(one.table()):
                found = one.find(row.file)
                _ = found and one.read(found)

    values = [b"null", b"[]", b"{}", b"-1", b"1e400", b'""', b"true", b'"\\ud800"', b"NaN"]
    keys = [f'"{key}":'.encode() for key in (*EXAMPLE, *EXAMPLE["inputs"], *EXAMPLE["params"])]
    xml = [b"<x>", b"</x>", b"<!--", b"&amp;", b"&#0;", b"xmlns:s=''", b"<?", b"]]>", b"\xff\xfe"]
    xml += [b"&#" + b"9" * 5000, b"stylesite:recipe", b" a:recipe='", b"urn:stylesite:recipe:"]
    zips = [b"PK\1\2", b"PK\3\4", b"PK\5\6", b"\xff" * 4, b"\0" * 4, b"../", b",", b'"', b"\n"]
    sniff = [b"ftyp", b"avif", b"mif1", b"RIFF", b"WEBP", b"\xff\xd8\xff", b"<svg", b"GIF8", b"BM"]
    return [
        Target("recipe", recipe_files.read, (RecipeFileError,), recipes, values + keys),
        Target("xmp", embedded_recipes._property, (), packets, xml),
        Target("zip", opened, (ArchiveError, OSError), [buffer.getvalue()], zips),
        Target("first bytes", images._sniff, (EngineError,), list(samples().values()), sniff),
    ]


EXAMPLE: dict[str, Any] = {
    "format": "stylesite-recipe",
    "schema": 1,
    "title": "Mill",
    "inputs": {
        "photo": {"title": "a", "sha256": "a" * 64, "pixels_sha256": "", "width": 96, "height": 64},
        "styles": [
            {
                "title": "b",
                "sha256": "b" * 64,
                "pixels_sha256": "",
                "width": 96,
                "height": 64,
                "artist": "",
                "weight": 1.0,
                "mask": None,
            }
        ],
        "earlier": None,
        "protect": None,
    },
    "params": {"version": 1, "size_px": 512},
    "result": {
        "width": 96,
        "height": 64,
        "sha256": "c" * 64,
        "pixels_sha256": "d" * 64,
        "steps": 9,
        "planned_steps": 9,
    },
    "made_with": {},
}


def main(seed: int, count: int) -> list[str]:
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    faults: list[str] = []
    for target in targets():
        explorer = Explorer(target, seed)
        explorer.explore(count // 4)
        kept = len(explorer.corpus)
        print(f"{target.name}: {count // 4} inputs, {explorer.pairs} pairs of lines, {kept} kept")
        faults += explorer.faults
    return faults
