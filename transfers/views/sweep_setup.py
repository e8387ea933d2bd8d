"""Setting up a sheet: the studio's settings come along, two of them get several values.

The page takes the very same fields as the studio's form and hands them on unseen, beside its own;
nothing is kept in between. htmx brings the values of a setting when it is chosen, and the number
of pictures and their time as they change; without JavaScript a button does the first.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import SignedInRequest, signed_in_page
from accounts.quotas import QuotaError
from engine.errors import EngineError
from engine.params import QUALITIES
from gallery import uploads
from gallery.models import Style
from gallery.recipes import setting_lines
from transfers.durations import spoken
from transfers.models import ContentImage
from transfers.queue.submission import Order
from transfers.studies import sweeps
from transfers.studies.forms import CELL_QUALITIES, OWN_FIELDS, SweepForm
from transfers.studio.form import StudioForm
from transfers.views.new import show, store_sent_photo

SHOWN_PHOTOS = 36
SHOWN_STYLES = 60


@uploads.takes_files
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def new(request: SignedInRequest) -> HttpResponseBase:
    """With ``act=paint`` the sheet is ordered; with anything else the page is shown."""
    if request.method != "POST":
        messages.info(request, _("Choose a photo and a style, then compare their settings."))
        return redirect("transfers:new")
    values = request.POST.copy()
    photo_error = store_sent_photo(request, values)
    studio = StudioForm(values, user=request.user)
    if photo_error:
        studio.errors.pop("photo", None)
        studio.add_error("photo", photo_error)
    if not studio.is_valid():
        return show(request, studio)
    form = SweepForm(values, user=request.user, base=studio.order())
    if values.get("act") != "paint" or not form.is_chosen:
        return _show(request, values, form, is_judged=False)
    if not form.is_valid():
        return _show(request, values, form)
    try:
        sweep = sweeps.begin(request.user, form.cleaned_data["wish"])
    except (EngineError, QuotaError) as error:
        form.add_error(None, error.sentence)
        return _show(request, values, form)
    return redirect("transfers:sweep", sweep.pk)


@require_POST
@signed_in_page
def summary(request: SignedInRequest) -> HttpResponse:
    """How many pictures the choices make, and how long they take: a fragment for htmx."""
    studio = StudioForm(request.POST, user=request.user)
    context: dict[str, Any] = {"count": 0}
    if studio.is_valid():
        form = SweepForm(request.POST, user=request.user, base=studio.order())
        context = _summary(request, form)
    return render(request, "transfers/_sweep_summary.html", context)


def _show(
    request: SignedInRequest, values: QueryDict, form: SweepForm, *, is_judged: bool = True
) -> HttpResponse:
    base = form.base
    summed_up = _summary(request, form)
    context = {
        "form": form,
        "sides": form.sides(),
        "problems": form.non_field_errors() if is_judged else [],
        "is_judged": is_judged,
        "carried": _carried(values),
        "base": base,
        "setting_lines": list(setting_lines(base.params.to_json())),
        "styles": _offered_styles(request, base),
        "photos": _offered_photos(request, base),
        "qualities": [
            {"name": name, "label": label, "size_px": QUALITIES[name]}
            for name, label in form.fields["cells"].choices  # type: ignore[attr-defined]
            if name in CELL_QUALITIES
        ],
        **summed_up,
    }
    status = 422 if is_judged and form.errors else 200
    return render(request, "transfers/sweep_setup.html", context, status=status)


def _summary(request: SignedInRequest, form: SweepForm) -> dict[str, Any]:
    orders = form.cleaned_data.get("orders") if form.is_valid() else None
    if not orders:
        return {"count": 0}
    seconds = sweeps.seconds_for(request.user, orders)
    return {"count": len(orders), "time": "" if seconds is None else spoken(seconds)}


def _carried(values: QueryDict) -> list[tuple[str, str]]:
    """What the studio's form said, to be sent once more."""
    return [
        (name, value)
        for name, said in values.lists()
        if name not in OWN_FIELDS
        for value in said
        if isinstance(value, str)
    ]


def _offered_styles(request: SignedInRequest, base: Order) -> list[Style]:
    chosen = [style for style, _weight in base.styles]
    others = Style.objects.usable_by(request.user).exclude(pk__in=[style.pk for style in chosen])
    return [*chosen, *others[:SHOWN_STYLES]]


def _offered_photos(request: SignedInRequest, base: Order) -> list[ContentImage]:
    own = ContentImage.objects.owned_by(request.user).exclude(pk=base.content_image.pk)
    return [base.content_image, *own[:SHOWN_PHOTOS]]
