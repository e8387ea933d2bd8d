"""Quick looks, for the script of the studio: begun, followed, stopped and kept.

What is sent are the very fields of the studio's form. Answers are JSON with sentences for people;
the page around them is ``templates/transfers/_look.html``.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, owners_only, signed_in_page
from accounts.quotas import QuotaError
from engine.errors import EngineError
from gallery import uploads
from gallery.recipes import duration
from transfers.models import Transfer
from transfers.queue import steering
from transfers.queue.submission import WrongStateError
from transfers.status import Status
from transfers.studies import keeping, looks
from transfers.studio.form import StudioForm

REFUSED = 409
"""None begins by itself now; ``can_be_asked`` says that it would if it were asked for."""


@uploads.takes_files
@require_POST
@signed_in_page
def begin(request: SignedInRequest) -> HttpResponse:
    """Begin a look, and stop the one before; with ``asked`` also where it takes long."""
    form = StudioForm(request.POST, user=request.user)
    if not form.is_valid():
        looks.cancel(request.user)
        sentences = [str(error) for errors in form.errors.values() for error in errors]
        return _answer({"sentence": " ".join(sentences)}, 422)
    try:
        look = looks.begin(
            request.user,
            form.order(),
            asked="asked" in request.POST,
            sent_as=request.POST.get("sent_as", ""),
        )
    except looks.NotByItselfError as error:
        return _answer({"sentence": error.sentence, "can_be_asked": True}, REFUSED)
    except (EngineError, QuotaError) as error:
        return _answer({"sentence": error.sentence}, 422)
    return _answer(_shown(look), 201)


@require_POST
@signed_in_page
def leave(request: SignedInRequest) -> HttpResponse:
    """The page is left before it was told which look is its own."""
    looks.leave(request.user, request.POST.get("sent_as", ""))
    return HttpResponse(status=204)


@require_safe
@owners_only
def state(request: SignedInRequest, transfer_id: UUID) -> HttpResponse:
    return _answer(_shown(_own_look(request, transfer_id)))


@require_POST
@owners_only
def cancel(request: SignedInRequest, transfer_id: UUID) -> HttpResponse:
    """Stop it: a page says so when it is left."""
    look = _own_look(request, transfer_id)
    steering.request_cancel(look)
    return _answer(_shown(look))


@require_POST
@owners_only
def keep(request: SignedInRequest, transfer_id: UUID) -> HttpResponse:
    """Keep a finished look as an artwork. Asked twice, it is the same one."""
    own = Transfer.objects.owned_by(request.user).select_related("owner", "content_image")
    look = get_object_or_404(own, pk=transfer_id)
    try:
        artwork = keeping.keep(look)
    except WrongStateError:
        return _answer({"sentence": _("There is nothing to keep: it is not painted yet.")}, 422)
    except (EngineError, QuotaError) as error:
        return _answer({"sentence": error.sentence}, 422)
    address = reverse("gallery:artwork", args=[artwork.pk])
    return _answer({"address": address, "words": _("It is in your gallery now.")})


def _own_look(request: SignedInRequest, transfer_id: UUID) -> Transfer:
    own = Transfer.objects.looks().owned_by(request.user).select_related("content_image")
    return get_object_or_404(own, pk=transfer_id)


def _shown(look: Transfer) -> dict[str, Any]:
    """A look as the page shows it; `step` is the step that the picture shows."""
    status = Status.of(look)
    picture = reverse("transfers:preview", args=[look.pk])
    return {
        "id": str(look.pk),
        "state": look.state,
        "unfinished": look.is_unfinished,
        "picture": f"{picture}?v={look.preview_step}" if look.preview else None,
        "step": look.preview_step,
        "percent": status.percent,
        "words": _words(status),
        "state_url": reverse("transfers:look-state", args=[look.pk]),
        "cancel_url": reverse("transfers:look-cancel", args=[look.pk]),
        "keep_url": reverse("transfers:look-keep", args=[look.pk]),
    }


def _words(status: Status) -> str:
    look = status.transfer
    if look.state == Transfer.State.SUCCEEDED:
        return _("Painted in %(time)s") % {"time": duration(look.painting_s)}
    if look.state == Transfer.State.FAILED:
        return look.error
    if look.is_unfinished and status.time_left:
        return f"{status.doing}, {status.time_left}"
    return status.doing


def _answer(values: dict[str, Any], status: int = 200) -> JsonResponse:
    answer = JsonResponse(values, status=status)
    answer["Cache-Control"] = "private, no-store"
    return answer
