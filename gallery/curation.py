"""What a preset needs before visitors see it, and how it goes on the wall and comes off again.

Nothing is published silently: what lacks its credit or its licence stays hidden, and whoever asked
is told what is missing of which preset.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from accounts.models import User
from gallery import history
from gallery.models import Style

REQUIRED = ("artist", "licence")
"""Fields that must be filled in before a preset is published."""

POSITION_STEP = 10


def lacking(style: Style) -> list[str]:
    """What must still be said about ``style`` before it may be published, in words."""
    words = {"artist": _("no credit"), "licence": _("no licence")}
    return [words[name] for name in REQUIRED if not getattr(style, name).strip()]


def missing(style: Style) -> list[str]:
    """The same, and what it would be better with."""
    return lacking(style) + ([] if style.example else [_("no example")])


def is_missing(name: str) -> Q:
    """The condition that presets without a credit ("artist"), licence or example meet."""
    return Q(**{name: ""})


def needed_sentence(style: Style) -> str:
    """Why ``style`` stays hidden."""
    words = get_text_list(lacking(style), _("and"))
    return _("“%(title)s” stays hidden: %(missing)s.") % {"title": style.title, "missing": words}


@dataclass
class Outcome:
    """Of many presets at once: which changed, and which stay hidden for want of something."""

    changed: list[Style] = field(default_factory=list)
    refused: list[Style] = field(default_factory=list)


def publish(styles: Iterable[Style], by: User) -> Outcome:
    """DRAFT → PUBLISHED for each that has its credit and licence; the others stay as they are."""
    outcome = Outcome()
    for style in styles:
        if lacking(style):
            outcome.refused.append(style)
        elif _set_state(style, Style.State.PUBLISHED, by):
            outcome.changed.append(style)
    return outcome


def hide(styles: Iterable[Style], by: User) -> Outcome:
    """PUBLISHED → DRAFT."""
    return Outcome([style for style in styles if _set_state(style, Style.State.DRAFT, by)])


def presets() -> QuerySet[Style]:
    """All presets, hidden ones too, in the order of the wall."""
    return Style.objects.filter(owner=None).order_by("position", "title")


def next_position() -> int:
    """Where a new preset goes: behind all others."""
    last = presets().aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + POSITION_STEP


@transaction.atomic
def _set_state(style: Style, state: Style.State, by: User) -> bool:
    """Whether this call changed it; looked at once more, as its credit may just have gone."""
    before = history.snapshot(style)
    row = presets().filter(pk=style.pk).exclude(state=state)
    if state == Style.State.PUBLISHED:
        for name in REQUIRED:
            row = row.exclude(is_missing(name))
    if not row.update(state=state):
        return False
    style.state = state
    history.note_changes(by, style, before)
    return True
