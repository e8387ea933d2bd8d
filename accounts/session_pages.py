"""Ending one session; the list of them, and ending all others, is a page of allauth's."""

from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, owners_only


@require_POST
@owners_only
def end(request: SignedInRequest, session_id: int) -> HttpResponse:
    session = get_object_or_404(UserSession, pk=session_id, user=request.user)
    was_this_one = session.is_current()
    end_sessions(request, [session])
    if was_this_one:
        return redirect("home")
    messages.success(request, _("That session has ended."))
    return redirect("usersessions_list")
