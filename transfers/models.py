"""Photos to repaint, and the transfers that repaint them.

The row of a transfer is the only truth about it; the queue's messages merely wake a worker up.
Transitions live in ``transfers.queue`` (lifecycle, steering, rescue), never in ``save()``.
"""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery.models import Artwork, Mask, Style
from gallery.pictures import StoredPicture

# Models of this app with a room of their own; Django looks for all of them here.
from transfers.api.models import IdempotencyKey
from transfers.booth.models import Booth, BoothPicture, PastPainting, Sitting
from transfers.examples.models import ExampleOrder
from transfers.notify.models import Notice, NoticeChoices
from transfers.queue.models import LossCurve, MachineSpeed, WorkerHost
from transfers.repeating.models import BroughtRecipe
from transfers.studies.models import Purpose, Sweep, SweepCell
from transfers.studio.models import SavedSettings
from transfers.style_shares import TransferStyle

__all__ = [
    "Booth",
    "BoothPicture",
    "BroughtRecipe",
    "ContentImage",
    "ExampleOrder",
    "IdempotencyKey",
    "LossCurve",
    "MachineSpeed",
    "Notice",
    "NoticeChoices",
    "PastPainting",
    "SavedSettings",
    "Sitting",
    "Sweep",
    "SweepCell",
    "Transfer",
    "TransferStyle",
    "WorkerHost",
]


class ContentImageQuerySet(models.QuerySet["ContentImage"]):
    def owned_by(self, user: User) -> Self:
        """Their own, newest first; what guests of their booths sent is not among them."""
        return self.filter(owner=user, booth=None).order_by("-created_at")

    def in_use(self) -> Self:
        """Those that something was painted from, or will be; they stay. A look that has ended is
        nothing to stay for."""
        painted = Transfer.objects.filter(content_image=OuterRef("pk")).in_use()
        return self.filter(Exists(painted))

    def unused(self) -> Self:
        painted = Transfer.objects.filter(content_image=OuterRef("pk")).in_use()
        return self.filter(~Exists(painted))


class ContentImage(StoredPicture):
    """A photo that someone uploaded or took, kept so that it can be painted again."""

    class Source(models.TextChoices):
        UPLOAD = "upload", _("uploaded")
        CAMERA = "camera", _("taken with the camera")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="content_images"
    )
    title = models.CharField(_("title"), max_length=120)
    source = models.CharField(
        _("source"), max_length=12, choices=Source.choices, default=Source.UPLOAD
    )
    created_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)
    booth = models.ForeignKey(
        Booth,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="photos",
        editable=False,
        help_text="Where a guest of its owner’s took it.",
    )

    objects = ContentImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        indexes = [models.Index(fields=["owner", "-created_at"], name="photo_library")]

    def __str__(self) -> str:
        return self.title


class TransferQuerySet(models.QuerySet["Transfer"]):
    def owned_by(self, user: User) -> Self:
        """Their own; those of their booths' guests are not among them."""
        return self.filter(owner=user, booth=None)

    def at_cost_of(self, user: User) -> Self:
        """All that counts against what ``user`` may use: their own and their guests'."""
        return self.filter(owner=user)

    def queued(self) -> Self:
        return self.filter(state=Transfer.State.QUEUED)

    def in_own_order(self) -> Self:
        """As their owner wants them painted: drafts before long runs, unless moved by hand."""
        return self.order_by("rank", "created_at", "pk")

    def running(self) -> Self:
        return self.filter(state=Transfer.State.RUNNING)

    def unfinished(self) -> Self:
        return self.filter(state__in=Transfer.UNFINISHED)

    def ended(self) -> Self:
        return self.exclude(state__in=Transfer.UNFINISHED)

    def failed(self) -> Self:
        return self.filter(state=Transfer.State.FAILED)

    def pictures(self) -> Self:
        """All but studies: what its owner had painted for the gallery."""
        return self.filter(purpose=Purpose.PICTURE)

    def looks(self) -> Self:
        return self.filter(purpose=Purpose.LOOK)

    def passing(self) -> Self:
        """Studies that have ended and that no sheet shows: their rows only say what was painted."""
        return self.ended().exclude(purpose=Purpose.PICTURE).filter(cell=None)

    def in_sight(self) -> Self:
        """All but cells of sheets that were thrown away: nobody sees their pictures any more,
        though housekeeping has still to delete them."""
        return self.exclude(purpose=Purpose.SWEEP, cell=None)

    def in_use(self) -> Self:
        """All but those: see `passing`."""
        ended_apart = ~Q(purpose=Purpose.PICTURE) & Q(cell=None) & ~Q(state__in=Transfer.UNFINISHED)
        return self.filter(~ended_apart)


class Transfer(models.Model):
    """One photo being painted in one or more styles."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        """Waiting for a worker, for the first time or after one stopped half-way."""
        RUNNING = "running", _("painting")
        """Held by the worker that knows ``token``, for as long as ``heartbeat_at`` is fresh."""
        SUCCEEDED = "succeeded", _("finished")
        """Done; ``artwork`` is the result, until its owner deletes it."""
        FAILED = "failed", _("failed")
        """Gave up; ``error`` says why in a sentence fit for the owner."""
        CANCELLED = "cancelled", _("cancelled")
        """Stopped by its owner."""

    class Activity(models.TextChoices):
        WAITING = "waiting", _("Waiting for a free worker")
        LOADING = "loading", _("Getting the paints ready")
        MEMORY = "memory", _("Waiting until other pictures leave enough memory")
        PAINTING = "painting", _("Painting")
        SAVING = "saving", _("Saving the picture")

    UNFINISHED = (State.QUEUED, State.RUNNING)
    Purpose = Purpose

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="transfers"
    )
    content_image = models.ForeignKey(
        ContentImage, on_delete=models.RESTRICT, related_name="transfers"
    )
    styles = models.ManyToManyField(Style, through=TransferStyle, related_name="transfers")
    protect = models.ForeignKey(
        Mask,
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="protecting",
        help_text="Where the photo stays as it is.",
    )
    params = models.JSONField(_("settings"), help_text="engine.params.Params, with its version.")
    title = models.CharField(
        _("title"),
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text="Of the artwork to be; empty: the photo’s and the styles’.",
    )
    continues = models.ForeignKey(
        Artwork,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="continued_by",
        help_text="The earlier picture that painting goes on from.",
    )

    repeats = models.ForeignKey(
        BroughtRecipe,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="repetitions",
        help_text="The recipe that somebody brought and that is painted again here.",
    )
    booth = models.ForeignKey(
        Booth,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="transfers",
        editable=False,
        help_text="Where a guest of its owner’s had it painted.",
    )

    purpose = models.CharField(
        _("purpose"),
        max_length=8,
        choices=Purpose.choices,
        default=Purpose.PICTURE,
        db_default=Purpose.PICTURE,
    )
    recipe = models.JSONField(
        null=True, blank=True, help_text="Of a finished study: its artwork’s, if it is kept."
    )

    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.QUEUED)
    rank = models.FloatField(
        default=0,
        db_default=0,
        help_text="Among the waiting ones of its owner, the lowest is painted first.",
    )
    pixel_steps_left = models.PositiveBigIntegerField(
        default=0,
        db_default=0,
        help_text="Work from the last checkpoint to the end: see engine.pyramid.Plan.pixel_steps.",
    )
    activity = models.CharField(max_length=12, choices=Activity.choices, default=Activity.WAITING)
    step = models.PositiveIntegerField(default=0)
    total_steps = models.PositiveIntegerField(default=0)
    level = models.PositiveSmallIntegerField(default=0)
    levels = models.PositiveSmallIntegerField(default=0)
    content_loss = models.FloatField(null=True)
    style_loss = models.FloatField(null=True)
    seconds_left = models.FloatField(null=True)
    preview = models.FileField(max_length=200, blank=True)
    preview_step = models.PositiveIntegerField(default=0)

    token = models.UUIDField(null=True, help_text="The claim; every write of a worker names it.")
    worker = models.CharField(max_length=120, blank=True)
    claimed_at = models.DateTimeField(null=True, help_text="When a worker last took it.")
    heartbeat_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    checkpoint = models.FileField(max_length=200, blank=True)
    checkpoint_step = models.PositiveIntegerField(default=0)
    rung_at = models.DateTimeField(null=True, help_text="When a worker was last woken for it.")
    time_lapse = models.FileField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="The frames so far; see transfers.queue.recording.",
    )
    keeps_time_lapse = models.BooleanField(
        default=True, db_default=True, help_text="Whether frames of it are kept."
    )
    stop_after = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="The step after which it is finished, where its owner wants it before the last.",
    )
    keep_requested = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Its owner wants the picture as it is, without the steps to come.",
    )

    # With defaults of the database's own, so that code from before these columns can still insert.
    rescues = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How often it was taken back from a worker that died."
    )
    failure = models.CharField(
        _("kind of failure"),
        max_length=24,
        blank=True,
        default="",
        db_default="",
        help_text="One word, for counting: the engine's reason, crash or attempts.",
    )
    error = models.TextField(blank=True)
    error_reference = models.CharField(max_length=12, blank=True)

    created_at = models.DateTimeField(_("submitted"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    painting_s = models.FloatField(
        default=0, help_text="Seconds spent on it by workers, over all attempts."
    )
    retry_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="retries"
    )
    artwork = models.OneToOneField(
        Artwork, on_delete=models.SET_NULL, null=True, blank=True, related_name="transfer"
    )

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        indexes = [
            models.Index(fields=["created_at"], name="transfer_ready", condition=Q(state="queued")),
            models.Index(
                fields=["owner", "rank", "created_at"],
                name="transfer_own_order",
                condition=Q(state="queued"),
            ),
            models.Index(
                fields=["owner", "created_at"],
                name="transfer_waiting_since",
                condition=Q(state="queued"),
            ),
            models.Index(fields=["rung_at"], name="transfer_rung", condition=Q(state="queued")),
            models.Index(
                fields=["heartbeat_at"], name="transfer_leases", condition=Q(state="running")
            ),
            models.Index(
                fields=["heartbeat_at"],
                name="transfer_paused",
                condition=Q(state="queued", heartbeat_at__isnull=False),
            ),
            models.Index(fields=["owner", "-created_at"], name="transfer_history"),
            models.Index(fields=["finished_at"], name="transfer_ended"),
            models.Index(fields=["owner", "finished_at"], name="transfer_own_ended"),
            models.Index(
                fields=["-finished_at"], name="transfer_failures", condition=Q(state="failed")
            ),
            # Holds all that the metrics sum up, so that counting never reads the rows themselves.
            # Not with the state first: SQLite would then prefer it to the small indexes above.
            models.Index(
                fields=["failure", "state", "rescues", "painting_s"], name="transfer_outcomes"
            ),
            models.Index(
                fields=["finished_at"],
                name="transfer_studies",
                condition=Q(purpose__in=[Purpose.LOOK, Purpose.SWEEP]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner"],
                name="one_look_at_a_time",
                condition=Q(purpose=Purpose.LOOK, state__in=["queued", "running"]),
            )
        ]
        permissions = [("manage_queue", _("Can put back, retry and cancel anybody’s transfers"))]

    def __str__(self) -> str:
        return f"{self.content_image_id} {self.state}"

    @property
    def is_unfinished(self) -> bool:
        return self.state in self.UNFINISHED

    @property
    def is_picture(self) -> bool:
        return self.purpose == Purpose.PICTURE
