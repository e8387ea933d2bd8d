"""Whose letter is sent next, of all that wait.

Whoever can have letters written gets one sent in turn with each of the others, so that nobody who
has thousands written holds up somebody's only one. Of confirmed addresses each has its turn. Of
others, to which anybody can have the site write, each network has one that asked for letters: a
hundred thousand addresses are as easily made up as one, and of networks nobody has that many.

A turn is a keyed hash, so that it tells neither of a network nor can be chosen, and going round is
a jump in an index to the next larger one. It costs the same however many are due: only those that
were tried, and wait to be tried again, are walked over.
"""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts import networks
from accounts.models import Letter

ONES_OWN_BITS = {4: 32, 6: 48}
"""Fewer of IPv6 than limits count: who has a /48 is 65,536 people to them, and would be as many
here."""

TURN_OF_STRANGERS = 4
"""Of so many letters at least one is to an address that nobody confirmed. Otherwise somebody with
hundreds of confirmed ones could keep all others from confirming theirs."""


Addressee = Letter.Addressee


def whose(to: str, addressee: Addressee, request: HttpRequest | None) -> str:
    """Who takes turns with others by this letter: the address, or the network of who asks.

    The address, too, where nobody asks (a command's letter), or no proxy says from where.
    """
    known_by = to.lower()
    if addressee == Addressee.ANYBODY and request is not None:
        asking = networks.visitor_address(request)
        known_by = str(networks.network_of(asking, ONES_OWN_BITS)) if asking else known_by
    return salted_hmac("accounts.letter_turns", known_by, algorithm="sha256").hexdigest()


class Round:
    """Where one sender is in going round; each of several goes round for itself.

    It is not kept when the process ends: the next begins anew, which costs each a turn at most.
    """

    def __init__(self) -> None:
        self._latest = dict.fromkeys(Addressee, "")
        self._taken = 0

    def take(self, now: datetime) -> Letter | None:
        """The oldest letter that is due of who is next; None where none is due."""
        self._taken += 1
        first, then = Addressee.CONFIRMED, Addressee.ANYBODY
        if self._taken % TURN_OF_STRANGERS == 0:
            first, then = then, first
        return self._next(first, now) or self._next(then, now)

    def _next(self, addressee: Addressee, now: datetime) -> Letter | None:
        waiting = Letter.objects.filter(addressee=addressee, due_at__lte=now)
        waiting = waiting.order_by("turn", "due_at")
        letter = waiting.filter(turn__gt=self._latest[addressee]).first() or waiting.first()
        if letter is not None:
            self._latest[addressee] = letter.turn
        return letter
