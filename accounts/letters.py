"""Letters about accounts on their way out: links, changes, alerts.

A request only writes a row, so that nobody waits for a mail server, and nobody can tell by the
wait whether an address has an account. The sender of notices (``transfers.notify.sender``) looks
every second and calls ``send_due``. Where letters are printed on the console nothing is slow, and
they go at once.

A row is claimed by one conditional UPDATE that makes it due again later, so two senders never hold
it at once. It is gone when the letter was taken, or when nobody took it for hours.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import Letter

logger = logging.getLogger(__name__)

PAUSES_S = (60, 120, 600, 3600, 3 * 3600)
"""Between tries; also how long a sender may take for one before another tries."""

AT_ONCE = 50


def post(message: EmailMessage) -> None:
    """Send `message`, to one address and plain, without the caller waiting for it."""
    if not settings.SENDS_MAIL:
        message.send()
        return
    Letter.objects.create(to=message.to[0], subject=str(message.subject), body=str(message.body))


def are_due() -> bool:
    return Letter.objects.filter(due_at__lte=timezone.now()).exists()


def send_due() -> int:
    """Try some of those that are due; how many were taken.

    First those to addresses that were confirmed, then oldest first: what strangers have the site
    write, to whomever, does not hold up alerts and resets.
    """
    taken = 0
    for _turn in range(AT_ONCE):
        letter = _claim()
        if letter is None:
            break
        taken += _send(letter)
    return taken


def _claim() -> Letter | None:
    """The first that is due, counted as a try and due again later."""
    now = timezone.now()
    first = (Exists(_confirmed()).desc(), "due_at")
    for letter in Letter.objects.filter(due_at__lte=now).order_by(*first)[:AT_ONCE]:
        pause = timedelta(seconds=PAUSES_S[min(letter.tries, len(PAUSES_S) - 1)])
        free = Letter.objects.filter(pk=letter.pk, tries=letter.tries, due_at__lte=now)
        if free.update(tries=F("tries") + 1, due_at=now + pause):
            letter.tries += 1
            return letter
    return None


def _confirmed() -> QuerySet[EmailAddress]:
    """Of a letter, the address it goes to, where somebody has confirmed it."""
    addresses: QuerySet[EmailAddress] = EmailAddress.objects.filter(verified=True)
    return addresses.filter(email=Lower(OuterRef("to")))


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
