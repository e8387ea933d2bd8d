"""Paints a transfer from its claim to its artwork. The only module that loads torch.

What it may write, and what happens when somebody else was faster, is decided in `lifecycle`; the
lease is kept by `watch`. An error ends the transfer, never the worker.
"""

from __future__ import annotations

import dataclasses
import logging
import secrets
from collections.abc import Callable, Iterator
from functools import partial
from time import monotonic
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image

from engine.calibration import calibrated
from engine.devices import machine_in_words
from engine.errors import CheckpointError, EngineError, ImageError
from engine.images import encode_jpeg, encode_png
from engine.inputs import protect_photo
from engine.ledger import Entry
from engine.pace import Pace
from engine.params import Params
from engine.stylize import Step, StyleImage, stylize
from gallery.artworks import frame_artwork
from gallery.models import Mask
from gallery.pictures import StoredPicture
from transfers import logs
from transfers.models import Transfer
from transfers.queue import (
    checkpoints,
    draining,
    estimates,
    lifecycle,
    recording,
    turns,
    workers,
)
from transfers.queue.curves import Curve
from transfers.queue.lifecycle import LeaseLostError, Progress
from transfers.queue.memory import once_it_fits
from transfers.queue.outages import AWAY, DATABASE_AWAY, forget_connection
from transfers.queue.patience import outlast
from transfers.queue.recipes import artwork_title, recipe_for
from transfers.queue.rhythm import LOOK_RHYTHM, MOST_PREVIEW_S, USUAL_RHYTHM
from transfers.queue.watch import Stop, Watch

logger = logging.getLogger(__name__)

PREVIEW_SIDE_PX = 768
CURVE_S = 2.0

# What a transfer needs besides its steps and was not part of a calibration: files and renditions.
SAVING_S = 1.0


def paint_next() -> bool:
    """Claim the next transfer and see it through; False when nothing is to be done."""
    if draining.is_set():
        return False
    transfer = lifecycle.claim(workers.this_worker())
    if transfer is None:
        return False
    with logs.following(transfer.pk), Watch(transfer) as watch:
        try:
            outlast(lambda: _Painting(transfer, watch), watch).run()
        except LeaseLostError:
            logger.info("transfer %s: no longer ours, stopped", transfer.pk)
            _count_lost(watch)
        except EngineError as error:
            _fail(transfer, error.sentence, kind=_kind_of(error))
        except AWAY as error:
            forget_connection(error)
            _leave(transfer, stopping=watch.stop is Stop.DRAINING)
        except Exception:
            reference = secrets.token_hex(4)
            logger.exception(
                "transfer %s: failed, reference %s",
                transfer.pk,
                reference,
                extra={"reference": reference},
            )
            sentence = _(
                "Something went wrong on our side while painting. Please try again; if it "
                "happens again, tell the people who run this site the reference %(reference)s."
            )
            _fail(transfer, sentence % {"reference": reference}, reference, kind="crash")
    return True


def _count_lost(watch: Watch) -> None:
    try:
        watch.count_lost()
    except DATABASE_AWAY as error:
        forget_connection(error)
        logger.warning("what was painted last is not counted", exc_info=True)


def _kind_of(error: EngineError) -> str:
    return error.reason if isinstance(error, ImageError) else error.code


def _fail(transfer: Transfer, sentence: str, reference: str = "", *, kind: str) -> None:
    try:
        lifecycle.fail(transfer, sentence, reference, kind=kind)
    except LeaseLostError:
        logger.info("transfer %s: no longer ours, its failure is not kept", transfer.pk)
    except DATABASE_AWAY as error:
        forget_connection(error)
        logger.exception("transfer %s: its failure is not kept, its lease runs out", transfer.pk)


def _leave(transfer: Transfer, *, stopping: bool) -> None:
    """The database or the files were away for too long, or while the worker is being stopped."""
    logger.exception("transfer %s: the database or the files were away", transfer.pk)
    if not stopping:
        sentence = _(
            "The site could not reach its own files for a long time, so painting stopped. "
            "Please try again later."
        )
        _fail(transfer, sentence, kind="away")
        return
    try:
        lifecycle.give_back(transfer)
    except (LeaseLostError, *DATABASE_AWAY) as error:
        forget_connection(error)
        logger.info("transfer %s: not given back, the supervisor frees it", transfer.pk)


class _Painting:
    """One claim's work on one transfer."""

    def __init__(self, transfer: Transfer, watch: Watch) -> None:
        self.transfer = transfer
        self.watch = watch
        self.params = Params.from_json(transfer.params)
        self.shares = list(transfer.style_shares.select_related("style", "mask"))
        self.pace = Pace()
        self.time_left = estimates.TimeLeft(estimates.current_speed())
        self.level = 0
        is_look = transfer.purpose == Transfer.Purpose.LOOK
        self.rhythm = LOOK_RHYTHM if is_look else USUAL_RHYTHM
        self.recording: recording.Recording | None = None
        self.curve = Curve()
        self.reported_at = self.checkpoint_at = self.preview_due_at = monotonic()
        self.curve_at = self.reported_at

    def run(self) -> None:
        content, styles, earlier, kept = outlast(self._inputs, self.watch)
        self.recording = outlast(lambda: recording.begin(self.transfer), self.watch)
        self.curve = outlast(lambda: Curve.of(self.transfer), self.watch)
        last: Step | None = None
        for step in self._steps(content, styles, earlier, kept):
            if last is None:
                logger.info("transfer %s: begins at step %d", self.transfer.pk, step.index)
            self.watch.moved(steps=1)
            self.pace.saw(step)
            self.curve.saw(step)
            last = step
            if self.watch.stop is Stop.LOST:
                raise LeaseLostError
            if step.index >= self._last(step) or self.watch.stop is Stop.KEEP:
                break
            if self.recording is not None:
                self.recording.saw(step)
            if self.watch.stop is Stop.DRAINING:
                self._give_back(step)
                return
            if self.watch.stop is Stop.OTHERS and self._give_way(step):
                return
            self._show(step)
        if last is None and self.watch.stop is Stop.LOST:
            raise LeaseLostError
        gives_way = self.watch.stop is Stop.OTHERS or draining.is_set()
        if last is None and gives_way:
            lifecycle.give_back(self.transfer)
            return
        if last is None:
            raise CheckpointError(
                _("What was painted so far could not be read. Please start again.")
            )
        self._save(content, last)

    def _inputs(
        self,
    ) -> tuple[Image.Image, list[StyleImage], Image.Image | None, bytes | None]:
        continues, protect = self.transfer.continues, self.transfer.protect
        styles = [
            StyleImage(
                _opened(share.style), share.weight, _opened(share.mask) if share.mask else None
            )
            for share in self.shares
        ]
        kept_photo = _opened(protect) if protect else None
        styles, self.params = protect_photo(styles, self.params, kept_photo)
        return (
            _opened(self.transfer.content_image),
            styles,
            None if continues is None else _opened(continues),
            checkpoints.read_checkpoint(self.transfer),
        )

    def _steps(
        self,
        content: Image.Image,
        styles: list[StyleImage],
        earlier: Image.Image | None,
        kept: bytes | None,
    ) -> Iterator[Step]:
        """The steps still to do; a checkpoint that cannot be used means all of them."""
        run = partial(
            stylize,
            content,
            styles,
            self.params,
            earlier=earlier,
            weights=settings.VGG19_WEIGHTS,
            threads=workers.threads_per_worker(),
            memory_bytes=settings.WORKER_MEMORY_BYTES,
        )
        ours = self.transfer, self.watch
        with Entry(settings.PAINTING_MEMORY) as entry:
            if kept is not None:
                try:
                    yield from once_it_fits(partial(run, resume=kept, entry=entry), *ours)
                except CheckpointError:
                    logger.warning("transfer %s: starts again", self.transfer.pk, exc_info=True)
                else:
                    return
            yield from once_it_fits(partial(run, entry=entry), *ours)

    def _show(self, step: Step) -> None:
        """Let the row, the preview and the checkpoint follow, each at its own rhythm."""
        now = monotonic()
        if now - self.reported_at >= self.rhythm.report_s or step.index == 1:
            self.reported_at = now
            progress = self._progress(step, now)
            self._keep(lambda: lifecycle.report(self.transfer, progress))
        if now - self.curve_at >= CURVE_S:
            self._keep_curve(now)
        if not self.transfer.preview_step or now >= self.preview_due_at:
            began = monotonic()
            picture = encode_jpeg(step.preview(PREVIEW_SIDE_PX), quality=85)
            self._keep(lambda: lifecycle.show_preview(self.transfer, picture, step.index))
            pause_s = min(MOST_PREVIEW_S, (monotonic() - began) / self.rhythm.most_showing)
            usual_s = self.rhythm.preview_s or settings.TRANSFER_PREVIEW_S
            self.preview_due_at = now + max(usual_s, pause_s)
        if not self.rhythm.checkpoints:
            return
        if step.level != self.level or now - self.checkpoint_at >= settings.TRANSFER_CHECKPOINT_S:
            self.level, self.checkpoint_at = step.level, now
            self._checkpoint(step)

    def _last(self, step: Step) -> int:
        """The step that painting ends with, as the plan stands."""
        return min(step.total, self.transfer.stop_after or step.total)

    def _progress(self, step: Step, now: float) -> Progress:
        return Progress(
            step=step.index,
            total_steps=self._last(step),
            level=step.level,
            levels=step.levels,
            content_loss=step.content_loss,
            style_loss=step.style_loss,
            seconds_left=self.time_left.after(step.plan, step.index, now, last=self._last(step)),
            activity=Transfer.Activity.PAINTING,
        )

    def _checkpoint(self, step: Step) -> None:
        """Curve and frames first: what is gone on from has all that led there, or more."""
        self._keep_curve(monotonic())
        if self.recording is not None and (frames := self.recording.unstored()) is not None:
            self._keep(partial(self._store_frames, self.recording, frames))
        data = step.checkpoint()
        done = step.plan.pixel_steps_until(step.index)
        left = step.plan.pixel_steps_until(self._last(step)) - done
        self._keep(lambda: lifecycle.checkpoint(self.transfer, data, step.index, left))

    def _keep_curve(self, now: float) -> None:
        if not self.transfer.is_picture:
            return  # nobody looks at how a study came to be
        self.curve_at = now
        self._keep(lambda: lifecycle.keep_curve(self.transfer, self.curve.columns()))

    def _store_frames(self, frames: recording.Recording, data: bytes) -> None:
        lifecycle.keep_frames(self.transfer, data)
        frames.stored()

    def _keep(self, write: Callable[[], None]) -> None:
        try:
            write()
        except (OSError, *DATABASE_AWAY) as error:
            # A full disk, or a database or bucket that is away, costs a preview, or some work
            # after a crash; the picture goes on.
            forget_connection(error)
            logger.warning("transfer %s: not written", self.transfer.pk, exc_info=True)

    def _give_back(self, step: Step) -> None:
        self._checkpoint(step)
        self.watch.count_work()
        lifecycle.give_back(self.transfer)

    def _give_way(self, step: Step) -> bool:
        """Let others have this worker; False where that would lose too much of what is painted."""
        if self.watch.steps < turns.LEAST_STEPS:
            return False
        self._checkpoint(step)
        if self.transfer.checkpoint_step != step.index:
            return False  # it could not be written
        outlast(self.watch.count_work, self.watch)
        outlast(lambda: lifecycle.give_back(self.transfer), self.watch)
        return True

    def _save(self, content: Image.Image, step: Step) -> None:
        progress = self._progress(step, monotonic())
        saving = dataclasses.replace(progress, activity=Transfer.Activity.SAVING)
        self._keep(lambda: lifecycle.report(self.transfer, saving))
        self._keep_curve(monotonic())
        picture = step.image()
        outlast(self.watch.count_work, self.watch)
        painted_s, machine = self.watch.painted_s, machine_in_words()
        recipe = recipe_for(self.transfer, self.params, self.shares, step, painted_s, machine)
        if not self.transfer.is_picture:
            self._save_study(picture, step, recipe)
            return
        artwork = outlast(
            lambda: frame_artwork(
                owner=self.transfer.owner,
                image=picture,
                before=content,
                title=artwork_title(self.transfer, self.shares),
                recipe=recipe,
            ),
            self.watch,
        )
        time_lapse = recording.frame(artwork, self.recording, step)
        outlast(lambda: lifecycle.succeed(self.transfer, artwork, time_lapse), self.watch)
        if self.pace.teaches:
            estimates.learn(self.pace, self.pace.since_last_s)

    def _save_study(self, picture: Image.Image, step: Step, recipe: dict[str, Any]) -> None:
        data = encode_png(picture)
        outlast(
            lambda: lifecycle.succeed_study(self.transfer, data, step.index, recipe), self.watch
        )


def calibrate() -> None:
    """Measure how fast this host paints, on pictures drawn here, for some seconds.

    Gives way to a waiting transfer, whose own run then measures as well.
    """
    if _something_else_to_do():
        return
    pace = calibrated(
        settings.VGG19_WEIGHTS,
        threads=workers.threads_per_worker(),
        gives_way=_something_else_to_do,
    )
    if pace is None:
        return
    estimates.learn(pace, SAVING_S)
    logger.info("measured how fast this machine paints")


def _something_else_to_do() -> bool:
    return draining.is_set() or Transfer.objects.queued().exists()


def _opened(picture: StoredPicture | Mask) -> Image.Image:
    """The stored original, which was checked and cleaned when it arrived."""
    try:
        return picture.opened()
    except FileNotFoundError as error:
        raise ImageError(
            _("A picture that this transfer needs is no longer there. Please choose it again."),
            reason="missing",
        ) from error
