"""What allauth asks when somebody signs in whose account is closed.

The password was right by then. Who may still come back is asked whether they want to, and reaches
nothing else: they are not signed in.
"""

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.adapter import AccountAdapter
from accounts.models import User
from stylesite.privacy.models import AccountDeletion

WHO_MAY_RETURN = "privacy_who_may_return"
RETURN_WITHIN_S = 15 * 60


class PrivacyAdapter(AccountAdapter):
    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        now = timezone.now()
        if AccountDeletion.objects.can_be_called_off(now).filter(user=user).exists():
            until = time.time() + RETURN_WITHIN_S
            request.session[WHO_MAY_RETURN] = {"user": user.pk, "until": until}
            return redirect("privacy:restore")
        response: HttpResponse = super().respond_user_inactive(request, user)
        return response


def who_may_return(request: HttpRequest) -> AccountDeletion | None:
    """The closed account of which this browser has just shown the password."""
    said = request.session.get(WHO_MAY_RETURN)
    if not said or said["until"] < time.time():
        return None
    open_to = AccountDeletion.objects.can_be_called_off(timezone.now())
    return open_to.select_related("user").filter(user=said["user"]).first()
