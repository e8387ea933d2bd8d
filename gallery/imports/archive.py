"""A zip or a folder with pictures and ``styles.csv``: its names, its bytes, and its limits.

Nothing is ever unpacked to a disk: files are read by name, one at a time, and never more of them
than their limit.
"""

from __future__ import annotations

import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

TABLE = "styles.csv"
TABLE_MAX_BYTES = 5 * 2**20
MAX_FILES = 5000

# Pictures hardly shrink in a zip. What grows more than this is made to fill a disk.
MAX_RATIO = 200
RATIO_FROM_BYTES = 2**20

# What a zip says of its files is read whole, and takes fifteen times as much in memory.
DIRECTORY_MAX_BYTES = 4 * 2**20

# Others may ask for gigabytes before they have said anything.
WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

NOT_AS_IT_SAYS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OverflowError)
"""With ValueError, what is raised where a zip is not what it says."""


class ArchiveError(ValueError):
    """The zip or the folder as a whole cannot be imported; ``sentence`` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Store(Protocol):
    """Where files lie: by their names within it, with slashes."""

    def sizes(self) -> dict[str, int]: ...
    def read(self, name: str) -> bytes: ...


class Archive:
    """The table and the pictures beside it; names are as the table writes them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sizes = {name: size for name, size in store.sizes().items() if not _is_hidden(name)}
        if len(self._sizes) > MAX_FILES:
            raise ArchiveError(
                _("There are %(count)d files in it, and at most %(most)d can be imported at once.")
                % {"count": len(self._sizes), "most": MAX_FILES}
            )
        self._table = self._find_table()
        folder = PurePosixPath(self._table).parent
        self._names = {_key(_within(folder, name)): name for name in self._sizes}

    def table(self) -> bytes:
        if self._sizes[self._table] > TABLE_MAX_BYTES:
            raise ArchiveError(_("%(name)s is larger than 5 MB.") % {"name": TABLE})
        return self._store.read(self._table)

    def find(self, name: str) -> str | None:
        """The file that the table calls ``name``; in another case, if that is unmistakable."""
        return self._names.get(_key(str(PurePosixPath(name.strip().replace("\\", "/")))))

    def read(self, found: str) -> bytes | None:
        """The bytes of a file, or None where it is larger than an upload may be."""
        if self._sizes[found] > settings.UPLOAD_MAX_BYTES:
            return None
        return self._store.read(found)

    def others(self, used: Iterable[str]) -> list[str]:
        """Files that are neither the table nor in ``used``."""
        return sorted(set(self._sizes) - set(used) - {self._table})

    def _find_table(self) -> str:
        tables = [
            name for name in self._sizes if PurePosixPath(name).name.casefold() == TABLE.casefold()
        ]
        if not tables:
            sentence = _("There is no %(name)s in it. It says which picture is what.")
            raise ArchiveError(sentence % {"name": TABLE})
        return min(tables, key=lambda name: (name.count("/"), name))


class ZipStore:
    """The files in a zip, judged by what it says of itself before anything is read."""

    def __init__(self, file: IO[bytes] | Path) -> None:
        try:
            _check_directory(file)
            self._zip = zipfile.ZipFile(file)
        except (*NOT_AS_IT_SAYS, OSError, ValueError) as error:
            if isinstance(error, ArchiveError):
                raise
            sentence = _("This file is not a zip, or it is damaged. Please make it again.")
            raise ArchiveError(sentence) from error
        self._files: dict[str, zipfile.ZipInfo] = {}
        for entry in self._zip.infolist():
            if not entry.is_dir():
                self._files[_checked(entry)] = entry
        total = sum(entry.file_size for entry in self._files.values())
        if total > 2 * settings.IMPORT_MAX_BYTES:
            raise ArchiveError(
                _("Unpacked, it would be larger than %(megabytes)s MB. Please make several of it.")
                % {"megabytes": 2 * settings.IMPORT_MAX_BYTES // 2**20}
            )

    def sizes(self) -> dict[str, int]:
        return {name: entry.file_size for name, entry in self._files.items()}

    def read(self, name: str) -> bytes:
        entry = self._files[name]
        try:
            with self._zip.open(entry) as file:
                return file.read(entry.file_size + 1)[: entry.file_size]
        except (*NOT_AS_IT_SAYS, ValueError) as error:
            raise OSError(f"{name} in the zip is damaged") from error

    def close(self) -> None:
        self._zip.close()


class FolderStore:
    """The files below a folder of this machine; links that lead out of it are left alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def sizes(self) -> dict[str, int]:
        return {
            path.relative_to(self._folder).as_posix(): path.stat().st_size
            for path in sorted(self._folder.rglob("*"))
            if path.is_file() and path.resolve().is_relative_to(self._folder)
        }

    def read(self, name: str) -> bytes:
        return (self._folder / name).read_bytes()


@contextmanager
def opened(source: IO[bytes] | Path) -> Iterator[Archive]:
    """The archive in a file, or at a path of this machine: a zip or a folder."""
    if isinstance(source, Path) and source.is_dir():
        yield Archive(FolderStore(source))
        return
    store = ZipStore(source)
    try:
        yield Archive(store)
    finally:
        store.close()


def _check_directory(file: IO[bytes] | Path) -> None:
    """Raises ArchiveError where the directory of a zip is far longer than MAX_FILES need."""
    with file.open("rb") if isinstance(file, Path) else nullcontext(file) as opened:
        found = zipfile._EndRecData(opened)  # type: ignore[attr-defined]  # finds that of zip64, too
        opened.seek(0)
    if found and found[zipfile._ECD_SIZE] > DIRECTORY_MAX_BYTES:  # type: ignore[attr-defined]
        raise ArchiveError(
            _("There are more files in it than the %(most)d that can be imported at once.")
            % {"most": MAX_FILES}
        )


def _checked(entry: zipfile.ZipInfo) -> str:
    """The name of an entry. Raises ArchiveError for one that no honest zip has."""
    name = _decoded(entry).replace("\\", "/")
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        sentence = _("The zip has a file that would lie outside of it (%(name)s).")
        raise ArchiveError(sentence % {"name": name[:80]})
    if entry.flag_bits & 0x1:
        raise ArchiveError(_("The zip asks for a password. Please make it without one."))
    if entry.compress_type not in WAYS:
        sentence = _(
            "%(name)s is compressed in a way that few programs know. Please use “Deflate”."
        )
        raise ArchiveError(sentence % {"name": name[:80]})
    bloated = entry.file_size > RATIO_FROM_BYTES
    if bloated and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
        sentence = _("%(name)s would grow to more than %(ratio)d times its size in the zip.")
        raise ArchiveError(sentence % {"name": name[:80], "ratio": MAX_RATIO})
    return str(path)


def _decoded(entry: zipfile.ZipInfo) -> str:
    """Names are UTF-8, also of programs that forget to say so."""
    if not entry.flag_bits & 0x800:
        try:
            return entry.filename.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return entry.filename


def _is_hidden(name: str) -> bool:
    """What macOS and Windows leave in zips and folders without being asked."""
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") or part == "__MACOSX" for part in parts) or parts[-1] in (
        "Thumbs.db",
        "desktop.ini",
    )


def _within(folder: PurePosixPath, name: str) -> str:
    path = PurePosixPath(name)
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else f"../{name}"


def _key(name: str) -> str:
    """macOS writes é as e and an accent; tables are typed with the letter."""
    return unicodedata.normalize("NFC", name).casefold()


def others_sentence(names: list[str]) -> str:
    """That these files have no row, naming the first few."""
    if not names:
        return ""
    sentence = ngettext(
        "%(count)d file has no row in the table and is left out: %(names)s",
        "%(count)d files have no row in the table and are left out: %(names)s",
        len(names),
    )
    named = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
    return sentence % {"count": len(names), "names": named}
