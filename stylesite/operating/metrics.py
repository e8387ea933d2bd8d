"""`/metrics` for Prometheus, computed from rows when somebody asks.

Nothing is counted in a process: several serve pages and others paint, and any of them may be
started again at any moment. Only whether Redis answers is told by the one that is asked.
docs/operating.md lists every name and says what to watch.

Sums over transfers are gauges, not counters: they fall every day when the rows of quick looks, of
cells of sheets and of guests' pictures go, and when an account is deleted with its rows, and
Prometheus would take that for a restart and add the whole sum again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Min, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from accounts import staff_site
from stylesite import steady_cache
from transfers.models import Transfer
from transfers.notify import outbox
from transfers.queue import fair_share, hosts

PATH = "/metrics"

# A series that appears with its first value hides that it grew: these are there from the start.
ALWAYS_TOLD = {(str(state), "") for state in Transfer.State} | {
    (str(Transfer.State.FAILED), kind) for kind in ("attempts", "crash")
}


class QueueCollector(Collector):
    """What the rows say about the queue and its workers.

    Seven queries, and up to three more where somebody waits, whatever is in it.
    """

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("stylesite", "The running version.", {"version": settings.VERSION})
        yield from self._transfers()
        yield from self._hosts()
        yield from self._notices()
        if settings.REDIS_URL:
            yield GaugeMetricFamily(
                "stylesite_redis_up",
                "1 while Redis counts limits, 0 while it is away and the database counts them.",
                value=int(not steady_cache.is_away()),
            )

    def _transfers(self) -> Iterator[Metric]:
        """One pass over the index `transfer_outcomes`, which holds all that is summed."""
        transfers = GaugeMetricFamily(
            "stylesite_transfers", "Transfers on record.", labels=["state", "failure"]
        )
        rescues = GaugeMetricFamily(
            "stylesite_rescues", "Times that transfers on record were taken from a dead worker."
        )
        painting = GaugeMetricFamily(
            "stylesite_painting_seconds", "Seconds that workers spent on the transfers on record."
        )
        rows = list(
            Transfer.objects.order_by()
            .values("state", "failure")
            .annotate(count=Count("*"), rescues=Sum("rescues"), painting_s=Sum("painting_s"))
        )
        counted = {(row["state"], row["failure"]): row["count"] for row in rows}
        for labels in sorted(ALWAYS_TOLD | counted.keys()):
            transfers.add_metric(labels, counted.get(labels, 0))
        rescues.add_metric([], sum(row["rescues"] for row in rows))
        painting.add_metric([], sum(row["painting_s"] for row in rows))
        yield from (transfers, rescues, painting)
        owners = [each.owner_id for each in fair_share.startable_owners()]
        oldest = Transfer.objects.queued().aggregate(
            queued=Min(fair_share.WAITS_SINCE),
            startable=Min(fair_share.WAITS_SINCE, filter=Q(owner__in=owners)),
        )
        yield GaugeMetricFamily(
            "stylesite_oldest_queued_seconds",
            "Seconds since the oldest waiting transfer was submitted, or put back; 0 for none.",
            value=_seconds_since(oldest["queued"]),
        )
        yield GaugeMetricFamily(
            "stylesite_oldest_startable_seconds",
            "The same of those whose owners may have one more painted; 0 when there are none.",
            value=_seconds_since(oldest["startable"]),
        )

    def _hosts(self) -> Iterator[Metric]:
        families = {
            name: GaugeMetricFamily(f"stylesite_{name}", words, labels=["host"])
            for name, words in {
                "host_up": "1 while a host of workers announces itself, 0 once it is gone.",
                "host_seen_seconds": "Seconds since a host of workers announced itself.",
                "workers": "Workers of a host; 0 once it is gone.",
                "workers_free": "Workers of a host that could take a transfer now.",
                "pixel_steps_per_second": "How fast a host paints, once it was measured.",
            }.items()
        }
        for status in hosts.statuses():
            host, alive = status.host, not status.host.is_gone
            seen_s = (timezone.now() - host.seen_at).total_seconds()
            families["host_up"].add_metric([host.name], int(alive))
            families["host_seen_seconds"].add_metric([host.name], max(0.0, seen_s))
            families["workers"].add_metric([host.name], host.workers if alive else 0)
            families["workers_free"].add_metric([host.name], status.free)
            if status.pixel_steps_per_s is not None:
                families["pixel_steps_per_second"].add_metric([host.name], status.pixel_steps_per_s)
        yield from families.values()

    def _notices(self) -> Iterator[Metric]:
        notices = GaugeMetricFamily(
            "stylesite_notices",
            "Notices in the outbox: those to be sent, and those given up within 30 days.",
            labels=["channel", "state"],
        )
        late = GaugeMetricFamily(
            "stylesite_notices_late_seconds",
            "Seconds since the oldest notice to be sent was due; 0 when none is late.",
            labels=["channel"],
        )
        for waiting in outbox.waiting():
            notices.add_metric([waiting.channel, "pending"], waiting.pending)
            notices.add_metric([waiting.channel, "given_up"], waiting.given_up)
            late.add_metric([waiting.channel], waiting.late_s)
        yield from (notices, late)


def _seconds_since(then: datetime | None) -> float:
    return max(0.0, (timezone.now() - then).total_seconds()) if then else 0.0


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """For signed-in staff; whoever has the token was answered by `probes` before. Others: 404."""
    if not (request.user.is_authenticated and request.user.is_staff):
        raise Http404
    return staff_site.detour_of(request) or answer(request)


def has_token(request: HttpRequest) -> bool:
    """Whether the request carries STYLESITE_METRICS_TOKEN as bearer token."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return (
        bool(settings.METRICS_TOKEN)
        and scheme.lower() == "bearer"
        and constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    )


def answer(request: HttpRequest) -> HttpResponse:
    """The metrics, in the dialect that was asked for. Whether they may be seen was asked before."""
    registry = CollectorRegistry()
    registry.register(QueueCollector())
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    response = HttpResponse(encode(registry), content_type=content_type)
    response["Cache-Control"] = "no-store"
    return response
