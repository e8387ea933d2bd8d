"""How lately somebody proved that they are who the session says: by password, code or passkey."""

import time

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

PROOFS = ("password", "mfa")


def age_s(request: HttpRequest) -> float:
    """Seconds since the last proof in this session; endless without one.

    allauth's own reckoning leaves out signing in itself, and so would ask for the password a
    moment after it was typed.
    """
    given_at = [
        record["at"]
        for record in get_authentication_records(request, request.user)
        if record.get("method") in PROOFS
    ]
    return time.time() - max(given_at, default=float("-inf"))
