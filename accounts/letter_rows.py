"""The rows of letters about accounts; beside ``models``, where Django looks for them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class Letter(models.Model):
    """A letter about an account on its way out; ``letters`` sends it, and then the row is gone.

    ``letter_turns`` says what ``turn`` is, and goes round by it. ``about`` is whose account it
    tells of, if one's, whatever address it goes to: what waits goes with the account.
    """

    class Addressee(models.IntegerChoices):
        ANYBODY = 0
        CONFIRMED = 1

    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    to = models.EmailField()
    subject = models.CharField(max_length=300)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    addressee = models.PositiveSmallIntegerField(
        choices=Addressee, default=Addressee.ANYBODY, db_default=Addressee.ANYBODY
    )
    turn = models.CharField(max_length=64, default="", db_default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["addressee", "turn", "due_at"], name="letter_in_turn")]

    def __str__(self) -> str:
        return self.subject
