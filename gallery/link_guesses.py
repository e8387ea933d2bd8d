"""How often the password of a share link is guessed, before tries are refused.

Wrong ones count. A right one takes back what it was counted as, so that no number of guests uses
up what the link allows. Nor does anybody who guesses from many addresses: while the link as a whole
allows no more, a few tries of each network are still looked at, so that a guest who knows the
password gets in. docs/security.md says what a guesser gets out of that.
"""

from __future__ import annotations

from dataclasses import dataclass

from allauth.core.internal import ratelimit
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import networks
from accounts.sessions import network_of_visitor
from gallery.models import ShareLink

APP = "allauth.account"
ADDRESS, LINK = "link_password", "link_password_from_anywhere"
NETWORK = "link_password_from_network"


class TooManyError(Exception):
    """No password is looked at now. Says so, and in how many seconds it may be otherwise."""

    def __init__(self, sentence: str, again_s: int) -> None:
        super().__init__(sentence)
        self.sentence, self.again_s = sentence, again_s


@dataclass(frozen=True, slots=True)
class Try:
    """One password, counted as wrong for the link, or else for the network, until it is known."""

    request: HttpRequest
    address: str
    counted: ratelimit.RateLimitUsage

    def was_right(self) -> None:
        self.counted.rollback()
        ratelimit.clear(self.request, app=APP, action=ADDRESS, key=self.address)

    def was_wrong(self) -> None:
        """Only now for the address, as many who know the password may be at one, and come at once.

        How many tries are looked at does not hang on that: the link's count is the exact one.
        """
        _consume(self.request, ADDRESS, self.address)


def begin(request: HttpRequest, link: ShareLink) -> Try:
    """Before a password is looked at; raises TooManyError where none is."""
    address = f"{link.pk} {networks.counted_as(request)}"
    if not _consume(request, ADDRESS, address, dry_run=True):
        sentence = _("That was wrong several times in a row. Wait five minutes and try again.")
        raise TooManyError(sentence, 300)
    network = f"{link.pk} {network_of_visitor(request)}"
    counted = _consume(request, LINK, str(link.pk)) or _consume(request, NETWORK, network)
    if counted is None:
        raise TooManyError(
            _(
                "The password of this link was typed wrong so often that only three wrong ones a "
                "day are looked at from each network. Try again in a minute; if that doesn’t "
                "help, tomorrow, or ask whoever gave you the link for another one."
            ),
            60,
        )
    return Try(request, address, counted)


def _consume(
    request: HttpRequest, action: str, key: str, *, dry_run: bool = False
) -> ratelimit.RateLimitUsage | None:
    used: ratelimit.RateLimitUsage | None = ratelimit.consume(
        request, app=APP, action=action, key=key, dry_run=dry_run
    )
    return used
