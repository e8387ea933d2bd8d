"""What allauth's list of sessions asks the site when some of them are ended."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.db import transaction

from accounts import audit
from accounts.audit import Action


class SessionAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]
    def end_sessions(self, sessions: Iterable[UserSession]) -> None:
        """Written down, too: whoever holds a stolen session may end those of its owner."""
        ended = list(sessions)
        if not ended:
            return
        person = ended[0].user
        with transaction.atomic():
            audit.record(Action.SESSIONS_ENDED, person, person, self.request, count=len(ended))
            super().end_sessions(ended)
