"""Who paints, what waits, how fast it goes, who is told, and whether the clocks agree."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from stylesite.operating.doctor.findings import Finding, note, ok, wrong
from transfers.models import MachineSpeed, Notice, Transfer, WorkerHost
from transfers.notify import outbox
from transfers.queue import fair_share, hosts
from transfers.queue.clock import database_time_s
from transfers.queue.workers import host_of

# A free worker takes a transfer within a second, and a lost wake-up is repeated after five.
WAITS_FOR_NOBODY_S = 60

# Leases last 30 s, and a host counts as gone after 15: what clocks may differ by is far less.
CLOCK_NOTE_S = 1.0
CLOCK_WRONG_S = 5.0

RECENT = timedelta(hours=24)


def workers() -> Iterator[Finding]:
    """Whether somebody paints, and who has gone without a word."""
    known = hosts.statuses()
    alive = [status for status in known if not status.host.is_gone]
    for status in known:
        if status.host.is_gone:
            yield note(
                f"The host {status.host} was last seen {_ago(status.host.seen_at)}: start "
                "`python manage.py work` on it again, unless you took it away."
            )
    if not alive:
        yield wrong(
            "No host is painting: start `python manage.py up`, or `python manage.py work` on a "
            "host of workers."
        )
        return
    total = sum(status.host.workers for status in alive)
    free = sum(status.free for status in alive)
    yield ok(f"Workers: {total} on {_count(len(alive), 'host')}, {free} free.")
    versions = {status.host.version or "unknown" for status in alive} | {settings.VERSION}
    if len(versions) > 1:
        yield note(
            f"Hosts run different versions ({', '.join(sorted(versions))}): bring all of them to "
            f"{settings.VERSION}."
        )


def queue() -> Iterator[Finding]:
    """Whether what waits is taken, what is taken goes on, and what failed lately."""
    waiting = Transfer.objects.queued()
    startable = [each.owner_id for each in fair_share.startable_owners()]
    startable_since = waiting.filter(owner__in=startable).annotate(since=fair_share.WAITS_SINCE)
    forgotten = startable_since.filter(since__lt=_before(WAITS_FOR_NOBODY_S)).count()
    free = sum(status.free for status in hosts.statuses())
    silent = Transfer.objects.running().filter(heartbeat_at__lt=_before(settings.TRANSFER_LEASE_S))
    stuck = silent.count()
    left_lying = bool(forgotten and free)
    if left_lying:
        yield wrong(
            f"{_count(forgotten, 'transfer')} waited longer than {WAITS_FOR_NOBODY_S} s although "
            "workers are free: start `python manage.py work` again, and read its log."
        )
    if stuck:
        yield wrong(
            f"Nobody took over {_count(stuck, 'transfer')} whose worker fell silent: start "
            "`python manage.py work`, or put back what is stuck on the admin's page of the queue."
        )
    if not left_lying and not stuck:
        yield ok(f"{waiting.count()} waiting, {Transfer.objects.running().count()} being painted.")
    ours = (
        Transfer.objects.failed()
        .filter(Q(failure__in=("crash", "attempts")), finished_at__gte=timezone.now() - RECENT)
        .aggregate(count=Count("*"))["count"]
    )
    if ours:
        yield note(
            f"{_count(ours, 'transfer')} failed through no fault of the picture within a day: the "
            "page of the queue in the admin names them with their references in the log."
        )


def notices() -> Iterator[Finding]:
    """Whether people are told what they asked to be told."""
    waiting = outbox.waiting()
    late = [row for row in waiting if row.is_late]
    for row in late:
        yield wrong(
            f"{_count(row.pending, 'notice')} by {row.channel} not sent, the oldest "
            f"{row.late_s / 60:.0f} min late: start `python manage.py work` again, and read its "
            "log."
        )
    mail_down = Notice.objects.pending().filter(outcome=Notice.Outcome.MAIL).count()
    if mail_down:
        yield wrong(
            f"The mail server did not take {_count(mail_down, 'notice')}, which are tried again: "
            "check STYLESITE_EMAIL_URL."
        )
    lately = Notice.objects.given_up().filter(tried_at__gte=timezone.now() - RECENT)
    if given_up := lately.count():
        yield note(
            f"{_count(given_up, 'notice')} given up within a day: the admin's list of notices "
            "says what the last try of each met."
        )
    if not late and not mail_down and not given_up:
        yield ok(f"{_count(sum(row.pending for row in waiting), 'notice')} to be sent, none late.")


def speed() -> Iterator[Finding]:
    """Whether pages can say how long a picture takes."""
    alive = set(WorkerHost.objects.alive().values_list("name", flat=True))
    unmeasured = alive - set(MachineSpeed.objects.values_list("host", flat=True))
    if unmeasured:
        yield note(
            f"Not measured yet: {', '.join(sorted(unmeasured))}. It measures itself when it has "
            "nothing to paint; until then pages do not say how long a picture takes."
        )
    elif not MachineSpeed.objects.exists():
        yield note("No host has measured its speed: it does so once its workers are started.")
    else:
        yield ok("The speed of every host at work is known.")


def clock() -> Iterator[Finding]:
    """Whether this host, the database and the hosts of workers agree about the time."""
    apart = _server_clock_s()
    if abs(apart) >= CLOCK_NOTE_S:
        say = wrong if abs(apart) >= CLOCK_WRONG_S else note
        yield say(
            f"The database's clock is {apart:+.1f} s from this host's: let every host keep its "
            "time by NTP, as leases are measured by the clock."
        )
    ahead = timezone.now() + timedelta(seconds=CLOCK_WRONG_S)
    fast = sorted(
        set(WorkerHost.objects.filter(seen_at__gt=ahead).values_list("name", flat=True))
        | {
            host_of(worker)
            for worker in Transfer.objects.running()
            .filter(heartbeat_at__gt=ahead)
            .values_list("worker", flat=True)
        }
    )
    if fast:
        yield wrong(
            f"These hosts write times of the future: {', '.join(fast)}. Set their clocks, or this "
            "host's: let every host keep its time by NTP."
        )
    submitted = Transfer.objects.unfinished().filter(created_at__gt=ahead).count()
    if submitted:
        yield wrong(
            f"{_count(submitted, 'transfer')} seemingly submitted in the future: let every host "
            "keep its time by NTP."
        )
    if abs(apart) < CLOCK_NOTE_S and not fast and not submitted:
        yield ok("The clocks agree.")


def _server_clock_s() -> float:
    """How far the database's clock is ahead of ours; about 0 where it has none of its own."""
    before = time.time()
    theirs = database_time_s()
    return theirs - (before + time.time()) / 2


def _before(seconds: float) -> datetime:
    return timezone.now() - timedelta(seconds=seconds)


def _ago(then: datetime) -> str:
    seconds = (timezone.now() - then).total_seconds()
    return f"{seconds:.0f} s ago" if seconds < 120 else f"{seconds / 60:.0f} min ago"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
