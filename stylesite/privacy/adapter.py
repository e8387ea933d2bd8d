"""What allauth asks when somebody signs in whose account is closed, and may come back.

They go through every step of signing in, the second one included, and are asked at the last
whether they want the account back: see ``returning``. Until they say so they are not signed in.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.adapter import AccountAdapter
from accounts.models import User
from stylesite.privacy import returning


class PrivacyAdapter(AccountAdapter):
    def pre_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse | None:
        if returning.leaving_of(user):
            return None
        refused: HttpResponse | None = super().pre_login(request, user, **how)
        return refused

    def get_login_stages(self) -> list[str]:
        return [*super().get_login_stages(), "stylesite.privacy.returning.ReturnStage"]
