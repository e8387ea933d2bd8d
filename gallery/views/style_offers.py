"""A person offers a style of theirs to everybody; an admin answers (``admin``)."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import SignedInRequest, owners_only
from gallery import style_offers
from gallery.access import own_style
from gallery.forms import LICENCES, StyleOfferForm
from gallery.models import StyleOffer


@require_http_methods(["GET", "HEAD", "POST"])
@owners_only
def offer(request: SignedInRequest, style_id: UUID) -> HttpResponse:
    shown = own_style(request.user, style_id)
    if StyleOffer.objects.open().filter(style=shown).exists():
        return redirect("gallery:style", shown.pk)
    initial = {"credit": shown.artist, "licence": shown.licence}
    form = StyleOfferForm(request.POST or None, initial=initial)
    if form.is_valid():
        with suppress(style_offers.AlreadyOfferedError):  # twice at once: the first one stands
            style_offers.offer(shown, **{key: form.cleaned_data[key] for key in form.Meta.fields})
        messages.success(
            request, _("“%(title)s” is offered to everybody.") % {"title": shown.title}
        )
        return redirect("gallery:style", shown.pk)
    context = {"form": form, "style": shown, "licences": LICENCES}
    return render(request, "gallery/style_offer.html", context, status=422 if form.errors else 200)


@require_POST
@owners_only
def withdraw(request: SignedInRequest, style_id: UUID) -> HttpResponse:
    shown = own_style(request.user, style_id)
    if style_offers.withdraw(shown):
        messages.success(request, _("“%(title)s” stays yours alone.") % {"title": shown.title})
    return redirect("gallery:style", shown.pk)
