"""Entries of a recipe file, judged one by one: each refusal is a sentence that names the entry."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from django.utils.translation import gettext as _

LONGEST_TEXT = 200

SHA256 = re.compile(r"[0-9a-f]{64}")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class RecipeFileError(Exception):
    """Not a recipe that can be used; the sentence says why, fit for whoever brought it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Entries:
    """An object of the file; every entry is asked for once, by its name, and judged there."""

    def __init__(self, said: Any, path: str) -> None:
        self.path = path
        if not isinstance(said, dict):
            self.refuse(_("must be an object with names and values"))
        self._left: dict[str, Any] = dict(said)

    def refuse(self, what: str, name: str = "") -> NoReturn:
        if not self.path and not name:
            raise RecipeFileError(_("This file is not a recipe of Stylesite."))
        raise RecipeFileError(
            _("This recipe cannot be used: “%(name)s” %(what)s.")
            % {"name": self._full(name), "what": what}
        )

    def take(self, name: str, default: Any = None) -> Any:
        return self._left.pop(name, default)

    def entries(self, name: str) -> Entries:
        return Entries(self.take(name), self._full(name))

    def optional(self, name: str) -> Entries | None:
        said = self.take(name)
        return None if said is None else Entries(said, self._full(name))

    def text(self, name: str) -> str:
        said = self.take(name, "")
        if not isinstance(said, str) or len(said) > LONGEST_TEXT or UNPRINTABLE.search(said):
            what = _("must be text of up to %(most)d letters on one line")
            self.refuse(what % {"most": LONGEST_TEXT}, name)
        return said

    def sha256(self, name: str, *, required: bool = True) -> str:
        said = self.take(name) or ""
        if said == "" and not required:
            return ""
        if not isinstance(said, str) or not SHA256.fullmatch(said):
            self.refuse(_("must be a SHA-256: 64 digits from 0 to 9 and a to f"), name)
        return said

    def whole(self, name: str, least: int, most: int) -> int:
        said = self.take(name)
        if isinstance(said, bool) or not isinstance(said, int) or not least <= said <= most:
            what = _("must be a whole number from %(least)d to %(most)d")
            self.refuse(what % {"least": least, "most": most}, name)
        return said

    def number(self, name: str, least: float, most: float, default: float) -> float:
        said = self.take(name, default)
        is_number = isinstance(said, (int, float)) and not isinstance(said, bool)
        if not is_number or not least <= said <= most:
            what = _("must be a number from %(least)g to %(most)g")
            self.refuse(what % {"least": least, "most": most}, name)
        return float(said)

    def finish(self) -> None:
        """Refuse what this site does not know: it might change the picture."""
        for name in self._left:
            shown = UNPRINTABLE.sub("�", name[:60])
            self.refuse(_("is nothing that this site knows"), shown)

    def _full(self, name: str) -> str:
        return ".".join(part for part in (self.path, name) if part)
