"""Does what a row was judged to do: files first, then the row, each row for itself.

A row that fails leaves nothing behind, and the others go on. Doing it all again does nothing.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from gallery import history
from gallery.files import FilesUnavailableError
from gallery.imports import table
from gallery.imports.archive import Archive, others_sentence
from gallery.imports.judging import Judge, Kind, Verdict, Wishes
from gallery.models import Collection, Style
from gallery.pictures import shrink
from gallery.styles import ORIGINAL_SIDE_PX

logger = logging.getLogger(__name__)


@dataclass
class Report:
    """How an import went, or would go."""

    counts: Counter[str] = field(default_factory=Counter)
    others: list[str] = field(default_factory=list)
    failed: int = 0
    """Of those refused, how many failed for a reason of ours."""

    @property
    def new(self) -> int:
        return self.counts[Kind.NEW]

    @property
    def changed(self) -> int:
        return self.counts[Kind.CHANGED]

    @property
    def unchanged(self) -> int:
        return self.counts[Kind.UNCHANGED]

    @property
    def refused(self) -> int:
        return self.counts[Kind.REFUSED]

    @property
    def is_worth_doing(self) -> bool:
        return bool(self.new or self.changed)

    @property
    def others_sentence(self) -> str:
        return others_sentence(self.others)


class Run:
    """One archive from its first row to its last; ``report`` is whole when they are through."""

    def __init__(self, archive: Archive, wishes: Wishes, *, dry: bool) -> None:
        self.wishes = wishes
        self.dry = dry
        self.report = Report()
        self.rows = table.read(archive.table())
        self._judge = Judge(archive, wishes)

    def verdicts(self) -> Iterator[Verdict]:
        """Each row, after it was carried out unless this is a dry run."""
        for verdict in self._judge.verdicts(self.rows):
            if not self.dry:
                carry_out(verdict, self.wishes)
            self.report.counts[verdict.kind] += 1
            self.report.failed += verdict.failed
            yield verdict
            verdict.image = None  # not all pictures at once
        self.report.others = self._judge.archive.others(self._judge.used)


def carry_out(verdict: Verdict, wishes: Wishes) -> None:
    """Save what ``verdict`` says; one that fails becomes REFUSED and says so."""
    try:
        if verdict.kind == Kind.NEW:
            _add(verdict, wishes)
        elif verdict.kind == Kind.CHANGED:
            _change(verdict, wishes)
    except IntegrityError:
        _refuse(verdict, _("Somebody else imported this picture in the same moment."))
    except Style.DoesNotExist:
        _refuse(verdict, _("Its preset was deleted in the same moment."))
    except FilesUnavailableError:
        raise  # all others would fail, too
    except Exception:
        verdict.failed = True
        reference = secrets.token_hex(4)
        logger.exception("import, line %d: reference %s", verdict.row.line, reference)
        sentence = _("Something went wrong on our side; the log has it as %(reference)s.")
        _refuse(verdict, sentence % {"reference": reference})


def _refuse(verdict: Verdict, sentence: str) -> None:
    verdict.kind = Kind.REFUSED
    verdict.reasons.append(sentence)


def _add(verdict: Verdict, wishes: Wishes) -> None:
    if verdict.image is None:
        raise ValueError("a new preset needs its picture")
    style = Style(source_sha256=verdict.digest, **verdict.values)
    try:
        style.set_picture(shrink(verdict.image, ORIGINAL_SIDE_PX))
        with transaction.atomic():
            style.save(force_insert=True)
            _put_into(style, verdict, wishes)
            history.note_added(wishes.by, style, _imported_from(wishes))
    except BaseException:
        style.delete_files()
        raise
    verdict.style = style


@transaction.atomic
def _change(verdict: Verdict, wishes: Wishes) -> None:
    if verdict.style is None:
        raise ValueError("what is changed must be there")
    style = Style.objects.select_for_update().get(pk=verdict.style.pk)
    before = history.snapshot(style)
    for name, value in verdict.values.items():
        setattr(style, name, value)
    style.save()
    _put_into(style, verdict, wishes)
    history.note_changes(wishes.by, style, before, _imported_from(wishes))


def _put_into(style: Style, verdict: Verdict, wishes: Wishes) -> None:
    if verdict.collections is not None:
        style.collections.set([_collection(title, wishes) for title in verdict.collections])


def _collection(title: str, wishes: Wishes) -> Collection:
    found = Collection.objects.filter(title__iexact=title).first()
    if found:
        return found
    stem = slugify(title)[:40] or "collection"
    taken = set(Collection.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug = next(
        slug
        for slug in (stem, *(f"{stem}-{number}" for number in range(2, 9999)))
        if slug not in taken
    )
    added = Collection.objects.create(title=title, slug=slug, position=Collection.objects.count())
    history.note_added(wishes.by, added, _imported_from(wishes))
    return added


def _imported_from(wishes: Wishes) -> str:
    return _("Imported from “%(name)s”.") % {"name": wishes.source}
