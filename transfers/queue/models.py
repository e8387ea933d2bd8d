"""Hosts whose supervisors run workers, how fast each paints, and how the losses of a run went."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WorkerHostQuerySet(models.QuerySet["WorkerHost"]):
    def alive(self) -> Self:
        return self.filter(seen_at__gte=timezone.now() - timedelta(seconds=WorkerHost.GONE_S))

    def gone(self) -> Self:
        return self.filter(seen_at__lt=timezone.now() - timedelta(seconds=WorkerHost.GONE_S))


class WorkerHost(models.Model):
    """A machine or container whose supervisor runs workers; see ``transfers.queue.hosts``.

    One that stops in good order takes its row away. A row that is no longer fresh is that of a
    host which was killed, or which cannot reach the database.
    """

    class State(models.TextChoices):
        WORKING = "working", _("at work")
        STOPPING = "stopping", _("stopping")

    GONE_S = 15
    """Not seen for so long, a host counts as gone; it announces itself five times as often."""

    name = models.CharField(_("host"), max_length=120, unique=True)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.WORKING
    )
    workers = models.PositiveSmallIntegerField(_("workers"))
    threads_per_worker = models.PositiveSmallIntegerField(_("threads per worker"))
    version = models.CharField(_("version"), max_length=40, blank=True)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    objects = WorkerHostQuerySet.as_manager()

    class Meta:
        verbose_name = _("host of workers")
        verbose_name_plural = _("hosts of workers")

    def __str__(self) -> str:
        return self.name

    @property
    def is_gone(self) -> bool:
        return timezone.now() - self.seen_at > timedelta(seconds=self.GONE_S)


class MachineSpeed(models.Model):
    """How fast one host paints, measured on its own transfers; estimates come from here."""

    host = models.CharField(max_length=120, unique=True)
    pixel_steps_per_s = models.FloatField(help_text="See engine.pyramid.Plan.pixel_steps.")
    overhead_s = models.FloatField(help_text="Seconds from claim to the first step, and to save.")
    measured_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("machine speed")
        verbose_name_plural = _("machine speeds")

    def __str__(self) -> str:
        return self.host


class LossCurve(models.Model):
    """How a transfer's losses went, thinned; apart from its row, which is read so often.

    Written beside each checkpoint; see ``transfers.queue.curves``.
    """

    COLUMNS = ("step", "level", "content", "style")

    transfer = models.OneToOneField(
        "transfers.Transfer", on_delete=models.CASCADE, primary_key=True, related_name="loss_curve"
    )
    columns = models.JSONField(default=dict, help_text="Lists of equal length, by COLUMNS.")

    class Meta:
        verbose_name = _("curve of losses")
        verbose_name_plural = _("curves of losses")

    def __str__(self) -> str:
        return str(self.pk)

    def rows(self) -> list[tuple[int, int, float, float]]:
        """One for each point, in the order of COLUMNS."""
        return list(zip(*(self.columns.get(name, []) for name in self.COLUMNS), strict=True))
