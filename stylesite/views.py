"""The home page, the one page that belongs to no app, and what is said when something is wrong."""

import secrets
import sys
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import csrf
from django.views.decorators.http import require_safe

from accounts.access import of_api, of_script
from accounts.refusing import said_to_script
from gallery.models import Artwork, Style
from transfers.api.problems import MEDIA_TYPE, Problem
from transfers.models import Transfer
from transfers.queue.outages import AWAY, TRY_AGAIN_S

LATEST_WORKS = 12


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, for visitors; where they left off, for people who are signed in."""
    presets = Style.objects.presets()
    if not request.user.is_authenticated:
        hero = next((preset for preset in presets if preset.example_size), None)
        return render(request, "home.html", {"presets": presets, "hero": hero})
    works = Artwork.objects.visible_to(request.user).order_by("-created_at", "-id")
    unfinished = Transfer.objects.pictures().owned_by(request.user).unfinished()
    context = {
        "presets": presets,
        "works": works[:LATEST_WORKS],
        "unfinished": unfinished.select_related("content_image").order_by("created_at"),
    }
    return render(request, "home_signed_in.html", context)


def server_error(request: HttpRequest) -> HttpResponse:
    """Needs neither the database nor the session: either may be what broke.

    When the database or the bucket is merely away, the answer is 503: programs try again. Django
    logs the error after this, and `transfers.logs` finds the reference on the request.
    """
    reference = secrets.token_hex(4)
    request.reference = reference  # type: ignore[attr-defined]
    away = isinstance(sys.exception(), AWAY)
    sentence = _("Something broke on our side. Please try again in a minute.")
    if of_api(request):
        reason = "unavailable" if away else "server_error"
        said = Problem(reason=reason, sentence=sentence, reference=reference)
        answer: HttpResponse = JsonResponse(said.body(), content_type=MEDIA_TYPE)
    elif of_script(request):
        answer = said_to_script(HTTPStatus.INTERNAL_SERVER_ERROR, sentence)
    else:
        shown = {"site_name": settings.SITE_NAME, "reference": reference}
        answer = HttpResponse(render_to_string("500.html", shown))
    answer.status_code = HTTPStatus.INTERNAL_SERVER_ERROR
    if away:
        answer.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        answer["Retry-After"] = str(TRY_AGAIN_S)
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: the page it is of was open while somebody signed in or out."""
    if of_script(request):
        return said_to_script(403, _("Please reload the page and try again."))
    return csrf.csrf_failure(request, reason)
