"""How lately somebody proved that they are who the session says, by what counts as a proof.

Where an account has a second step, only that does: its password may be known to somebody else, who
may have signed in before there was one.
"""

import time

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest

from accounts import second_factor

SECOND_STEP = "mfa"
"""Any: a code of an app, a recovery code, a passkey, also one that signed in alone."""

PROOFS = ("password", SECOND_STEP)


def age_s(request: HttpRequest) -> float:
    """Seconds since the last proof in this session; endless without one.

    allauth's own reckoning leaves out signing in itself, and so would ask for the password a
    moment after it was typed.
    """
    counting = (SECOND_STEP,) if second_factor.has_one(request.user) else PROOFS
    given_at = [
        record["at"]
        for record in get_authentication_records(request, request.user)
        if record.get("method") in counting
    ]
    return time.time() - max(given_at, default=float("-inf"))


def ask(request: HttpRequest) -> None:
    """Go on only where somebody has proved of late who they are, as for what protects an account.

    Raises ReauthenticationRequired, upon which allauth keeps in the session what was sent, asks,
    and then does it: nothing that was typed is lost. So this is for no form that holds a password.
    """
    # allauth's decorator asks for a whole view, and an ``app`` would let its own setting decide.
    raise_if_reauthentication_required(request, app="")


def is_given(request: HttpRequest) -> bool:
    """Whether ``ask`` would let them go on."""
    try:
        ask(request)
    except ReauthenticationRequired:
        return False
    return True
