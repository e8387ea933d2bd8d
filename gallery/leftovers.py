"""No file stays that no row names, whenever a process dies or a store fails.

A row and its files cannot change in one moment. So a note is written first: before files are
written, and in the transaction that lets go of some. Housekeeping looks at what a note speaks of,
once whoever wrote it has had the time, removes what no row names, and forgets the note. Nobody else
forgets that of a folder: its other files may be left over, too.

Nothing searches the store for files without a row by itself. It would find the same, and more, but
whoever starts a worker with another database (an old one, an empty one) would lose all pictures by
it. Who runs the site may, with `manage.py leftovers` (``strays``).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial, reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import DatabaseError, InterfaceError, OperationalError, models, transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from gallery.files import FilesUnavailableError
from gallery.models.leftovers import Leftover

logger = logging.getLogger(__name__)

NAMED_WITHIN = timedelta(days=1)
"""Files that are written have a row by then."""

AGAIN = timedelta(hours=1)
"""When a place is looked at once more; and what is younger is perhaps just being written."""

FOLDER_ENDS = ("/", "-")

UNSURE = (OperationalError, InterfaceError)
"""Whoever meets one of these at a commit does not know whether the rows were kept."""

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def note_writing(prefix: str) -> None:
    """Before the first file is written to a folder, which ends with a slash, or before the one file
    of this name is, in a folder of many."""
    _note([prefix], timezone.now() + NAMED_WITHIN)


@contextmanager
def removed_on_error(
    files: Callable[[], Iterable[FieldFile]], but: Collection[str] = ()
) -> Iterator[None]:
    """Write files, and then the row that names them, within this: where it fails, they go again.

    ``files`` tells those that the row has by then, and ``but`` names those that it had before. What
    a row names now stays, too: somebody else may have written it at the same moment under the same
    name. All is left to its note where the database went away, as the rows may have been kept.
    """
    try:
        yield
    except UNSURE:
        raise
    except BaseException:
        _abandon({str(file.name) for file in files() if file}.difference(but))
        raise


def remove(prefixes: Collection[str]) -> None:
    """Let go of files, in the transaction after which no row names them.

    Each is the name of a file, or what the names of all files of a row begin with, up to a slash or
    a hyphen. They go with the commit; those that do not, because a process dies or the store fails,
    go by housekeeping.
    """
    _note(prefixes, timezone.now())
    # Whatever goes wrong now, the caller has succeeded.
    transaction.on_commit(partial(_remove, prefixes), robust=True)


def look_soon(prefixes: Collection[str]) -> None:
    """At what is noted of these, where nothing will be written any more."""
    Leftover.objects.filter(prefix__in=prefixes).update(look_at=timezone.now())


def forget_below(folder: str) -> None:
    """Whoever calls this has emptied the folder, or what it holds of one row."""
    Leftover.objects.filter(prefix__startswith=folder).delete()


def clear(most: int) -> int:
    """Look at ``most`` of the places that are due; return how many.

    Raises FilesUnavailableError where the store does not answer.
    """
    now = timezone.now()
    due = list(Leftover.objects.filter(look_at__lte=now).order_by("look_at")[:most])
    for note in due:
        same = Leftover.objects.filter(pk=note.pk, look_at=note.look_at)
        try:
            is_clear = _clear(note.prefix, now)
        except OSError as error:
            logger.warning("%s could not be removed, trying again", note.prefix, exc_info=True)
            same.update(look_at=now + AGAIN)
            if isinstance(error, FilesUnavailableError):
                raise
            continue
        if is_clear:
            same.delete()
        else:
            same.update(look_at=now + AGAIN)
    return len(due)


def _note(prefixes: Iterable[str], look_at: datetime) -> None:
    Leftover.objects.bulk_create(
        (Leftover(prefix=prefix, look_at=look_at) for prefix in sorted(set(prefixes))),
        update_conflicts=True,
        unique_fields=["prefix"],
        update_fields=["look_at"],
    )


def _abandon(names: Collection[str]) -> None:
    try:
        for name in sorted(_not_named_by_own(names)):
            default_storage.delete(name)
    except (DatabaseError, OSError):
        logger.warning("%s: left to housekeeping", ", ".join(names), exc_info=True)


def _remove(prefixes: Iterable[str]) -> None:
    stored: dict[str, list[str]] = {}
    for prefix in prefixes:
        with _left_to_housekeeping(prefix):
            stored[prefix] = _stored(prefix)
    unnamed_here = _not_named_by_own(name for names in stored.values() for name in names)
    gone = []
    for prefix, names in stored.items():
        with _left_to_housekeeping(prefix):
            for name in unnamed_here.intersection(names):
                default_storage.delete(name)
            gone.append(prefix)
    files = [prefix for prefix in gone if not prefix.endswith(FOLDER_ENDS)]
    Leftover.objects.filter(prefix__in=files).delete()


@contextmanager
def _left_to_housekeeping(prefix: str) -> Iterator[None]:
    try:
        yield
    except OSError:
        logger.warning("%s is left to housekeeping", prefix, exc_info=True)


def _clear(prefix: str, now: datetime) -> bool:
    """Whether nothing is left below ``prefix`` but what a row names."""
    is_clear = True
    for name in sorted(unnamed(_stored(prefix))):
        try:
            if default_storage.get_modified_time(name) > now - AGAIN:
                is_clear = False
                continue
        except FileNotFoundError:
            continue
        default_storage.delete(name)
        logger.info("%s is gone, which no row named", name)
    return is_clear


def _stored(prefix: str) -> list[str]:
    if not prefix.endswith(FOLDER_ENDS):
        return [prefix]
    folder = prefix.rpartition("/")[0]
    try:
        _folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    return [name for file in files if (name := f"{folder}/{file}").startswith(prefix)]


def unnamed(names: Iterable[str]) -> set[str]:
    """Those that no row of any table names.

    Rows whose ids are in the names are asked first, as the columns of all rows have no index.
    """
    left = _not_named_by_own(names)
    for rows, columns in tables() if left else ():
        names_one = reduce(or_, (models.Q(**{f"{column}__in": left}) for column in columns))
        for row in rows.filter(names_one).values_list(*columns):
            left -= set(row)
    return left


def _not_named_by_own(names: Iterable[str]) -> set[str]:
    """Those that no row names whose id they carry, in any table.

    That is a moment's work, where asking all rows takes seconds on a large site. The site gives
    each file the id of its row, or of the one that hands it on.
    """
    left = set(names)
    keys = {key[0] for name in left if (key := UUID.search(name))}
    for rows, columns in tables() if keys else ():
        for row in rows.filter(pk__in=keys).values_list(*columns):
            left -= set(row)
    return left


def tables() -> Iterator[tuple[models.Manager[Any], list[str]]]:
    """Those whose rows name files, with the columns in which they do."""
    for model in apps.get_models():
        fields = model._meta.concrete_fields
        if files := [field.attname for field in fields if isinstance(field, models.FileField)]:
            yield model._base_manager, files
