"""The letter that tells of pictures that are ready or failed: one for all that ended together.

It can be ended from within: a link to the choices, and List-Unsubscribe with one click (RFC 8058).
When a letter is due is decided in `outbox`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.mailboxes import may_be_written_to
from transfers.notify.models import Notice, NoticeChoices
from transfers.notify.outbox import Answer
from transfers.notify.webhooks import absolute

logger = logging.getLogger(__name__)

Outcome = Notice.Outcome

MOST_NAMED = 20
UNSUBSCRIBE_SALT = "transfers.notify.unsubscribe"


def send(notices: Sequence[Notice]) -> Answer:
    """Try once to mail their owner, if that is still wanted."""
    owner = notices[0].owner
    if not (NoticeChoices.of(owner.pk).email and may_be_written_to(owner)):
        return Answer(Outcome.NOWHERE)
    try:
        compose(notices).send()
    except OSError as error:  # smtplib's errors are among them
        logger.warning("letter %s: not taken: %s", notices[0].batch, type(error).__name__)
        return Answer(Outcome.MAIL)
    logger.info("letter %s: sent, tells of %d transfers", notices[0].batch, len(notices))
    return Answer(Outcome.OK)


def compose(notices: Sequence[Notice]) -> EmailMessage:
    """The letter about `notices`, all of one owner and of one batch."""
    owner, batch = notices[0].owner, notices[0].batch
    unsubscribe = absolute("transfers:unsubscribe", unsubscribe_token(owner.pk))
    shown = notices[:MOST_NAMED]
    text = render_to_string(
        "transfers/email/ended.txt",
        {
            "site_name": settings.SITE_NAME,
            "notices": [(notice, _address_of(notice)) for notice in shown],
            "more": len(notices) - len(shown),
            "list_url": absolute("transfers:list"),
            "choices_url": absolute("transfers:notices"),
            "unsubscribe_url": unsubscribe,
        },
    )
    return EmailMessage(
        subject=f"[{settings.SITE_NAME}] {_subject(notices)}",
        body=text,
        to=[owner.email],
        headers={
            # The same in every try, so that a repetition can be known as one.
            "Message-ID": f"<{batch}@{urlsplit(settings.PUBLIC_URL).hostname}>",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def unsubscribe_token(owner_id: int) -> str:
    """What a link carries, so that it works without signing in, for this one purpose."""
    return signing.dumps(owner_id, salt=UNSUBSCRIBE_SALT)


def owner_of_token(token: str) -> int:
    """Whose letters a link ends. Raises django.core.signing.BadSignature."""
    return int(signing.loads(token, salt=UNSUBSCRIBE_SALT))


def _subject(notices: Sequence[Notice]) -> str:
    failed = sum(notice.event == Notice.Event.FAILED for notice in notices)
    ready = len(notices) - failed
    if len(notices) == 1:
        words = _("“%(title)s” could not be painted") if failed else _("“%(title)s” is ready")
        # On one line, as a subject has to be.
        title = " ".join(notices[0].transfer.content_image.title.split())
        return words % {"title": title}
    told = []
    if ready:
        told.append(ngettext("%(n)d picture is ready", "%(n)d pictures are ready", ready))
    if failed:
        told.append(
            ngettext(
                "%(n)d picture could not be painted", "%(n)d pictures could not be painted", failed
            )
        )
    counts = [count for count in (ready, failed) if count]
    return ", ".join(words % {"n": n} for words, n in zip(told, counts, strict=True))


def _address_of(notice: Notice) -> str:
    artwork_id = notice.transfer.artwork_id
    if artwork_id:
        return absolute("gallery:artwork", artwork_id)
    return absolute("transfers:detail", notice.transfer_id)
