"""The pages on which an owner changes the password, or sets the first: allauth's, with what goes on
under a new one."""

from __future__ import annotations

from typing import Any

from allauth.account.views import PasswordChangeView, PasswordSetView
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts import second_factor
from accounts.access import password_asked_anew
from accounts.forms import ChangePasswordForm
from stylesite import going_on


class WithSecondStep:
    """Where there is one it is asked for: the old password, which one form asks for, proves nothing
    then, and the other form asks for none."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        page = super().dispatch  # type: ignore[misc]
        if second_factor.has_one(request.user):
            page = password_asked_anew(page)
        shown: HttpResponseBase = page(request, *args, **kwargs)
        return shown


class SetPassword(WithSecondStep, PasswordSetView):  # type: ignore[misc]
    """Of an account that has none."""


class ChangePassword(WithSecondStep, PasswordChangeView):  # type: ignore[misc]
    def get_form(self, form_class: Any = None) -> ChangePasswordForm:
        """With the choice to end the rest as well, for those who have something to end."""
        form: ChangePasswordForm = super().get_form(form_class)
        if lines := going_on.of(self.request.user):
            sentence = _("Otherwise these go on: %(what)s.")
            form.fields["end_rest"].help_text = sentence % {"what": going_on.listed(lines)}
        else:
            form.fields.pop("end_rest", None)  # allauth gives the same form twice
        return form

    def form_valid(self, form: ChangePasswordForm) -> HttpResponse:
        """Ends the rest first, so that the letter about the change tells of what is left."""
        user, before = form.user, going_on.of(form.user)
        with transaction.atomic():
            if form.cleaned_data.get("end_rest"):
                going_on.end(user, self.request)
            changed: HttpResponse = super().form_valid(form)
        if left := going_on.of(user):
            words = render_to_string("account/messages/going_on.html", {"lines": left})
            messages.warning(self.request, words)
        elif before:
            said = _("Ended as well: %(what)s.") % {"what": going_on.listed(before)}
            messages.success(self.request, said)
        return changed
