"""The admin's page of reported pictures: look, take down, let be, put back.

It takes the permission to change reports. Pictures that nobody published or reported are not to be
seen here, nor are the photos that pictures were painted from.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Max, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest
from gallery import reports
from gallery.files import file_response
from gallery.models import ArtworkQuerySet, Report

P = ParamSpec("P")

PERMISSION = "gallery.change_report"
PAGE_SIZE = 30
SHOWN = ("open", "down", "published")


def staff_only(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Visitors sign in, others need to be staff and to have ``PERMISSION``."""

    def permitted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not cast(SignedInRequest, request).user.has_perm(PERMISSION):
            raise PermissionDenied
        return view(cast(SignedInRequest, request), *args, **kwargs)

    return wraps(view)(admin.site.admin_view(permitted))


@require_safe
@staff_only
def overview(request: SignedInRequest) -> HttpResponse:
    """What waits for an answer, what is taken down, or all that is published."""
    show = request.GET.get("show", "open")
    if show not in SHOWN:
        raise Http404
    page = Paginator(_shown(show), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "show": show, "reasons": Report.Reason.choices}
    context |= admin.site.each_context(request) | {"title": _("Reported pictures")}
    return render(request, "admin/reports/overview.html", context)


def _shown(show: str) -> ArtworkQuerySet:
    said = Report.objects.select_related("reporter", "decided_by").order_by("-id")
    works = (
        reports.reviewable()
        .select_related("owner")
        .prefetch_related(Prefetch("reports", said, to_attr="said"))
    )
    if show == "down":
        return works.filter(taken_down_at__isnull=False).order_by("-taken_down_at", "id")
    if show == "published":
        standing = works.filter(published_at__isnull=False, taken_down_at=None)
        return standing.order_by("-published_at", "id")
    waiting = Q(reports__state=Report.State.OPEN)
    return (
        works.filter(waiting)
        .annotate(waiting=Count("reports"), newest=Max("reports__created_at"))
        .order_by("-newest", "id")
    )


@require_safe
@staff_only
def file(request: SignedInRequest, artwork_id: UUID, rendition: str) -> HttpResponseBase:
    if rendition not in ("display", "thumbnail"):
        raise Http404
    found = get_object_or_404(reports.reviewable(), pk=artwork_id)
    return file_response(request, getattr(found, rendition), immutable=False)


@require_POST
@staff_only
def decide(request: SignedInRequest, artwork_id: UUID, act: str) -> HttpResponse:
    """``act`` is take-down, dismiss or put-back; of two admins at once, the second is told so."""
    found = get_object_or_404(reports.reviewable(), pk=artwork_id)
    if act == "take-down":
        reason = request.POST.get("reason", "")
        if reason not in Report.Reason.values:
            messages.error(request, _("Choose the reason that its owner is told."))
            return redirect("gallery:reports")
        done, said = reports.take_down(found, request.user, reason), _("It is taken down.")
    elif act == "dismiss":
        done, said = reports.dismiss(found, request.user), _("It stays where it is.")
    elif act == "put-back":
        done, said = reports.put_back(found, request.user), _("It is shown again.")
    else:
        raise Http404
    if done:
        messages.success(request, said)
    else:
        messages.warning(request, _("Nothing was changed: it is no longer as the page showed it."))
    return redirect("gallery:reports")
