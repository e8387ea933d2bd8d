"""Setting up an app or a passkey and removing it: allauth's pages, and what the first one means.

What is done here is written down in the same transaction. allauth tells of an app and of codes only
once they are there for good, and of what it removes after each step.

Whoever has just shown a code or made a passkey has proved who they are, and is not asked for it
again. Sessions elsewhere began with the password alone, so the first second step ends them.
"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts import audit, audit_limits, proof, second_factor, sessions
from accounts.access import SignedInRequest
from accounts.audit import Action
from accounts.quotas import QuotaError

CODES = Authenticator.Type.RECOVERY_CODES


class Enrolment:
    """Of two that come at once, the second finds that there is one, and has to prove that."""

    kind: Authenticator.Type
    request: SignedInRequest
    did_generate_recovery_codes: bool

    def form_valid(self, form: BaseForm) -> HttpResponse:
        try:
            return self._enrolled(form)
        except QuotaError as error:
            return refused(self, form, error)

    def _enrolled(self, form: BaseForm) -> HttpResponse:
        user, ended = self.request.user, 0
        with transaction.atomic():
            audit_limits.check(user, Action.SECOND_FACTOR_ADDED)
            is_first = not second_factor.has_one(user)
            enrolled: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            self._record()
            if is_first:
                ended = end_elsewhere(self.request)
        record_authentication(
            self.request, user, proof.SECOND_STEP, type=str(self.kind), reauthenticated=True
        )
        if ended:
            messages.info(self.request, _("Everywhere else you have been signed out."))
        return enrolled

    def _record(self) -> None:
        """Fresh codes are another kind, so that no set-up counts twice against the limit of one."""
        record_done(self.request, Action.SECOND_FACTOR_ADDED, self.kind)
        if self.did_generate_recovery_codes:
            record_done(self.request, Action.RECOVERY_CODES_DRAWN, CODES)


class SetUpApp(Enrolment, ActivateTOTPView):  # type: ignore[misc]
    kind = Authenticator.Type.TOTP


class AddPasskey(Enrolment, AddWebAuthnView):  # type: ignore[misc]
    kind = Authenticator.Type.WEBAUTHN


class Removal:
    def form_valid(self, form: BaseForm) -> HttpResponse:
        with transaction.atomic():
            removed: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        return removed


class RemoveApp(Removal, DeactivateTOTPView):  # type: ignore[misc]
    pass


class RemovePasskey(Removal, RemoveWebAuthnView):  # type: ignore[misc]
    pass


class DrawRecoveryCodes(GenerateRecoveryCodesView):  # type: ignore[misc]
    def form_valid(self, form: BaseForm) -> HttpResponse:
        try:
            with transaction.atomic():
                audit_limits.check(self.request.user, Action.RECOVERY_CODES_DRAWN)
                drawn: HttpResponse = super().form_valid(form)
                record_done(self.request, Action.RECOVERY_CODES_DRAWN, CODES)
        except QuotaError as error:
            return refused(self, form, error)
        return drawn


def record_done(request: SignedInRequest, action: Action, kind: Authenticator.Type) -> None:
    audit.record(action, request.user, request.user, request, method=str(kind))


def refused(view: Any, form: BaseForm, error: QuotaError) -> HttpResponse:
    """The form once more, with the sentence."""
    form.add_error(None, error.sentence)
    shown: HttpResponse = view.form_invalid(form)
    return shown


def end_elsewhere(request: SignedInRequest) -> int:
    """Sign out everywhere but here whoever asks; how many sessions that ended."""
    count = sessions.end_all(request.user, but=request.session.session_key)
    if count:
        audit.record(Action.SESSIONS_ENDED, request.user, request.user, request, count=count)
    return count
