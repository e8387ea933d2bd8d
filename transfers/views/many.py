"""Many pictures at once: every chosen photo in every chosen style.

Works as one plain form. With JavaScript photos are uploaded as they are chosen, and the number of
pictures and their time follow the choices.
"""

from typing import Any, BinaryIO, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SignedInRequest, signed_in_page
from accounts.quotas import QuotaError
from engine.errors import EngineError
from engine.params import QUALITIES
from gallery import uploads
from gallery.forms import title_from_file_name
from gallery.models import Style
from transfers import longest
from transfers.durations import spoken
from transfers.forms import MOST_AT_ONCE, QUALITY_LABELS, ManyForm
from transfers.longest import TooLongError
from transfers.models import ContentImage
from transfers.photos import add_photo
from transfers.queue import estimates, submission

SHOWN_PHOTOS = 60


@uploads.takes_files
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def many(request: SignedInRequest) -> HttpResponseBase:
    if request.method != "POST":
        return _show(request, ManyForm(user=request.user))
    values = request.POST.copy()
    photo_errors = _store_sent_photos(request, values)
    form = ManyForm(values, user=request.user)
    for sentence in photo_errors:
        form.add_error("photos", sentence)
    if not form.is_valid():
        return _show(request, form)
    try:
        submitted = submission.submit_all(request.user, form.cleaned_data["orders"])
    except TooLongError as error:
        form.add_error("quality", error.sentence)
        return _show(request, form)
    except (EngineError, QuotaError) as error:
        form.add_error(None, error.sentence)
        return _show(request, form)
    words = ngettext(
        "%(count)d picture is waiting to be painted.",
        "%(count)d pictures are waiting to be painted.",
        len(submitted),
    )
    messages.success(request, words % {"count": len(submitted)})
    return redirect("transfers:list")


@require_safe
@signed_in_page
def summary(request: SignedInRequest) -> HttpResponse:
    """How many pictures the choices in the query make, and how long they take: for htmx."""
    form = ManyForm(request.GET, user=request.user)
    form.is_valid()
    return render(request, "transfers/_many_summary.html", _summary(form))


def _store_sent_photos(request: SignedInRequest, values: QueryDict) -> list[str]:
    """Keep the photos sent with the form, add them to the chosen ones, and say what is wrong."""
    sentences = []
    if uploads.was_too_large(request):
        sentences.append(uploads.too_large_sentence())
    for file in request.FILES.getlist("images"):
        try:
            photo = add_photo(
                request.user,
                cast(BinaryIO, file),
                ContentImage.Source.UPLOAD,
                title_from_file_name(file.name),
            )
        except (EngineError, QuotaError) as error:
            sentences.append(f"{file.name}: {error.sentence}")
        else:
            values.appendlist("photos", str(photo.pk))
    return sentences


def _show(request: SignedInRequest, form: ManyForm) -> HttpResponse:
    context = {
        "form": form,
        "photos": ContentImage.objects.owned_by(request.user)[:SHOWN_PHOTOS],
        "chosen_photos": set(form["photos"].value() or []),
        "presets": Style.objects.presets(),
        "own_styles": Style.objects.owned_by(request.user),
        "chosen_styles": set(form["styles"].value() or []),
        "qualities": [
            {"name": name, "label": label, "size_px": QUALITIES[name]}
            for name, label in QUALITY_LABELS.items()
        ],
        "most": MOST_AT_ONCE,
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "max_megabytes": settings.UPLOAD_MAX_BYTES // 2**20,
        "too_large": uploads.too_large_sentence(),
        **_summary(form),
    }
    return render(request, "transfers/many.html", context, status=422 if form.errors else 200)


def _summary(form: ManyForm) -> dict[str, Any]:
    """The number of pictures and the time of all together, where the choices are complete."""
    orders = form.cleaned_data.get("orders", []) if form.is_bound else []
    speed = estimates.current_speed()
    try:
        works = [order.pixel_steps() for order in orders]
    except EngineError:
        works = []
    if works and (too_long := longest.refusal(max(works), speed)):
        return {"count": len(orders), "too_long": too_long}
    if speed is None or not works:
        return {"count": len(orders), "time": ""}
    seconds = sum(estimates.work_s(work, speed) for work in works)
    return {"count": len(orders), "time": spoken(seconds)}
