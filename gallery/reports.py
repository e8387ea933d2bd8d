"""Somebody says that a picture should not be seen; an admin takes it down, or lets it be.

Admins see pictures that are published or that somebody has reported, and no others. What was taken
down stays its owner's: only nobody else sees it any more, wherever it was shown.
"""

from __future__ import annotations

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.models import User
from gallery.models import Artwork, ArtworkQuerySet, Report

State = Report.State


def report(artwork: Artwork, reporter: User | None, reason: str, text: str) -> None:
    """Note that somebody objects to ``artwork``. One person has one open report of a picture."""
    if reporter is not None:
        standing = Report.objects.filter(artwork=artwork, reporter=reporter, state=State.OPEN)
        if standing.update(reason=reason, text=text):
            return
    Report.objects.create(artwork=artwork, reporter=reporter, reason=reason, text=text)


def reviewable() -> ArtworkQuerySet:
    """What an admin may see: published, taken down, or with a report that waits for an answer."""
    waiting = Report.objects.filter(artwork=OuterRef("pk"), state=State.OPEN)
    return Artwork.objects.filter(trashed_at=None).filter(
        Q(published_at__isnull=False) | Q(taken_down_at__isnull=False) | Exists(waiting)
    )


@transaction.atomic
def take_down(artwork: Artwork, admin: User, reason: str) -> bool:
    """Hide ``artwork`` from everybody but its owner; False if it was hidden already.

    Open reports are answered by it. Where nobody reported it, the admin does.
    """
    now = timezone.now()
    standing = Artwork.objects.filter(pk=artwork.pk, taken_down_at=None)
    if not standing.update(taken_down_at=now):
        return False
    answered = {"state": State.TAKEN_DOWN, "decided_at": now, "decided_by": admin}
    artwork.reports.filter(state=State.OPEN).update(**answered)
    decided = {"artwork": artwork, "reporter": admin, "reason": reason}
    Report.objects.create(**decided, **answered)
    _log(artwork, admin, gettext_noop("Taken down."))
    return True


@transaction.atomic
def dismiss(artwork: Artwork, admin: User) -> bool:
    """Let ``artwork`` be: its open reports are answered. False if there was none."""
    answered = artwork.reports.filter(state=State.OPEN).update(
        state=State.DISMISSED, decided_at=timezone.now(), decided_by=admin
    )
    if answered:
        _log(artwork, admin, gettext_noop("Reports dismissed."))
    return bool(answered)


@transaction.atomic
def put_back(artwork: Artwork, admin: User) -> bool:
    """Undo ``take_down``: it is shown again wherever its owner shows it. False if it was."""
    standing = Artwork.objects.filter(pk=artwork.pk, taken_down_at__isnull=False)
    if not standing.update(taken_down_at=None):
        return False
    artwork.reports.filter(state=State.TAKEN_DOWN).update(
        state=State.DISMISSED, decided_at=timezone.now(), decided_by=admin
    )
    _log(artwork, admin, gettext_noop("Put back."))
    return True


def why_taken_down(artwork: Artwork) -> str:
    """The reason its owner is told; empty for a picture that was not taken down."""
    if not artwork.taken_down_at:
        return ""
    decided = artwork.reports.filter(state=State.TAKEN_DOWN).order_by("-id").first()
    return decided.get_reason_display() if decided else ""


def _log(artwork: Artwork, admin: User, said: str) -> None:
    """In the admin's own history, which says who and when."""
    LogEntry.objects.log_actions(admin.pk, Artwork.objects.filter(pk=artwork.pk), CHANGE, said)
