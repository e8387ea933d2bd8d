"""Recipes that somebody brings: what they say, what they need, and painting by them again."""

from __future__ import annotations

from typing import BinaryIO, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SignedInRequest, owners_only, signed_in_page
from accounts.quotas import QuotaError
from engine.errors import EngineError
from gallery import recipes, uploads
from gallery.access import own_artwork
from gallery.busy import BusyError
from gallery.files import file_response
from gallery.pictures import RENDITIONS
from gallery.recipe_files import RecipeFileError
from transfers.queue import submission
from transfers.repeating import bringing, inputs
from transfers.repeating.check import check as checked
from transfers.repeating.models import BroughtRecipe

Refusals = (RecipeFileError, EngineError, QuotaError)
"""Each has a sentence that is fit for whoever asks."""


class RecipeFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Recipe, or a picture that carries one"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".json,application/json,image/*"}),
        error_messages={"required": gettext_lazy("Please choose a file.")},
    )


@uploads.takes_files
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def bring(request: SignedInRequest) -> HttpResponse:
    posted = request.method == "POST"
    form = RecipeFileForm(request.POST, request.FILES) if posted else RecipeFileForm()
    uploads.refuse_too_large(request, form, "file")
    if posted and form.is_valid():
        try:
            kept = bringing.bring(request.user, form.cleaned_data["file"])
        except Refusals as error:
            form.add_error("file", error.sentence)
        else:
            return redirect("transfers:recipe", kept.pk)
    status = 422 if form.errors else 200
    latest = BroughtRecipe.objects.owned_by(request.user)[:12]
    context = {"form": form, "latest": latest}
    return render(request, "transfers/recipe_import.html", context, status=status)


@require_safe
@owners_only
def brought(request: SignedInRequest, brought_id: UUID) -> HttpResponse:
    return _show(request, _own(request, brought_id))


@uploads.takes_files
@require_POST
@owners_only
def give(request: SignedInRequest, brought_id: UUID, slot: str) -> HttpResponse:
    """A file for a photo or a style that the recipe needs."""
    kept = _own(request, brought_id)
    file = request.FILES.get("image")
    if file is None:
        large = uploads.was_too_large(request)
        said = uploads.too_large_sentence() if large else _("Please choose a picture.")
        return _show(request, kept, refused={slot: said})
    try:
        inputs.take(kept, slot, cast(BinaryIO, file), file.name)
    except Refusals as error:
        return _show(request, kept, refused={slot: error.sentence})
    return redirect("transfers:recipe", kept.pk)


@require_POST
@owners_only
def accept(request: SignedInRequest, brought_id: UUID, slot: str) -> HttpResponse:
    """Use what was given although it is another picture than the recipe's."""
    kept = _own(request, brought_id)
    inputs.accept(kept, slot)
    return redirect("transfers:recipe", kept.pk)


@require_POST
@owners_only
def let_go(request: SignedInRequest, brought_id: UUID, slot: str) -> HttpResponse:
    kept = _own(request, brought_id)
    inputs.let_go(kept, slot)
    return redirect("transfers:recipe", kept.pk)


@require_POST
@owners_only
def repeat(request: SignedInRequest, brought_id: UUID) -> HttpResponse:
    kept = _own(request, brought_id)
    try:
        order = inputs.order_of(kept, inputs.needs_of(kept))
        transfer = submission.submit_all(request.user, [order])[0]
    except Refusals as error:
        return _show(request, kept, refused={"": error.sentence})
    return redirect("transfers:detail", transfer.pk)


@require_POST
@owners_only
def forget(request: SignedInRequest, brought_id: UUID) -> HttpResponse:
    """Those by which something was painted stay: its page refers to them."""
    kept = _own(request, brought_id)
    if not bringing.forget(kept):
        messages.info(request, _("This recipe stays: a picture was painted by it."))
        return redirect("transfers:recipe", kept.pk)
    return redirect("transfers:recipe-import")


@require_safe
@owners_only
def picture(request: SignedInRequest, brought_id: UUID, rendition: str) -> HttpResponseBase:
    if rendition not in RENDITIONS:
        raise Http404
    return file_response(request, getattr(_own(request, brought_id), rendition))


@require_safe
@owners_only
def check(request: SignedInRequest, artwork_id: UUID) -> HttpResponse:
    """Whether a repetition is what its recipe promised; a fragment for htmx, a page otherwise.

    Where others are first, the fragment says so, and asks again when somebody wishes.
    """
    artwork = own_artwork(request.user, artwork_id)
    kept = get_object_or_404(
        BroughtRecipe.objects.owned_by(request.user), pk=artwork.recipe.get("repeats") or None
    )
    context: dict[str, object] = {"artwork": artwork, "brought": kept}
    try:
        context["check"] = checked(kept, artwork)
    except BusyError as error:
        if not request.htmx:
            raise
        return render(request, "transfers/_recipe_check_later.html", context | {"error": error})
    template = "transfers/_recipe_check.html" if request.htmx else "transfers/recipe_check.html"
    return render(request, template, context)


def _own(request: SignedInRequest, brought_id: UUID) -> BroughtRecipe:
    return get_object_or_404(BroughtRecipe.objects.owned_by(request.user), pk=brought_id)


def _show(
    request: SignedInRequest, kept: BroughtRecipe, *, refused: dict[str, str] | None = None
) -> HttpResponse:
    """``refused``: sentences by the slot that they belong to; "" is the page itself."""
    refused = refused or {}
    said = kept.file
    needs = inputs.needs_of(kept)
    context = {
        "brought": kept,
        "file": said,
        "settings": list(recipes.setting_lines(said.params.to_json())),
        "needs": [(need, refused.get(need.slot, "")) for need in needs],
        "refused": refused.get("", ""),
        "is_ready": all(need.is_met for need in needs),
        "is_another": any(need.is_accepted and not need.is_same for need in needs),
        "repetitions": kept.repetitions.select_related("artwork").order_by("-created_at"),
    }
    status = 422 if refused else 200
    return render(request, "transfers/recipe.html", context, status=status)
