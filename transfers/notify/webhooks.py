"""What a webhook says, how it is signed, and one try of delivering it.

After the Standard Webhooks specification, version 1.0.0 (https://www.standardwebhooks.com): its
headers, its signature, its secrets. docs/notifications.md is for those who receive them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import uuid
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from transfers.models import Transfer
from transfers.notify import destinations
from transfers.notify.destinations import BadAddressError, UndeliverableError
from transfers.notify.models import SECRET_PREFIX, Notice, NoticeChoices
from transfers.notify.outbox import Answer
from transfers.notify.post import post

logger = logging.getLogger(__name__)

Outcome = Notice.Outcome

DELIVERY_S = 10.0
# Somebody waits for a test, and so does a thread of the web server.
TEST_S = 5.0


def deliver(notice: Notice) -> Answer:
    """Try once to deliver `notice` to where its owner now wants it."""
    choices = NoticeChoices.of(notice.owner_id)
    answer = send(choices, notice.pk, _body(notice.pk, notice.event, notice), DELIVERY_S)
    logger.info(
        "notice %s: webhook, try %d: %s %s",
        notice.pk,
        notice.attempts,
        answer.outcome.value,
        answer.status_code or "",
        extra={"transfer": str(notice.transfer_id)},
    )
    return answer


def send_test(choices: NoticeChoices) -> Answer:
    """Send an event of type webhook.test at once, and say what came back."""
    event_id = uuid.uuid4()
    return send(choices, event_id, _body(event_id, Notice.Event.TEST, None), TEST_S)


def send(choices: NoticeChoices, event_id: uuid.UUID, body: bytes, limit_s: float) -> Answer:
    """POST `body`, signed with the secret in `choices`, to the address there."""
    if not choices.webhook_url:
        return Answer(Outcome.NOWHERE)
    timestamp = int(timezone.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Stylesite/{settings.VERSION}",
        "webhook-id": str(event_id),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(choices.webhook_secret, str(event_id), timestamp, body),
    }
    try:
        status = post(destinations.parse(choices.webhook_url), body, headers, limit_s)
    except BadAddressError:
        return Answer(Outcome.NOWHERE)
    except UndeliverableError as error:
        return Answer(error.outcome)
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Answer(Outcome.OK, status)
    redirected = HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
    return Answer(Outcome.REDIRECT if redirected else Outcome.STATUS, status)


def signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """Version 1 of the specification: HMAC-SHA256 over id, timestamp and body, in base64."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{event_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _body(event_id: uuid.UUID, event: str, notice: Notice | None) -> bytes:
    happened_at = notice.created_at if notice else timezone.now()
    payload = {
        "id": str(event_id),
        "type": str(event),
        "timestamp": happened_at.isoformat(),
        "data": _about(notice.transfer) if notice else {},
    }
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()


def _about(transfer: Transfer) -> dict[str, Any]:
    artwork_id = transfer.artwork_id
    return {
        "transfer_id": str(transfer.pk),
        "transfer_url": absolute("transfers:detail", transfer.pk),
        "state": transfer.state,
        "artwork_id": str(artwork_id) if artwork_id else None,
        "artwork_url": absolute("gallery:artwork", artwork_id) if artwork_id else None,
        "error": transfer.error or None,
        "submitted_at": transfer.created_at.isoformat(),
        "finished_at": transfer.finished_at.isoformat() if transfer.finished_at else None,
    }


def absolute(name: str, *args: object) -> str:
    """The whole address of a page, for those who read it elsewhere."""
    return settings.PUBLIC_URL + reverse(name, args=args)
