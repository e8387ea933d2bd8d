"""Signing in with a passkey alone, and proving with one that it is still oneself.

Each challenge of a sign-in is kept in a session of the visitor's, so that whoever asks without end
would fill the database. allauth's page for the proof sends whom it does not believe to the sign-in,
and forgets where they were going.
"""

from typing import Any

from allauth.core import ratelimit
from allauth.mfa.webauthn.views import LoginWebAuthnView, ReauthenticateWebAuthnView
from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


class PasskeyLogin(LoginWebAuthnView):  # type: ignore[misc]
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refused: HttpResponse | None = ratelimit.consume_or_429(
            request, action="passkey", limit_get=True
        )
        challenge: HttpResponse = refused or super().get(request, *args, **kwargs)
        return challenge


class PasskeyProof(ReauthenticateWebAuthnView):  # type: ignore[misc]
    def form_invalid(self, form: BaseForm) -> HttpResponse:
        for sentence in form.errors.get("credential", []):
            messages.error(self.request, str(sentence))
        return redirect(self.passthrough_next_url(reverse("mfa_reauthenticate_webauthn")))
