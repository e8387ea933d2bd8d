"""What goes on under a new password: programs with API tokens, and open booths.

Neither has ever asked for the password, and a new one ends sessions alone. Whoever gives an account
one is told what goes on, and can end all of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from accounts import audit, tokens
from accounts.audit import Action
from accounts.models import ApiToken, User
from transfers.booth import opening
from transfers.models import Booth


@dataclass(frozen=True, slots=True)
class Line:
    """How many of a kind, and the page on which each can be ended by itself."""

    words: str
    path: str

    @property
    def url(self) -> str:
        """For a letter."""
        return settings.PUBLIC_URL + self.path


def of(user: User) -> list[Line]:
    """A line for each kind of which there are some."""
    in_use = ApiToken.objects.valid(timezone.now()).filter(owner=user).count()
    open_booths = Booth.objects.owned_by(user).open().count()
    lines = []
    if in_use:
        words = ngettext(
            "%(count)d API token of a program", "%(count)d API tokens of programs", in_use
        )
        lines.append(Line(words % {"count": in_use}, reverse("accounts:tokens")))
    if open_booths:
        words = ngettext("%(count)d open booth", "%(count)d open booths", open_booths)
        lines.append(Line(words % {"count": open_booths}, reverse("transfers:booths")))
    return lines


def listed(lines: list[Line]) -> str:
    return ", ".join(line.words for line in lines)


def end(user: User, request: HttpRequest) -> None:
    """Withdraw all tokens of ``user``, and shut their booths on every device."""
    for token in tokens.revoke_all(user):
        audit.record(Action.TOKEN_REVOKED, user, token, request)
    for booth in Booth.objects.owned_by(user).open():
        opening.end(booth)
