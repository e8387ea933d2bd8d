"""Signing in with a passkey alone: allauth's page, within a limit.

Each challenge is kept in a session of the visitor's, so that whoever asks without end would fill
the database.
"""

from typing import Any

from allauth.core import ratelimit
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.http import HttpRequest, HttpResponse


class PasskeyLogin(LoginWebAuthnView):  # type: ignore[misc]
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refused: HttpResponse | None = ratelimit.consume_or_429(
            request, action="passkey", limit_get=True
        )
        challenge: HttpResponse = refused or super().get(request, *args, **kwargs)
        return challenge
