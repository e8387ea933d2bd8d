"""What people want to be told, and the outbox of what they are still to be told.

A row of the outbox is written in the transaction that ends a transfer and is the only truth about
its notice: `transfers.notify.outbox` says who may send it and when.
"""

from __future__ import annotations

import base64
import secrets
import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

SECRET_PREFIX = "whsec_"  # noqa: S105  # what Standard Webhooks puts before every secret
SECRET_BYTES = 32


def draw_secret() -> str:
    """A new secret, as Standard Webhooks writes it: a prefix and 24 to 64 bytes in base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def mail_is_sent() -> bool:
    """Without a choice of their own, people get mail where the site can send any."""
    return bool(settings.SENDS_MAIL)


class NoticeChoices(models.Model):
    """How somebody wants to be told that a picture is ready or has failed.

    Who never chose has no row; `of` then answers with the defaults.
    """

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices"
    )
    email = models.BooleanField(_("by e-mail"), default=mail_is_sent)
    webhook_url = models.CharField(_("address of your program"), max_length=500, blank=True)
    webhook_secret = models.CharField(max_length=120, blank=True, default=draw_secret)

    class Meta:
        verbose_name = _("choice of notices")
        verbose_name_plural = _("choices of notices")

    def __str__(self) -> str:
        return str(self.owner_id)

    @classmethod
    def of(cls, owner_id: int) -> Self:
        """The choices of a person, unsaved ones where they never chose."""
        return cls.objects.filter(owner=owner_id).first() or cls(owner_id=owner_id)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user)

    def pending(self) -> Self:
        return self.filter(state=Notice.State.PENDING)

    def given_up(self) -> Self:
        return self.filter(state=Notice.State.GIVEN_UP)

    def by_mail(self) -> Self:
        return self.filter(channel=Notice.Channel.EMAIL)

    def by_webhook(self) -> Self:
        return self.filter(channel=Notice.Channel.WEBHOOK)


class Notice(models.Model):
    """One thing to tell one person in one way: a row of the outbox."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        WEBHOOK = "webhook", _("webhook")

    class Event(models.TextChoices):
        SUCCEEDED = "transfer.succeeded", _("Picture ready")
        FAILED = "transfer.failed", _("Picture failed")
        TEST = "webhook.test", _("Test")
        """Sent at the press of a button; never a row."""

    class State(models.TextChoices):
        PENDING = "pending", _("to be sent")
        """Waiting for ``due_at``, or held by the sender that knows ``token``."""
        SENT = "sent", _("delivered")
        """Taken by the mail server, or answered by the receiver with 2xx."""
        SEEN = "seen", _("seen on the page")
        """Not mailed, because the owner saw the transfer end."""
        GIVEN_UP = "given_up", _("given up")
        """Not delivered in all its tries; ``outcome`` says what the last one met."""

    class Outcome(models.TextChoices):
        NONE = "", ""
        OK = "ok", _("delivered")
        STATUS = "status", _("answered with an error")
        REDIRECT = "redirect", _("answered with a redirect, which is not followed")
        TIMEOUT = "timeout", _("took too long")
        NO_HOST = "no_host", _("there is no such host")
        PRIVATE = "private", _("lies in a private network")
        REFUSED = "refused", _("could not be reached")
        TLS = "tls", _("its certificate is not trusted")
        BROKEN = "broken", _("did not answer in HTTP")
        NOWHERE = "nowhere", _("nobody wants it any more")
        """Never on a row: its notice is removed."""
        MAIL = "mail", _("the mail server did not take it")
        CRASH = "crash", _("something went wrong on our side")

    id = models.UUIDField(
        primary_key=True,
        default=uuid.uuid4,
        editable=False,
        help_text="The event, the same in every try: receivers know repetitions by it.",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    transfer = models.ForeignKey(
        "transfers.Transfer", on_delete=models.CASCADE, related_name="notices"
    )
    channel = models.CharField(_("way"), max_length=8, choices=Channel.choices)
    event = models.CharField(_("event"), max_length=24, choices=Event.choices)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.PENDING
    )
    created_at = models.DateTimeField(_("happened"), default=timezone.now)
    due_at = models.DateTimeField(_("next try"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    tried_at = models.DateTimeField(_("last try"), null=True)
    outcome = models.CharField(
        _("came of it"), max_length=12, choices=Outcome.choices, blank=True, default=""
    )
    status_code = models.PositiveSmallIntegerField(null=True, help_text="What a webhook answered.")

    token = models.UUIDField(null=True, help_text="The claim; every write of a sender names it.")
    sender = models.CharField(max_length=120, blank=True)
    leased_until = models.DateTimeField(null=True)
    batch = models.UUIDField(
        null=True, help_text="The letter it goes with, and the same letter if it is tried again."
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["transfer", "channel"], name="notice_once_per_channel")
        ]
        indexes = [
            models.Index(
                fields=["channel", "due_at"], name="notice_due", condition=Q(state="pending")
            ),
            models.Index(
                fields=["owner", "channel"], name="notice_pending", condition=Q(state="pending")
            ),
            models.Index(fields=["owner", "channel", "-created_at"], name="notice_history"),
            models.Index(fields=["state", "tried_at"], name="notice_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.channel} {self.state}"

    @property
    def is_given_up(self) -> bool:
        return self.state == self.State.GIVEN_UP

    @property
    def is_pending(self) -> bool:
        return self.state == self.State.PENDING
