"""The page that the link of a letter opens: is this address yours? allauth's, and more plainly."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from allauth.account.models import EmailConfirmationHMAC
from allauth.account.views import ConfirmEmailView
from django.core.signing import b62_decode
from django.http import Http404, HttpResponse
from django.shortcuts import render

from accounts import mailboxes
from stylesite import refused_addresses


class ConfirmAddress(ConfirmEmailView):  # type: ignore[misc]
    """Says which account it is about, and takes "This was not me" for an answer."""

    def get_object(self, queryset: Any = None) -> EmailConfirmationHMAC:
        confirmation: EmailConfirmationHMAC = super().get_object(queryset)
        if not confirmation.email_address.user.is_active:
            raise Http404
        return confirmation

    def logout_other_user(self, confirmation: EmailConfirmationHMAC) -> None:
        """Not of who merely looks: the letter may be a stranger's doing."""
        if self.request.method == "POST":
            super().logout_other_user(confirmation)

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        if "not_mine" not in self.request.POST:
            confirmed: HttpResponse = super().post(*args, **kwargs)
            return confirmed
        address = self.get_object().email_address
        gone = refused_addresses.refuse(address)
        return render(
            self.request, "account/email_refused.html", {"email": address.email, "gone": gone}
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Of the account only what its maker did not write: their words are not the site's."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if self.object:
            address = self.object.email_address
            visitor, user = self.request.user, address.user
            is_theirs = visitor == user
            context |= {
                "asked_at": _asked_at(self.kwargs["key"]),
                "account": user,
                "account_email": user.email if is_theirs else mailboxes.shortened(user.email),
                "as_another": visitor.is_authenticated and not is_theirs,
                "plan": refused_addresses.plan_for(address),
            }
        return context


def _asked_at(key: str) -> datetime:
    """When the letter was written: a key is signed together with its time."""
    return datetime.fromtimestamp(b62_decode(key.rsplit(":", 2)[1]), UTC)
