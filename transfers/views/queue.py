"""The operator's page of the queue, inside Django's admin: who paints, what waits, what failed.

Looking takes the permission to view transfers, acting `transfers.manage_queue`. What is done to a
transfer is a transition of ``transfers.queue.steering``, and a log entry says who did it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import SignedInRequest
from accounts.quotas import QuotaError
from engine.errors import EngineError
from transfers.models import Transfer
from transfers.queue import steering, submission
from transfers.queue.overview import Overview

P = ParamSpec("P")
State = Transfer.State

VIEW = "transfers.view_transfer"
MANAGE = "transfers.manage_queue"


@dataclass(frozen=True, slots=True)
class Act:
    """Something an operator may do to a transfer. `do` says whether this call has done it."""

    do: Callable[[Transfer], bool]
    allowed_from: tuple[Transfer.State, ...]
    button: Promise
    question: Promise
    consequence: Promise
    done: Promise


def _retry(transfer: Transfer) -> bool:
    """Within the owner's limits, as if they had asked; QuotaError and EngineError say why not."""
    with suppress(submission.WrongStateError):
        submission.retry(transfer)
        return True
    return False


ACTS = {
    "put-back": Act(
        steering.put_back,
        (State.RUNNING,),
        _("Put back"),
        _("Put it back in the queue?"),
        _(
            "The worker that holds it loses it, and the next free one goes on from the last "
            "checkpoint, usually a few seconds old. No attempt is spent."
        ),
        _("It is back in the queue."),
    ),
    "retry": Act(
        _retry,
        (State.FAILED,),
        _("Try again"),
        _("Try it again?"),
        _(
            "The same photo is queued once more with the same styles and settings, for its owner. "
            "The failed transfer stays on record."
        ),
        _("It is queued once more."),
    ),
    "cancel": Act(
        steering.request_cancel,
        (State.QUEUED, State.RUNNING),
        _("Cancel"),
        _("Cancel it?"),
        _(
            "Painting stops within seconds and what was painted is lost. Its owner is told that it "
            "was stopped, and can start it again."
        ),
        _("It is cancelled."),
    ),
}


def staff_with(
    permission: str,
) -> Callable[
    [Callable[Concatenate[SignedInRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Visitors sign in, others need to be staff and to have `permission`.

    A page that still polls after signing out is sent to sign in as a whole.
    """

    def decorate(
        view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        def permitted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not cast(SignedInRequest, request).user.has_perm(permission):
                raise PermissionDenied
            return view(cast(SignedInRequest, request), *args, **kwargs)

        within_admin = admin.site.admin_view(permitted)

        @wraps(view)
        def for_staff(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> Any:
            if cast(SignedInRequest, request).htmx and not admin.site.has_permission(request):
                return HttpResponseClientRedirect(reverse("transfers:queue"))
            return within_admin(request, *args, **kwargs)

        return for_staff

    return decorate


@require_safe
@staff_with(VIEW)
def overview(request: SignedInRequest) -> HttpResponse:
    """The whole page, or for htmx the part that changes."""
    context = {"queue": Overview(), "may_act": request.user.has_perm(MANAGE), "acts": ACTS}
    if request.htmx:
        return render(request, "admin/queue/_overview.html", context)
    context |= admin.site.each_context(request) | {"title": _("Queue")}
    return render(request, "admin/queue/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_with(MANAGE)
def act(request: SignedInRequest, transfer_id: UUID, name: str) -> HttpResponse:
    """Ask first, and do it on POST; of two people who do it at once, the second is told so."""
    if name not in ACTS:
        raise Http404
    chosen = ACTS[name]
    transfer = get_object_or_404(Transfer.objects.select_related("owner"), pk=transfer_id)
    if transfer.state in chosen.allowed_from and request.method != "POST":
        context = {"act": chosen, "transfer": transfer, "title": chosen.question}
        context |= admin.site.each_context(request)
        return render(request, "admin/queue/confirm.html", context)
    try:
        done = transfer.state in chosen.allowed_from and chosen.do(transfer)
    except (EngineError, QuotaError) as error:
        messages.error(request, error.sentence)
        return redirect("transfers:queue")
    if done:
        LogEntry.objects.log_actions(
            request.user.pk, Transfer.objects.filter(pk=transfer.pk), CHANGE, str(chosen.done)
        )
        messages.success(request, str(chosen.done))
    else:
        messages.warning(request, _("Nothing was changed: it is no longer as the page showed it."))
    return redirect("transfers:queue")
