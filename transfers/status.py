"""A transfer in words: what the live page and the list say about a row.

Nothing is read here but the row, its place in the queue and the estimate; nothing is written.
"""

import hashlib
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from typing import Self

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engine.params import QUALITIES, Params
from gallery.models import Artwork, Style
from transfers.durations import spoken
from transfers.forms import QUALITY_LABELS
from transfers.models import MachineSpeed, Transfer
from transfers.queue import estimates, forecast
from transfers.queue.play import Turn

LEAST_PAUSE_S = 60
"""Of a picture that is being painted: a shorter pause to come is not worth saying."""


class Status:
    """One transfer as it is right now."""

    def __init__(
        self,
        transfer: Transfer,
        turn: Turn | None = None,
        speed: Callable[[], MachineSpeed | None] = estimates.current_speed,
    ) -> None:
        self.transfer = transfer
        self.turn = turn
        """When it starts; once a worker has it, None unless it may have to give way to others."""
        self._speed = speed

    @classmethod
    def of(cls, transfer: Transfer) -> Self:
        """`transfer` with its turn in the queue."""
        return cls(transfer, forecast.turn_of(transfer))

    @classmethod
    def of_all(cls, transfers: Iterable[Transfer]) -> list[Self]:
        """These with their turns; the machine's speed is asked for once, if at all."""
        rows, speed = list(transfers), cache(estimates.current_speed)
        turns = forecast.turns_of(rows)
        return [cls(row, turns.get(row.pk), speed) for row in rows]

    @property
    def state(self) -> str:
        return self.transfer.state

    @property
    def artwork(self) -> Artwork | None:
        """The result, unless its owner has thrown it away since."""
        artwork = self.transfer.artwork
        return artwork if artwork and artwork.trashed_at is None else None

    @cached_property
    def styles(self) -> list[Style]:
        return list(self.transfer.styles.all())

    @property
    def style_title(self) -> str:
        return ", ".join(style.title for style in self.styles)

    @cached_property
    def params(self) -> Params:
        return Params.from_json(self.transfer.params)

    @property
    def quality(self) -> str:
        for name, size_px in QUALITIES.items():
            if size_px == self.params.size_px:
                return str(QUALITY_LABELS[name])
        return ""

    @property
    def percent(self) -> int:
        """Whole per cent, rounded down: 100 is for a picture that is there."""
        if self.state == Transfer.State.SUCCEEDED:
            return 100
        total = self.transfer.total_steps
        return min(99, self.transfer.step * 100 // total) if total else 0

    @property
    def place(self) -> int | None:
        """Place in the queue, 1 being next; None once a worker has it."""
        return self.turn.place or None if self.turn else None

    @property
    def can_be_kept(self) -> bool:
        """Whether its owner may end painting now and keep what is there."""
        if self.transfer.keep_requested:
            return False
        painted = self.transfer.preview_step or self.transfer.checkpoint_step
        return self.transfer.is_unfinished and painted > 0

    @property
    def doing(self) -> str:
        """What is happening now, in a few words."""
        if self.state == Transfer.State.QUEUED:
            return self._waiting()
        if self.state == Transfer.State.RUNNING:
            return self._painting()
        return str(self.transfer.get_state_display()).capitalize()

    @property
    def time_left(self) -> str:
        """How long still, or an empty string where nobody can tell."""
        if not self.transfer.is_unfinished:
            return ""
        if self.state == Transfer.State.QUEUED:
            return self._wait_left()
        seconds = self.seconds_left
        if seconds is None:
            return ""
        if self.turn and (self.turn.ready_in_s or 0) > seconds + LEAST_PAUSE_S:
            words = {"time": spoken(self.turn.ready_in_s or 0)}
            return _("ready in %(time)s, with pauses for others") % words
        return _("%(time)s left") % {"time": spoken(seconds)}

    @property
    def seconds_left(self) -> float | None:
        """Of one that is being painted; None where nobody can tell."""
        if self.state != Transfer.State.RUNNING:
            return None
        if self.transfer.seconds_left is not None:
            return self.transfer.seconds_left
        return estimates.seconds_to_paint(self.transfer, self._speed())

    @property
    def picture_url(self) -> str:
        """The newest preview; before the first, what painting starts from."""
        if self.transfer.preview:
            url = reverse("transfers:preview", args=[self.transfer.pk])
            return f"{url}?v={self.transfer.preview_step}"
        if self.transfer.continues_id:
            return reverse("gallery:artwork-file", args=[self.transfer.continues_id, "display"])
        return reverse("transfers:photo-file", args=[self.transfer.content_image_id, "display"])

    @property
    def etag(self) -> str:
        """Changes whenever the fragment would."""
        row = self.transfer
        parts = (
            row.state,
            row.activity,
            row.step,
            row.total_steps,
            row.level,
            row.preview_step,
            row.content_loss,
            row.style_loss,
            row.keep_requested,
            self.place,
            self.time_left,
        )
        return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'

    @property
    def is_paused(self) -> bool:
        """Whether it is painted in part and others are painted before it goes on."""
        row = self.transfer
        is_begun = row.state == Transfer.State.QUEUED and row.step > 0
        return is_begun and not row.keep_requested and self.turn is not None and self.turn.waits

    def _wait_left(self) -> str:
        if self.turn is None or self.turn.starts_in_s is None or self.turn.ready_in_s is None:
            return ""
        ready = _("ready in %(time)s") % {"time": spoken(self.turn.ready_in_s)}
        if not self.is_paused:
            return ready
        goes_on = _("goes on in %(time)s") % {"time": spoken(self.turn.starts_in_s)}
        return f"{goes_on}, {ready}"

    def _waiting(self) -> str:
        ahead = None if self.place is None else self.place - 1
        if self.transfer.keep_requested:
            return _("Waiting to be saved as it is")
        if self.is_paused:
            return _("Paused while others have their turn")
        if self.transfer.step:
            return _("Waiting to go on where it stopped")
        if ahead is None:
            return _("Waiting for its turn")
        if ahead <= 0:
            return _("Next in line")
        return ngettext(
            "Waiting: %(count)d picture is before yours",
            "Waiting: %(count)d pictures are before yours",
            ahead,
        ) % {"count": ahead}

    def _painting(self) -> str:
        row = self.transfer
        if row.keep_requested and row.activity != Transfer.Activity.SAVING:
            return _("Stopping, to keep it as it is")
        if row.activity != Transfer.Activity.PAINTING or row.levels < 2:
            return str(row.get_activity_display())
        if row.level <= 1:
            return _("Laying in the large shapes")
        if row.level == row.levels:
            return _("Working out the details")
        return _("Building up the brushwork")
