"""The new-transfer page: a photo, a style, a size, and off it goes.

The page works as one plain form. With JavaScript the photo is uploaded as soon as it is chosen
(over the API), and the times beside the qualities follow it.
"""

from typing import Any, BinaryIO, TypeVar, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SignedInRequest, signed_in_page
from accounts.models import User
from accounts.quotas import QuotaError
from engine.errors import EngineError
from engine.params import QUALITIES, Params
from engine.pyramid import plan
from gallery import style_listing, uploads
from gallery.forms import title_from_file_name
from gallery.models import Style
from gallery.style_listing import View
from transfers import prefill
from transfers.durations import spoken
from transfers.forms import (
    AS_BEFORE,
    DEFAULT_QUALITY,
    QUALITY_LABELS,
    NewTransferForm,
    recommended_strength,
)
from transfers.models import ContentImage, Transfer
from transfers.photos import add_photo
from transfers.prefill import Prefill
from transfers.queue import estimates as queue_estimates
from transfers.queue import forecast, submission

LATEST_PHOTOS = 12
CHOICES = 120
"""Presets, and own styles, to choose from at once; words, collection or colour bring the others."""

USUAL_PHOTO_PX = (1600, 1200)
"""Proportions to estimate with while there is no photo yet."""

M = TypeVar("M", bound=Model)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def new(request: SignedInRequest) -> HttpResponseBase:
    if request.method != "POST":
        return _show(request, NewTransferForm(user=request.user, initial=_asked_for(request)))
    values = request.POST.copy()
    photo_error = _store_sent_photo(request, values)
    form = NewTransferForm(values, user=request.user)
    if photo_error:
        form.errors.pop("photo", None)
        form.add_error("photo", photo_error)
    if not form.is_valid():
        return _show(request, form)
    chosen = form.cleaned_data
    try:
        transfer = submission.submit(
            request.user,
            chosen["photo"],
            chosen["styles"],
            chosen["params"],
            keeps_time_lapse=chosen["time_lapse"] != "no",
        )
    except (EngineError, QuotaError) as error:
        form.add_error(None, error.sentence)
        return _show(request, form)
    return redirect("transfers:detail", transfer.pk)


@require_safe
@signed_in_page
def estimates(request: SignedInRequest) -> HttpResponse:
    """The time for each quality, for the photo and style in the query; a fragment for htmx."""
    photo = find(ContentImage.objects.owned_by(request.user), request.GET.get("photo"))
    style = find(Style.objects.usable_by(request.user), request.GET.get("style"))
    asked = prefill.find(request.user, request.GET.get("from"))
    qualities = _qualities(request.user, photo, style, None, asked)
    return render(request, "transfers/_estimates.html", {"qualities": qualities})


@require_safe
@signed_in_page
def style_choices(request: SignedInRequest) -> HttpResponse:
    """The styles that the words, collection or colour in the query leave; a fragment for htmx.

    The one that is chosen stays among them.
    """
    style = find(Style.objects.usable_by(request.user), request.GET.get("style"))
    photo = find(ContentImage.objects.owned_by(request.user), request.GET.get("photo"))
    context = _offered(request, View.from_query(request.GET), style)
    context |= {"style": style, "photo": photo}
    return render(request, "transfers/_style_choices.html", context)


def _offered(request: SignedInRequest, view: View, style: Style | None) -> dict[str, Any]:
    """Presets and own styles to choose from: as many as one can look through."""
    presets = list(view.apply(Style.objects.presets())[: CHOICES + 1])
    own_styles = list(view.apply(Style.objects.owned_by(request.user))[: CHOICES + 1])
    has_more = max(len(presets), len(own_styles)) > CHOICES
    del presets[CHOICES:], own_styles[CHOICES:]
    if style and style not in (*presets, *own_styles):
        (presets if style.is_preset else own_styles).insert(0, style)
    return {"presets": presets, "own_styles": own_styles, "view": view, "has_more": has_more}


def _asked_for(request: SignedInRequest) -> dict[str, Any]:
    """What the address asks for: ``?photo=<id>&style=<id>``, and ``from=<id>`` for the settings of
    that artwork."""
    initial: dict[str, Any] = {"photo": request.GET.get("photo")}
    if asked := prefill.find(request.user, request.GET.get("from")):
        initial |= {
            "from": str(asked.artwork.pk),
            "quality": asked.quality or AS_BEFORE,
            "style_strength": round(asked.settings.style_strength),
        }
        if asked.styles:
            initial["style"] = asked.styles[0][0].pk
        return initial
    style = find(Style.objects.usable_by(request.user), request.GET.get("style"))
    if style:
        initial |= {"style": style.pk, "style_strength": recommended_strength(style)}
    return initial


def _store_sent_photo(request: SignedInRequest, values: QueryDict) -> str | None:
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


def _show(request: SignedInRequest, form: NewTransferForm) -> HttpResponse:
    own_photos = ContentImage.objects.owned_by(request.user)
    photo = find(own_photos, form["photo"].value())
    usable = Style.objects.usable_by(request.user)
    style = find(usable, form["style"].value())
    context = {
        "form": form,
        "photo": photo,
        "style": style,
        "latest_photos": own_photos[:LATEST_PHOTOS],
        "unfinished": Transfer.objects.owned_by(request.user).unfinished().count(),
        **_offered(request, View(), style),
        "collections": style_listing.collections(View()),
        "search_styles": True,
        "qualities": _qualities(request.user, photo, style, form["quality"].value(), form.prefill),
        "prefill": form.prefill,
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "max_megabytes": settings.UPLOAD_MAX_BYTES // 2**20,
        "too_large": uploads.too_large_sentence(),
        "offers_time_lapse": settings.TIMELAPSE,
    }
    return render(request, "transfers/new.html", context, status=422 if form.errors else 200)


def _qualities(
    user: User,
    photo: ContentImage | None,
    style: Style | None,
    chosen: str | None,
    asked: Prefill | None,
) -> list[dict[str, Any]]:
    sizes = dict(QUALITIES)
    if asked and asked.quality is None:
        sizes[AS_BEFORE] = asked.settings.size_px
    return [
        {
            "name": name,
            "label": QUALITY_LABELS.get(name, _("As before")),
            "size_px": size_px,
            "checked": name == (chosen or DEFAULT_QUALITY),
            **_times(user, photo, style, size_px, asked),
        }
        for name, size_px in sizes.items()
    ]


def _times(
    user: User,
    photo: ContentImage | None,
    style: Style | None,
    size_px: int,
    asked: Prefill | None,
) -> dict[str, str]:
    """How long painting takes, and where others come first also when the picture will be ready."""
    width, height = (photo.width, photo.height) if photo else USUAL_PHOTO_PX
    try:
        if asked:
            params = asked.params(size_px, asked.settings.style_strength)
        else:
            params = Params.from_json({**(style.params if style else {}), "size_px": size_px})
        seconds = queue_estimates.seconds_for(width, height, params)
        pixel_steps = plan(width, height, params).pixel_steps
    except EngineError:
        return {}
    if seconds is None:
        return {}
    turn = forecast.turn_of_another(user, pixel_steps)
    if turn is None or not turn.starts_in_s or turn.ready_in_s is None:
        return {"time": spoken(seconds)}
    return {"time": spoken(seconds), "ready": spoken(turn.ready_in_s)}


def find(queryset: QuerySet[M], value: object) -> M | None:
    """The row with this id, or None: also where ``value`` is no id at all."""
    try:
        return queryset.filter(pk=value).first() if value else None
    except (ValidationError, ValueError, TypeError):
        return None
