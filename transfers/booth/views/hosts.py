"""The host's pages: booths made, changed, opened on this device, ended and deleted."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SignedInRequest, signed_in_page
from transfers.booth import deletion, devices, links, opening, sittings
from transfers.booth.forms import BoothForm, EndForm
from transfers.models import Booth
from transfers.status import Status

PAGE_SIZE = 48


@require_safe
@signed_in_page
def booths(request: SignedInRequest) -> HttpResponse:
    there = Count("sittings", filter=Q(sittings__delete_at__gt=timezone.now()))
    own = Booth.objects.owned_by(request.user).annotate(there=there)
    return render(request, "booth/booths.html", {"booths": own})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def add(request: SignedInRequest) -> HttpResponse:
    new = Booth(owner=request.user)
    form = BoothForm(
        request.POST if request.method == "POST" else None, instance=new, user=request.user
    )
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("transfers:booth", new.pk)
    return _settings(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def edit(request: SignedInRequest, booth_id: UUID) -> HttpResponse:
    own = own_booth(request, booth_id)
    form = BoothForm(
        request.POST if request.method == "POST" else None, instance=own, user=request.user
    )
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            if not form.change():
                raise Http404
            sittings.shorten(own)
        messages.success(request, _("Saved. Devices show it when they next come to the start."))
        return redirect("transfers:booth", own.pk)
    return _settings(request, form)


@require_safe
@signed_in_page
def booth(request: SignedInRequest, booth_id: UUID) -> HttpResponse:
    own = own_booth(request, booth_id)
    there = own.sittings.there(timezone.now()).order_by("-taken_at")
    page = Paginator(there.select_related("transfer", "picture"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    shown = Status.of_all([sitting.transfer for sitting in page])
    context = {"booth": own, "page": page, "count": page.paginator.count}
    context["shown"] = list(zip(page, shown, strict=True))
    return render(request, "booth/booth.html", context | _warnings(request))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def start(request: SignedInRequest, booth_id: UUID) -> HttpResponse:
    """Open the booth on this very device; its host is signed out here by that."""
    own = own_booth(request, booth_id)
    if request.method != "POST":
        context = {"booth": own, "has_password": request.user.has_usable_password()}
        return render(request, "booth/start.html", context | _warnings(request))
    try:
        opening.begin(own)
    except Booth.DoesNotExist as deleted:
        raise Http404 from deleted
    response = redirect("transfers:booth-here")
    devices.open_on(request, response, own)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def end(request: SignedInRequest, booth_id: UUID) -> HttpResponse:
    own = own_booth(request, booth_id)
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        opening.end(own)
        if form.cleaned_data["pictures"] == EndForm.DELETE:
            deletion.delete_all_of(own)
        messages.success(request, _("The booth has ended, on every device."))
        return redirect("transfers:booth", own.pk)
    count = own.sittings.there(timezone.now()).count()
    context = {"booth": own, "form": form, "count": count}
    return render(request, "booth/end.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def delete(request: SignedInRequest, booth_id: UUID) -> HttpResponse:
    own = own_booth(request, booth_id)
    if request.method == "POST":
        deletion.delete_booth(own)
        messages.success(request, _("The booth is deleted, with all that its guests left."))
        return redirect("transfers:booths")
    count = own.sittings.there(timezone.now()).count()
    return render(request, "booth/delete.html", {"booth": own, "count": count})


def own_booth(request: SignedInRequest, booth_id: UUID) -> Booth:
    """The booth of who asks; Http404 for anybody else's."""
    return get_object_or_404(Booth.objects.owned_by(request.user), pk=booth_id)


def _warnings(request: SignedInRequest) -> dict[str, object]:
    """Whether guests' phones find the site, and whether this browser lends its camera to it."""
    is_local = request.get_host().split(":")[0] in {"localhost", "127.0.0.1"}
    return {
        "is_for_phones": links.is_for_phones(request),
        "lends_camera": request.is_secure() or is_local,
        "site_address": links.address(request, "-").removesuffix("/b/-/"),
    }


def _settings(request: SignedInRequest, form: BoothForm) -> HttpResponse:
    context = {
        "form": form,
        "booth": None if form.instance._state.adding else form.instance,
        "styles": form.fields["styles"].queryset,  # type: ignore[attr-defined]
        "chosen": form.chosen(),
    }
    return render(request, "booth/settings.html", context, status=422 if form.errors else 200)
