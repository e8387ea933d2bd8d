"""Going on from a finished picture: more steps at its size, or a larger picture."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import SignedInRequest, owners_only
from accounts.quotas import QuotaError
from engine import pyramid
from engine.errors import EngineError
from gallery import time_lapses
from gallery.access import own_artwork
from transfers import longest
from transfers.durations import spoken
from transfers.forms import ContinueForm
from transfers.longest import TooLongError
from transfers.models import Transfer
from transfers.queue import estimates, submission


@require_http_methods(["GET", "HEAD", "POST"])
@owners_only
def continue_artwork(request: SignedInRequest, artwork_id: UUID) -> HttpResponseBase:
    artwork = own_artwork(request.user, artwork_id)
    painted_by = Transfer.objects.filter(artwork=artwork).select_related("content_image").first()
    if painted_by is None:
        raise Http404
    form = ContinueForm(request.POST or None, artwork=artwork)
    if request.method == "POST" and form.is_valid():
        try:
            new = submission.continue_artwork(artwork, size_px=form.cleaned_data["size_px"])
        except TooLongError as error:
            form.add_error("size_px", error.sentence)
        except (EngineError, QuotaError) as error:
            form.add_error(None, error.sentence)
        else:
            return redirect("transfers:detail", new.pk)
    context = {
        "artwork": artwork,
        "form": form,
        "choices": _choices(form, painted_by),
    }
    return render(request, "transfers/continue.html", context, status=422 if form.errors else 200)


@require_POST
@owners_only
def up_to(request: SignedInRequest, artwork_id: UUID) -> HttpResponseBase:
    """Paint it again, in full size, up to the step of one of its frames."""
    artwork = own_artwork(request.user, artwork_id)
    said = request.POST.get("step", "")
    step = int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0
    try:
        new = submission.paint_up_to(artwork, time_lapses.own_step(artwork, step))
    except submission.WrongStateError:
        sentence = _("That step cannot be painted again from here. Please choose a later one.")
    except (EngineError, QuotaError) as error:
        sentence = error.sentence
    else:
        return redirect("transfers:detail", new.pk)
    messages.error(request, sentence)
    return redirect(reverse("gallery:artwork", args=[artwork.pk]) + "#time-lapse")


def _choices(form: ContinueForm, painted_by: Transfer) -> list[dict[str, Any]]:
    """The sizes up to the first that would take too long, which says so for all that are larger."""
    choices = []
    for size_px in form.sizes_px:
        choices.append(_choice(form, painted_by, size_px))
        if choices[-1]["too_long"]:
            break
    return choices


def _choice(form: ContinueForm, painted_by: Transfer, size_px: int) -> dict[str, Any]:
    photo = painted_by.content_image
    params = submission.continued_params(painted_by, size_px)
    size = photo.width, photo.height
    try:
        work = pyramid.plan(*size, params, earlier_px=form.own_size_px).pixel_steps
    except EngineError:
        work = None
    speed = estimates.current_speed()
    too_long = longest.refusal(work, speed) if work else ""
    return {
        "size_px": size_px,
        "is_own": size_px == form.own_size_px,
        "time": speed and work and spoken(estimates.work_s(work, speed)),
        "too_long": too_long,
        "first_larger": size_px in form.sizes_px[1:2],
        "checked": str(size_px) == str(form["size_px"].value()) and not too_long,
    }
