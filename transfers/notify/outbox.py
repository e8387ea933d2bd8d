"""The outbox: who is told what, when it is due, and which sender holds it.

Every claim is one conditional UPDATE that sets a token and a lease, and every later write names
the token, so two hosts never send the same notice at once. A notice can still arrive twice: when
its sender dies between the receiver's answer and the row. So webhooks carry the notice's id and
letters the id of their batch, by which receivers and mail servers know a repetition.
What is sent, and how, is in `letters` and `webhooks`.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.utils import timezone

from transfers.models import Transfer
from transfers.notify.models import Notice, NoticeChoices, NoticeQuerySet
from transfers.queue import workers

Channel = Notice.Channel
Outcome = Notice.Outcome
State = Notice.State

# From submission to the end: who waited longer has probably turned to something else.
MAIL_AFTER_S = 60

# How long the live page has to say that its owner saw the end; it asks every second.
SEEN_S = 15

# Those that end one after the other share a letter, sent when nothing of their owner's is
# unfinished, and at the latest so long after the first.
GATHER_S = 15 * 60

# Pauses between tries, as Standard Webhooks proposes them, cut at about a day.
PAUSES_S = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 8 * 3600, 8 * 3600)
MOST_TRIES = len(PAUSES_S) + 1
JITTER = 0.2

# Longer than any delivery may take by minutes, so that hosts whose clocks differ a little agree.
LEASE_S = {Channel.WEBHOOK: 120, Channel.EMAIL: 300}

# A sender looks every second, and a receiver that hangs is left after ten.
LATE_S = 120

KEPT = timedelta(days=30)

# How often a claim is tried again when another sender was faster each time.
CLAIM_TRIES = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one try."""

    outcome: Notice.Outcome
    status_code: int | None = None

    @property
    def is_ok(self) -> bool:
        return self.outcome == Outcome.OK

    @property
    def is_final(self) -> bool:
        """Nothing to try again: delivered, or 410 Gone, by which a receiver asks for no more."""
        return self.is_ok or self.status_code == HTTPStatus.GONE


# Written with the transition


def note_end(transfer: Transfer, state: Transfer.State) -> None:
    """Note who is to be told that `transfer` ended in `state`, in that transition's transaction.

    So there is never a finished transfer whose notice is lost, nor a notice of what did not happen.
    Nobody is told of a study, nor of what guests of a booth had painted.
    """
    if not transfer.is_picture or transfer.booth_id:
        return
    choices, now = NoticeChoices.of(transfer.owner_id), timezone.now()
    due = {}
    if choices.webhook_url:
        due[Channel.WEBHOOK] = now
    took_s = (now - transfer.created_at).total_seconds()
    if settings.SENDS_MAIL and choices.email and took_s > MAIL_AFTER_S:
        due[Channel.EMAIL] = now + timedelta(seconds=GATHER_S)
    Notice.objects.bulk_create(
        Notice(
            owner_id=transfer.owner_id,
            transfer=transfer,
            channel=channel,
            event=f"transfer.{state}",
            created_at=now,
            due_at=due_at,
        )
        for channel, due_at in due.items()
    )


def note_seen(transfer: Transfer) -> None:
    """Its owner saw the end of `transfer`, so no letter has to say so: PENDING → SEEN.

    Too late for one that a sender holds.
    """
    letters = Notice.objects.pending().by_mail().filter(transfer=transfer, batch=None)
    letters.update(state=State.SEEN)


# Claimed and answered by senders


def claim_webhook(sender: str) -> Notice | None:
    """The next delivery that is due, counted as a try and leased to `sender`; None without one.

    An owner's deliveries go one at a time, so that a receiver that hangs keeps only its own
    waiting.
    """
    now = timezone.now()
    at_work = Notice.objects.pending().by_webhook().filter(leased_until__gt=now)
    due = (
        _free(Notice.objects.pending().by_webhook(), now)
        .filter(~Exists(at_work.filter(owner=OuterRef("owner"))), due_at__lte=now)
        .order_by("due_at", "pk")
    )
    for _try in range(CLAIM_TRIES):
        # Asked anew each time: who was faster now holds one of this owner's.
        wanted = due.first()
        if wanted is None:
            return None
        token = _take([wanted], sender, now)
        if token is not None:
            return Notice.objects.select_related("transfer").get(pk=wanted.pk, token=token)
    return None


def claim_letter(sender: str) -> list[Notice]:
    """All notices of one owner that one letter shall tell, leased to `sender`; empty without one.

    A letter that was tried before holds the same notices again.
    """
    now = timezone.now()
    with transaction.atomic():
        first = _letters_due(now).order_by("due_at", "pk").first()
        if first is None:
            return []
        mine = _free(Notice.objects.pending().by_mail(), now).filter(
            owner=first.owner_id, batch=first.batch
        )
        if first.batch is None:
            mine = mine.filter(created_at__lte=_seconds_before(now, SEEN_S))
        # In order, so that of two senders the second waits for the first, and then finds none.
        rows = list(mine.select_for_update().order_by("pk"))
        token = _take(rows, sender, now) if rows else None
    if token is None:
        return []
    held = Notice.objects.filter(token=token).select_related("owner", "transfer__content_image")
    return list(held.order_by("created_at", "pk"))


def _letters_due(now: datetime) -> NoticeQuerySet:
    """Due at the latest, or all quiet: nothing unfinished, and nothing that may yet be seen."""
    mine = Q(owner=OuterRef("owner"))
    letters = Notice.objects.pending().by_mail()
    fresh = letters.filter(mine, created_at__gt=_seconds_before(now, SEEN_S))
    unfinished = Transfer.objects.pictures().unfinished().filter(mine, booth=None)
    quiet = ~Exists(unfinished) & ~Exists(fresh)
    return _free(letters, now).filter(Q(due_at__lte=now) | (quiet & Q(attempts=0)))


def _take(rows: Sequence[Notice], sender: str, now: datetime) -> uuid.UUID | None:
    """The token of a claim of all `rows`, or None where another sender was faster."""
    token, channel = uuid.uuid4(), Channel(rows[0].channel)
    free = _free(Notice.objects.pending(), now).filter(pk__in=[row.pk for row in rows])
    taken = free.filter(attempts=rows[0].attempts).update(
        token=token,
        sender=sender,
        leased_until=now + timedelta(seconds=LEASE_S[channel]),
        attempts=F("attempts") + 1,
        tried_at=now,
        due_at=now,
        batch=(rows[0].batch or token) if channel == Channel.EMAIL else None,
    )
    return token if taken else None


def settle(rows: Sequence[Notice], answer: Answer) -> bool:
    """Note what came of a try: PENDING → SENT, → GIVEN_UP, or due again after a pause.

    What nobody wants to be told any more is removed. False when the lease was lost meanwhile, and
    nothing is changed.
    """
    first, now = rows[0], timezone.now()
    held = Notice.objects.pending().filter(token=first.token, pk__in=[row.pk for row in rows])
    if answer.outcome == Outcome.NOWHERE:
        return bool(held.delete()[0])
    state = State.SENT if answer.is_ok else State.PENDING
    if not answer.is_ok and (answer.is_final or first.attempts >= MOST_TRIES):
        state = State.GIVEN_UP
    due_at = first.due_at
    if state == State.PENDING:
        due_at = now + timedelta(seconds=pause_s(first.attempts))
    settled = held.update(
        state=state,
        outcome=answer.outcome,
        status_code=answer.status_code,
        due_at=due_at,
        **_LEASE_OVER,
    )
    return bool(settled)


def pause_s(attempts: int) -> float:
    """How long to wait after so many tries; a little different each time, so that what failed
    together does not come back together."""
    usual = PAUSES_S[min(attempts, len(PAUSES_S)) - 1]
    return usual * random.uniform(1 - JITTER, 1 + JITTER)


def free_from_the_dead() -> int:
    """End the leases of this machine's dead senders; what used up its tries so is given up.

    Senders elsewhere are waited for until their lease ends. Returns how many rows changed.
    """
    held = Notice.objects.pending().exclude(sender="")
    dead = [
        name
        for name in held.values_list("sender", flat=True).distinct().order_by()
        if workers.is_dead(name)
    ]
    left = held.filter(sender__in=dead)
    lost = {"state": State.GIVEN_UP, "outcome": Outcome.CRASH} | _LEASE_OVER
    over = _free(held, timezone.now()).filter(attempts__gte=MOST_TRIES).update(**lost)
    over += left.filter(attempts__gte=MOST_TRIES).update(**lost)
    return over + left.update(**_LEASE_OVER)


def forget_old() -> int:
    """Remove what ended long ago; returns how many rows."""
    ended = Notice.objects.exclude(state=State.PENDING)
    gone, _rows = ended.filter(created_at__lt=timezone.now() - KEPT).delete()
    return gone


_LEASE_OVER: dict[str, str | None] = {"token": None, "sender": "", "leased_until": None}


def _free(notices: NoticeQuerySet, now: datetime) -> NoticeQuerySet:
    return notices.filter(Q(leased_until=None) | Q(leased_until__lte=now))


def _seconds_before(now: datetime, seconds: float) -> datetime:
    return now - timedelta(seconds=seconds)


# What an operator sees


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of one channel is in the outbox, and by how much the oldest of it is late."""

    channel: str
    pending: int
    given_up: int
    late_s: float

    @property
    def label(self) -> str:
        return str(Channel(self.channel).label)

    @property
    def is_late(self) -> bool:
        """Whether somebody should look: senders that do their work are never so late."""
        return self.late_s > LATE_S


def waiting() -> list[Waiting]:
    """The outbox at this moment, by channel, in one query."""
    now = timezone.now()
    pending, given_up = Q(state=State.PENDING), Q(state=State.GIVEN_UP)
    rows = (
        Notice.objects.filter(pending | given_up)
        .order_by()
        .values("channel")
        .annotate(
            pending=Count("pk", filter=pending),
            given_up=Count("pk", filter=given_up),
            due_at=Min("due_at", filter=pending),
        )
    )
    found = {
        row["channel"]: Waiting(
            row["channel"], row["pending"], row["given_up"], _late_s(row["due_at"], now)
        )
        for row in rows
    }
    return [found.get(channel, Waiting(channel, 0, 0, 0.0)) for channel in Channel.values]


def _late_s(due_at: datetime | None, now: datetime) -> float:
    return max(0.0, (now - due_at).total_seconds()) if due_at else 0.0
