"""What allauth asks when somebody signs in whose account is closed, and may come back.

They go through every step of signing in, the second one included, and are asked at the last
whether they want the account back: see ``returning``. Until they say so they are not signed in.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.adapter import AccountAdapter
from accounts.models import User
from stylesite import going_on
from stylesite.privacy import returning

OF_NEW_PASSWORDS = ("account/email/password_changed", "account/email/password_reset")


class PrivacyAdapter(AccountAdapter):
    def send_notification_mail(
        self, template_prefix: str, user: User, context: Any = None, email: str | None = None
    ) -> None:
        """A letter about a new password tells what goes on without it."""
        if template_prefix in OF_NEW_PASSWORDS:
            context = {**(context or {}), "going_on": going_on.of(user)}
        super().send_notification_mail(template_prefix, user, context, email)

    def pre_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse | None:
        if returning.leaving_of(user):
            return self.too_often(request, user)
        refusal: HttpResponse | None = super().pre_login(request, user, **how)
        return refusal

    def get_login_stages(self) -> list[str]:
        return [*super().get_login_stages(), "stylesite.privacy.returning.ReturnStage"]
