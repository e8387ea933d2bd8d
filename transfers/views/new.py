"""The studio: a photo, styles, how to paint, and off it goes.

The page works as one plain form (`transfers.studio.form`). With JavaScript the photo is uploaded as
soon as it is chosen (over the API), and the times beside the qualities follow every choice.
"""

from typing import Any, BinaryIO, TypeVar, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SignedInRequest, signed_in_page
from accounts.quotas import QuotaError
from engine.errors import EngineError
from gallery import style_listing, uploads
from gallery.forms import title_from_file_name
from gallery.models import Style
from gallery.style_listing import View
from transfers import prefill
from transfers.longest import TooLongError
from transfers.models import ContentImage, SavedSettings, Transfer
from transfers.photos import add_photo
from transfers.queue import submission
from transfers.studio import showing
from transfers.studio.controls import NAMES
from transfers.studio.fields import MOST_STYLES
from transfers.studio.form import StudioForm
from transfers.studio.showing import own_settings, settings_initial
from transfers.studio.times import qualities

LATEST_PHOTOS = 12
CHOICES = 120
"""Presets, and own styles, to choose from at once; words, collection or colour bring the others."""

M = TypeVar("M", bound=Model)


@uploads.takes_files
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def new(request: SignedInRequest) -> HttpResponseBase:
    if request.method != "POST":
        asked = prefill.find(request.user, request.GET.get("from"))
        initial = _asked_for(request)
        if asked:
            initial |= asked.initial(initial["photo"])
        return show(request, StudioForm(user=request.user, initial=initial), asked=asked)
    if "look" in request.POST or "use" in request.POST:
        return show_so_far(request)
    values = request.POST.copy()
    photo_error = store_sent_photo(request, values)
    form = StudioForm(values, user=request.user)
    if photo_error:
        form.errors.pop("photo", None)
        form.add_error("photo", photo_error)
    if not form.is_valid():
        return show(request, form)
    try:
        transfer = submission.submit_all(request.user, [form.order()])[0]
    except TooLongError as error:
        form.refuse(error)
        return show(request, form)
    except (EngineError, QuotaError) as error:
        form.add_error(None, error.sentence)
        return show(request, form)
    return redirect("transfers:detail", transfer.pk)


@require_safe
@signed_in_page
def estimates(request: SignedInRequest) -> HttpResponse:
    """The time for each quality, for the fields in the query; a fragment for htmx."""
    form = StudioForm(request.GET, user=request.user)
    photo = find(ContentImage.objects.owned_by(request.user), request.GET.get("photo"))
    lead = form.leading(form.shown_styles())
    shown = qualities(request.user, form, photo, lead)
    return render(request, "transfers/_estimates.html", {"qualities": shown})


@require_safe
@signed_in_page
def style_choices(request: SignedInRequest) -> HttpResponse:
    """The styles that the words, collection or colour in the query leave; a fragment for htmx.

    Those that are chosen stay among them.
    """
    chosen = _found_styles(request.user, request.GET.getlist("style"))
    photo = find(ContentImage.objects.owned_by(request.user), request.GET.get("photo"))
    context = _offered(request, View.from_query(request.GET), chosen)
    context |= {"chosen_ids": [style.pk for style in chosen], "photo": photo}
    return render(request, "transfers/_style_choices.html", context)


def _offered(request: SignedInRequest, view: View, chosen: list[Style]) -> dict[str, Any]:
    """Presets and own styles to choose from: as many as one can look through."""
    presets = list(view.apply(Style.objects.presets())[: CHOICES + 1])
    own_styles = list(view.apply(Style.objects.owned_by(request.user))[: CHOICES + 1])
    has_more = max(len(presets), len(own_styles)) > CHOICES
    del presets[CHOICES:], own_styles[CHOICES:]
    for style in reversed(chosen):
        if style not in (*presets, *own_styles):
            (presets if style.is_preset else own_styles).insert(0, style)
    return {"presets": presets, "own_styles": own_styles, "view": view, "has_more": has_more}


def _asked_for(request: SignedInRequest) -> dict[str, Any]:
    """What the address asks for: ``?photo=<id>&style=<id>``, of which there may be several, or
    ``?again=<id>`` for all that a transfer was ordered with."""
    if again := prefill.of_transfer(request.user, request.GET.get("again")):
        return again
    return {"photo": request.GET.get("photo"), "style": request.GET.getlist("style")}


def show_so_far(request: SignedInRequest, **extra: Any) -> HttpResponse:
    """The page with all that was sent, as what it begins with: nothing is complained about yet.

    For those without JavaScript, who look at what they chose, or use saved settings.
    """
    values = request.POST.copy()
    photo_error = store_sent_photo(request, values)
    styles = values.getlist("style")
    weights = {style: values.get(f"weight-{style}", "") for style in styles}
    masks = {style: values.get(f"mask-{style}", "") for style in styles}
    initial = {**values.dict(), "style": styles, "weights": weights, "masks": masks}
    if used := find(SavedSettings.objects.owned_by(request.user), values.get("use")):
        initial |= dict.fromkeys(NAMES, "") | settings_initial(used)
    form = StudioForm(user=request.user, initial=initial)
    return show(request, form, photo_problem=photo_error, **extra)


def store_sent_photo(request: SignedInRequest, values: QueryDict) -> str | None:
    """Keep the photo sent with the form, so that a mistake elsewhere does not lose it.

    Returns what is wrong with it. The photo chosen before, if any, then stays the chosen one.
    """
    file = request.FILES.get("image")
    if uploads.was_too_large(request):
        return uploads.too_large_sentence()
    if file is None:
        return None
    try:
        photo = add_photo(
            request.user,
            cast(BinaryIO, file),
            ContentImage.Source.UPLOAD,
            title_from_file_name(file.name),
        )
    except (EngineError, QuotaError) as error:
        return error.sentence
    values["photo"] = str(photo.pk)
    return None


def show(
    request: SignedInRequest,
    form: StudioForm,
    *,
    asked: prefill.Prefill | None = None,
    **extra: Any,
) -> HttpResponse:
    own_photos = ContentImage.objects.owned_by(request.user)
    photo = find(own_photos, form["photo"].value())
    chosen = _found_styles(request.user, form["style"].value())
    lead = form.leading(chosen)
    context = {
        "form": form,
        "photo": photo,
        "style": lead,
        "chosen_ids": [style.pk for style in chosen],
        "latest_photos": own_photos[:LATEST_PHOTOS],
        "unfinished": Transfer.objects.pictures().owned_by(request.user).unfinished().count(),
        **_offered(request, View(), chosen),
        "collections": style_listing.collections(View()),
        "search_styles": True,
        "qualities": qualities(request.user, form, photo, lead),
        "prefill": asked,
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "max_megabytes": settings.UPLOAD_MAX_BYTES // 2**20,
        "too_large": uploads.too_large_sentence(),
        "offers_time_lapse": settings.TIMELAPSE,
        **showing.context(form, chosen),
        **own_settings(request.user),
        **extra,
    }
    wrong = form.errors or extra.get("settings_problem") or extra.get("photo_problem")
    return render(request, "transfers/new.html", context, status=422 if wrong else 200)


def _found_styles(user: Any, ids: list[str] | None) -> list[Style]:
    """As many of these as there are for `user`, in this order."""
    usable = Style.objects.usable_by(user)
    found = [find(usable, one) for one in list(dict.fromkeys(ids or []))[:MOST_STYLES]]
    return [style for style in found if style is not None]


def find(queryset: QuerySet[M], value: object) -> M | None:
    """The row with this id, or None: also where ``value`` is no id at all."""
    try:
        return queryset.filter(pk=value).first() if value else None
    except (ValidationError, ValueError, TypeError):
        return None
