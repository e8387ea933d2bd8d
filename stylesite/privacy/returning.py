"""The last step of signing in to an account that is closed: the question whether to open it again.

allauth keeps a sign-in that is under way in the session, for 15 minutes at most, and forgets it
when the browser goes to another page.
"""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.stages import LoginStage
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import User
from stylesite.privacy.models import AccountDeletion

STAGE = "return"


class ReturnStage(LoginStage):  # type: ignore[misc]
    """Comes after all proofs were given. Nobody else notices it."""

    key = STAGE
    urlname = "privacy:restore"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        if user is None or user.is_active:
            return None, True
        if leaving_of(user):
            return redirect(self.urlname), True
        return get_adapter().respond_user_inactive(self.request, user), False


def leaving_of(user: User) -> AccountDeletion | None:
    """The deletion of ``user`` that they can still call off by themselves."""
    open_to = AccountDeletion.objects.can_be_called_off(timezone.now())
    return open_to.filter(user=user).first()
