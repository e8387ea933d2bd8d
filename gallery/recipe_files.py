"""Recipes as files: what they say, read and judged when somebody brings one.

A recipe file is JSON that says all that is needed to paint a picture again, and what came out the
first time; docs/recipes.md describes it. What a row remembers is in ``recipes``, how that becomes a
file in ``artwork_recipes``, how a picture carries its recipe in ``embedded_recipes``. Nothing here
paints.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, Self

from django.utils.translation import gettext as _

from engine.errors import ParameterError
from engine.params import Params
from gallery import recipe_masks
from gallery.recipe_entries import Entries, RecipeFileError
from gallery.recipe_masks import MOST_PNG_BYTES, MaskInput

__all__ = ["Input", "RecipeFile", "RecipeFileError", "Result", "read"]

FORMAT = "stylesite-recipe"
SCHEMA = 2
"""The newest that is read."""

SCHEMA_WITHOUT_MASKS = 1
"""Of the files that are written where no mask is in them, so that older sites read those."""

MOST_STYLES = 8

MOST_BYTES = 256 * 1024 + (MOST_STYLES + 1) * MOST_PNG_BYTES * 4 // 3
"""Of a recipe file; real ones have about three thousand, and some ten thousand for each mask."""

MOST_ENTRIES = 20_000
"""Commas and brackets of a recipe file, which are more than its entries: real ones have a few
hundred, and if its titles and names held nothing else, some 5,000. Only masks make a file large,
and they have none; what has millions takes thirty times its size in memory."""

LEAST_WEIGHT, MOST_WEIGHT = 0.01, 100.0
MOST_SIDE_PX = 100_000


MADE_WITH = ("engine", "torch", "pillow", "weights", "weights_sha256", "threads", "processor")
"""What may make a difference between two machines that paint by the same recipe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A picture that goes into another: photo, style or earlier result.

    sha256: of the file as the site stored it. pixels_sha256: of its pixels before they were
    encoded; empty where nobody knows. mask: where a style paints.
    """

    title: str
    sha256: str
    pixels_sha256: str = ""
    width: int
    height: int
    artist: str = ""
    weight: float = 1.0
    mask: MaskInput | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came out; the hashes are those of its PNG and of its pixels."""

    width: int
    height: int
    sha256: str
    pixels_sha256: str = ""
    steps: int
    planned_steps: int

    @property
    def was_stopped(self) -> bool:
        return self.steps < self.planned_steps


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeFile:
    """A recipe file that has been judged: everything in it can be used."""

    title: str
    photo: Input
    styles: tuple[Input, ...]
    params: Params
    result: Result
    earlier: Input | None = None
    protect: MaskInput | None = None
    made_with: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def masks(self) -> list[MaskInput]:
        """All of them, that of the protected photo last."""
        masks = [*(style.mask for style in self.styles), self.protect]
        return [mask for mask in masks if mask is not None]

    def to_json(self, *, whole: bool = True) -> dict[str, Any]:
        """whole: with the masks themselves, as in a file."""
        inputs = {
            "photo": _input_json(self.photo),
            "styles": [_style_json(style, whole=whole) for style in self.styles],
            "earlier": None if self.earlier is None else _input_json(self.earlier),
        }
        if self.protect is not None:
            inputs["protect"] = self.protect.to_json(whole=whole)
        return {
            "format": FORMAT,
            "schema": SCHEMA if self.masks else SCHEMA_WITHOUT_MASKS,
            "title": self.title,
            "inputs": inputs,
            "params": self.params.to_json(),
            "seed": self.params.seed,
            "result": dataclasses.asdict(self.result),
            "made_with": dict(self.made_with),
        }

    @classmethod
    def from_json(cls, said: Any, who: Hashable = None) -> Self:
        """``who``: for whom its masks are read, see ``gallery.reading``.

        Raises RecipeFileError, with a sentence, for anything but a whole recipe, and BusyError.
        """
        top = Entries(said, "")
        _check_version(top)
        inputs = top.entries("inputs")
        earlier, protect = inputs.optional("earlier"), inputs.optional("protect")
        recipe = cls(
            title=top.text("title"),
            photo=_read_input(inputs.entries("photo")),
            styles=tuple(_read_styles(inputs, who)),
            earlier=None if earlier is None else _read_input(earlier),
            protect=None if protect is None else recipe_masks.read_mask(protect, who),
            params=_read_params(top),
            result=_read_result(top.entries("result")),
            made_with=_read_made_with(top.entries("made_with")),
        )
        inputs.finish()
        top.finish()
        if (recipe.params.initial == "earlier") != (recipe.earlier is not None):
            raise RecipeFileError(
                _("The recipe does not say clearly which earlier picture it goes on from.")
            )
        return recipe

    def to_bytes(self) -> bytes:
        """The file: indented, so that people can read it."""
        return json.dumps(self.to_json(), ensure_ascii=False, indent=2).encode() + b"\n"

    def to_line(self) -> str:
        """The same as one line, to be put inside a picture."""
        return json.dumps(self.to_json(), ensure_ascii=True, separators=(",", ":"))


def read(data: bytes, who: Hashable = None) -> RecipeFile:
    """The recipe in a file's bytes, as ``RecipeFile.from_json`` judges it."""
    if len(data) > MOST_BYTES:
        sentence = _("A recipe is never larger than %(most)d MB; this file is something else.")
        raise RecipeFileError(sentence % {"most": MOST_BYTES // 2**20})
    if sum(map(data.count, (b",", b"{", b"["))) > MOST_ENTRIES:
        raise RecipeFileError(_("A recipe never says so much; this file is something else."))
    try:
        said = json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise RecipeFileError(
            _("This file is not a recipe: it cannot be read as JSON. It may be cut off.")
        ) from error
    return RecipeFile.from_json(said, who)


# Writing


def _input_json(one: Input) -> dict[str, Any]:
    return {
        "title": one.title,
        "sha256": one.sha256,
        "pixels_sha256": one.pixels_sha256,
        "width": one.width,
        "height": one.height,
    }


def _style_json(style: Input, *, whole: bool) -> dict[str, Any]:
    said = {**_input_json(style), "artist": style.artist, "weight": style.weight}
    return said if style.mask is None else {**said, "mask": style.mask.to_json(whole=whole)}


# Reading


def _check_version(top: Entries) -> None:
    if top.take("format") != FORMAT:
        top.refuse("")
    version = top.take("schema")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        top.refuse(_("must be the version of the recipe, such as 1"), "schema")
    if version > SCHEMA:
        sentence = _(
            "This recipe was written by a newer Stylesite (version %(version)s of recipes); this "
            "site reads up to version %(known)d. Ask whoever runs it to bring it up to date."
        )
        raise RecipeFileError(sentence % {"version": str(version)[:20], "known": SCHEMA})


def _read_input(said: Entries) -> Input:
    read_input = _input_of(said)
    said.finish()
    return read_input


def _input_of(said: Entries, **more: Any) -> Input:
    return Input(
        title=said.text("title"),
        sha256=said.sha256("sha256"),
        pixels_sha256=said.sha256("pixels_sha256", required=False),
        width=said.whole("width", 1, MOST_SIDE_PX),
        height=said.whole("height", 1, MOST_SIDE_PX),
        **more,
    )


def _read_styles(inputs: Entries, who: Hashable) -> Iterator[Input]:
    rows = inputs.take("styles")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_STYLES:
        inputs.refuse(_("must be a list of 1 to %(most)d styles") % {"most": MOST_STYLES}, "styles")
    seen: set[str] = set()
    for number, row in enumerate(rows):
        said = Entries(row, f"{inputs.path}.styles.{number}")
        weight = said.number("weight", LEAST_WEIGHT, MOST_WEIGHT, 1.0)
        masked = said.optional("mask")
        mask = None if masked is None else recipe_masks.read_mask(masked, who)
        style = _input_of(said, artist=said.text("artist"), weight=weight, mask=mask)
        said.finish()
        if style.sha256 in seen:
            inputs.refuse(_("names the same style twice"), "styles")
        seen.add(style.sha256)
        yield style


def _read_params(top: Entries) -> Params:
    said, seed = top.take("params"), top.take("seed")
    if not isinstance(said, dict):
        top.refuse(_("must be an object with names and values"), "params")
    try:
        params = Params.from_json(said)
    except ParameterError as error:
        raise RecipeFileError(error.sentence) from error
    if seed is not None and (isinstance(seed, bool) or seed != params.seed):
        top.refuse(_("must be the seed that “params” says"), "seed")
    return params


def _read_result(said: Entries) -> Result:
    result = Result(
        width=said.whole("width", 1, MOST_SIDE_PX),
        height=said.whole("height", 1, MOST_SIDE_PX),
        sha256=said.sha256("sha256"),
        pixels_sha256=said.sha256("pixels_sha256", required=False),
        steps=said.whole("steps", 1, 10**6),
        planned_steps=said.whole("planned_steps", 1, 10**6),
    )
    said.finish()
    return result


def _read_made_with(said: Entries) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in MADE_WITH:
        if name == "weights_sha256":
            value: Any = said.sha256(name, required=False)
        elif name in {"engine", "threads"}:
            value = said.take(name)
            if value is not None:
                value = Entries({name: value}, said.path).whole(name, 1, 10**6)
        else:
            value = said.text(name)
        if value:
            found[name] = value
    said.finish()
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")
