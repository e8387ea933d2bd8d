"""Letters about accounts on their way out: links, changes, alerts.

A request only writes a row, so that nobody waits for a mail server, and nobody can tell by the
wait whether an address has an account. The sender of notices (``transfers.notify.sender``) looks
every second and calls ``send_due``. Where letters are printed on the console nothing is slow, and
they go at once.

A row is claimed by one conditional UPDATE that makes it due again later, so two senders never hold
it at once. It is gone when the letter was taken, or when nobody took it for hours. Which of those
that wait is next is decided in ``letter_turns``.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import letter_turns
from accounts.models import Letter, User

logger = logging.getLogger(__name__)

PAUSES_S = (60, 120, 600, 3600, 3 * 3600)
"""Between tries; also how long a sender may take for one before another tries."""

LONGEST_WAIT = timedelta(days=3)
"""Where nothing is sent at all. The link that confirms an address works for so long, that of a
reset for an hour."""

AT_ONCE = 50

Addressee = Letter.Addressee

_round = letter_turns.Round()


def post(
    message: EmailMessage, request: HttpRequest | None = None, about: User | None = None
) -> None:
    """Send `message`, to one address and plain, without the caller waiting for it.

    `request` is of whoever had it written, if it was somebody's, and `about` whose account it
    tells of.
    """
    if not settings.SENDS_MAIL:
        message.send()
        return
    to = message.to[0]
    confirmed = EmailAddress.objects.filter(email=to.lower(), verified=True).exists()
    addressee = Addressee.CONFIRMED if confirmed else Addressee.ANYBODY
    Letter.objects.create(
        about=about,
        to=to,
        subject=str(message.subject),
        body=str(message.body),
        addressee=addressee,
        turn=letter_turns.whose(to, addressee, request),
    )


def are_due() -> bool:
    return Letter.objects.filter(due_at__lte=timezone.now()).exists()


def long_over() -> QuerySet[Letter]:
    """Those that have waited for days, as nobody sends any."""
    return Letter.objects.filter(created_at__lt=timezone.now() - LONGEST_WAIT)


def send_due() -> int:
    """Try some of those that are due, in turn; how many were taken."""
    taken = 0
    for _turn in range(AT_ONCE):
        letter = _claim()
        if letter is None:
            break
        taken += _send(letter)
    return taken


def _claim() -> Letter | None:
    """The next that is due, counted as a try and due again later."""
    now = timezone.now()
    while letter := _round.take(now):
        pause = timedelta(seconds=PAUSES_S[min(letter.tries, len(PAUSES_S) - 1)])
        free = Letter.objects.filter(pk=letter.pk, tries=letter.tries, due_at__lte=now)
        if free.update(tries=F("tries") + 1, due_at=now + pause):
            letter.tries += 1
            return letter
    return None


def _send(letter: Letter) -> bool:
    message = EmailMessage(
        letter.subject, letter.body, to=[letter.to], headers={"Auto-Submitted": "auto-generated"}
    )
    try:
        message.send()
    except OSError as error:  # smtplib's errors are among them
        logger.warning("letter %d: not taken: %s", letter.pk, type(error).__name__)
        if letter.tries > len(PAUSES_S):
            logger.error("letter %d: given up after %d tries", letter.pk, letter.tries)
            letter.delete()
        return False
    letter.delete()
    return True
