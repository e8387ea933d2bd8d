"""The rows of letters about accounts; beside ``models``, where Django looks for them."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Letter(models.Model):
    """A letter about an account on its way out; ``letters`` sends it, and then the row is gone.

    ``letter_turns`` says what ``turn`` is, and goes round by it.
    """

    class Addressee(models.IntegerChoices):
        ANYBODY = 0
        CONFIRMED = 1

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
