"""What goes wrong, said to people and to programs: RFC 9457 problem documents.

Every error of the API leaves through `handle`, which DRF calls for whatever a view raises. The
kinds are listed once, in `problem_kinds`.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.audit_limits import TooOftenError
from accounts.quotas import QuotaError
from engine.errors import EngineError, ImageError, ParameterError
from gallery import uploads
from gallery.busy import BusyError
from gallery.recipe_files import RecipeFileError
from transfers.api.problem_kinds import KINDS
from transfers.longest import TooLongError
from transfers.queue.outages import AWAY, TRY_AGAIN_S
from transfers.queue.submission import WrongStateError

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

MOST_ERRORS = 20
"""Sentences of one answer: who sends a thousand wrong ids has the same mistake in each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that went wrong. `errors`: sentences by the path of the field they belong to."""

    reason: str
    sentence: str
    status: int = 0
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""

    def response(self) -> Response:
        body = self.body()
        headers = dict(self.headers)
        return Response(body, body["status"], headers=headers, content_type=MEDIA_TYPE)

    def body(self) -> dict[str, Any]:
        """The document itself, for whoever answers before DRF is asked."""
        kind = KINDS[self.reason]
        body: dict[str, Any] = {
            "type": f"{reverse('api:problems')}#{self.reason}",
            "title": str(kind.title),
            "status": self.status or kind.status,
            "detail": self.sentence,
            "reason": self.reason,
            "errors": {_printable(name): list(said) for name, said in self.errors.items()},
        }
        if self.reference:
            body["reference"] = self.reference
        return body


class RefusedError(Exception):
    """A view's own refusal. `reason` is one of `KINDS`, whose status it has."""

    def __init__(
        self, reason: str, sentence: str, *, errors: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        super().__init__(sentence)
        self.problem = Problem(reason=reason, sentence=sentence, errors=errors or {})


def field_refused(name: str, sentence: str) -> RefusedError:
    """What is sent in field `name` cannot be taken."""
    return RefusedError("invalid", sentence, errors={name: [sentence]})


def too_large_file() -> RefusedError:
    return RefusedError("too_large", uploads.too_large_sentence())


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler. What nobody foresaw is logged whole, and the answer refers to it."""
    if (request := context.get("request")) is not None:
        uploads.let_go(request._request)
    problem = _foreseen(error) or _of_drf(error) or _away(error)
    return (problem or _unforeseen(error, context)).response()


def _foreseen(error: Exception) -> Problem | None:
    """Our own errors, whose sentences are fit for people as they are.

    A new kind of error with a sentence gets its line here and, for a new reason, its entry in
    `KINDS`.
    """
    match error:
        case RefusedError():
            return error.problem
        case TooOftenError():
            wait = {"Retry-After": str(error.wait_s)}
            return Problem(reason="too_many_requests", sentence=error.sentence, headers=wait)
        case QuotaError():
            return Problem(reason=f"quota_{error.reason}", sentence=error.sentence)
        case TooLongError():
            path = f"params.{error.field}"
            sentence = error.sentence
            return Problem(reason="too_long", sentence=sentence, errors={path: [sentence]})
        case ParameterError():
            path = f"params.{error.field}" if error.field else "params"
            sentence = error.sentence
            return Problem(reason="invalid", sentence=sentence, errors={path: [sentence]})
        case BusyError():
            wait = {"Retry-After": str(error.wait_s)}
            return Problem(reason="busy", sentence=error.sentence, headers=wait)
        case ImageError(reason="too_large"):
            return too_large_file().problem
        case ImageError():
            return Problem(reason=error.reason, sentence=error.sentence)
        case EngineError():
            return Problem(reason="cannot_paint", sentence=error.sentence)
        case RecipeFileError():
            return Problem(reason="no_recipe", sentence=error.sentence)
        case WrongStateError():
            return Problem(
                reason="wrong_state", sentence=_("This is not possible in its present state.")
            )
    return None


def _of_drf(error: Exception) -> Problem | None:
    """What Django and DRF raise themselves."""
    match error:
        case exceptions.ValidationError():
            return _invalid(error)
        case exceptions.ParseError():
            return Problem(reason="malformed", sentence=_("The request cannot be read."))
        case exceptions.AuthenticationFailed():
            return _unauthenticated("bad_token", str(error.detail))
        case exceptions.NotAuthenticated():
            sentence = _("Please send a token in the header “Authorization: Bearer …”.")
            return _unauthenticated("not_signed_in", sentence)
        case exceptions.PermissionDenied() if str(error.detail).startswith("CSRF"):
            return Problem(reason="csrf", sentence=_("Please reload the page and try again."))
        case exceptions.PermissionDenied() | PermissionDenied():
            return Problem(reason="forbidden", sentence=_("You may not do that."))
        case exceptions.NotFound() | Http404():
            return Problem(
                reason="not_found",
                sentence=_("There is nothing at this address, or it is not yours."),
            )
        case exceptions.MethodNotAllowed():
            sentence = _("This address does not answer to this method.")
            return Problem(reason="method_not_allowed", sentence=sentence)
        case exceptions.UnsupportedMediaType():
            sentence = _("The body is in a format that this address does not read.")
            return Problem(reason="unsupported_media_type", sentence=sentence)
        case exceptions.Throttled():
            wait_s = max(1, round(error.wait or 1))
            return Problem(
                reason="too_many_requests",
                sentence=_("That was a lot at once. Please wait a little and go on."),
                headers={"Retry-After": str(wait_s)},
            )
        case MultiPartParserError() | UnreadablePostError():
            return Problem(reason="malformed", sentence=_("The form cannot be read."))
        case RequestDataTooBig():
            return Problem(reason="too_large", sentence=_("The body is too large."))
        case SuspiciousOperation():
            return Problem(reason="malformed", sentence=_("The request cannot be read."))
    return None


def _away(error: Exception) -> Problem | None:
    """The database or the files cannot be reached; it is logged, and programs try again."""
    if not isinstance(error, AWAY):
        return None
    logger.error("the database or the files are away", exc_info=error)
    return Problem(
        reason="unavailable",
        sentence=_("A part of the site is away right now. Please try again in a minute."),
        headers={"Retry-After": str(TRY_AGAIN_S)},
    )


def _unforeseen(error: Exception, context: Mapping[str, Any]) -> Problem:
    reference = secrets.token_hex(4)
    request = context.get("request")
    where = f"{request.method} {request.path}" if request is not None else "?"
    logger.error("%s failed (reference %s)", where, reference, exc_info=error)
    sentence = _("Something broke on our side. The reference %(reference)s finds it in the log.")
    return Problem(
        reason="server_error", sentence=sentence % {"reference": reference}, reference=reference
    )


def _unauthenticated(reason: str, sentence: str) -> Problem:
    challenge = 'Bearer error="invalid_token"' if reason == "bad_token" else "Bearer"
    return Problem(reason=reason, sentence=sentence, headers={"WWW-Authenticate": challenge})


def _invalid(error: exceptions.ValidationError) -> Problem:
    said = list(_flat(error.detail))
    errors: dict[str, list[str]] = {}
    for path, sentence in said[:MOST_ERRORS]:
        errors.setdefault(path, []).append(sentence)
    path, sentence = said[0] if said else ("", "")
    detail = f"{path}: {sentence}" if path else sentence
    if (more := len(said) - MOST_ERRORS) > 0:
        words = ngettext(
            "%(count)d more error is not listed.", "%(count)d more errors are not listed.", more
        )
        detail = f"{detail} {words % {'count': more}}"
    return Problem(reason="invalid", sentence=_printable(detail), errors=errors)


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """DRF's nested errors as (path, sentence): ``styles.0.weight``."""
    if isinstance(detail, dict):
        for name, below in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _flat(below, ".".join(part for part in (path, own) if part))
    elif isinstance(detail, list):
        for number, below in enumerate(detail):
            nested = isinstance(below, (dict, list))
            if nested and below:
                yield from _flat(below, f"{path}.{number}" if path else str(number))
            elif not nested:
                yield path, str(below)
    else:
        yield path, str(detail)


def _printable(text: str) -> str:
    """`text` as UTF-8 can hold it: a name that a client made up may hold half a character."""
    return text.encode("utf-8", "replace").decode("utf-8")
