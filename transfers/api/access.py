"""Who is asking, what their token allows, and how often they may ask.

Which objects somebody may see, each view says itself, by fetching them through their owner.
"""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts import audit, tokens
from accounts.limits import counted
from accounts.models import ApiToken, User
from transfers.api.problems import RefusedError

Scope = ApiToken.Scope


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer sty_…``. A wrong token is refused, never taken for no token."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = tokens.find(secret.strip())
        if token is None:
            raise AuthenticationFailed(
                _("This token opens nothing: it is mistyped, expired or withdrawn.")
            )
        audit.comes_by_token(request._request, token)
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "sty_…"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        described = "The site’s own pages; what changes something needs X-CSRFToken as well."
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": described,
        }


class HasScope(BasePermission):
    """Signed in, and with a token that allows it. The site's own pages may do everything."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        needed = scope_needed(view, request.method)
        token = request.auth
        if token is None or needed is None or needed in token.scopes:
            return True
        raise RefusedError(
            "scope", _("This token lacks the scope “%(scope)s”.") % {"scope": needed}
        )


def scope_needed(view: Any, method: str | None) -> str | None:
    """The scope for `method` of `view`; None where any token will do."""
    name = (method or "get").lower()
    if not hasattr(view, name) and name != "head":
        return None  # there is no such method, and the answer says so
    if method in SAFE_METHODS:
        return getattr(view, "read_scope", Scope.READ)
    return getattr(view, "write_scope", Scope.TRANSFERS)


class PerMinute(BaseThrottle):
    """So many requests a minute for each person, whichever of their tokens they use.

    Counted in the shared cache, so it holds across processes; looking and changing are counted
    apart, so that polling never keeps anyone from cancelling.
    """

    def __init__(self) -> None:
        self._wait_s = 0.0

    def allow_request(self, request: Request, view: object) -> bool:
        if not request.user.is_authenticated:
            return True
        reads = request.method in SAFE_METHODS
        most = settings.API_READS_PER_MINUTE if reads else settings.API_WRITES_PER_MINUTE
        minute, second = divmod(time.time(), 60)
        kind = "read" if reads else "write"
        self._wait_s = 60 - second
        return counted(f"api-{kind}-{request.user.pk}-{minute:.0f}") <= most

    def wait(self) -> float:
        return self._wait_s
