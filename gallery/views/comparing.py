"""Several pictures side by side, with the differences of their recipes."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, signed_in_page
from gallery import differences, recipe_differences
from gallery.access import as_uuid
from gallery.busy import BusyError
from gallery.likeness import MOST_TO_THE_EYE
from gallery.models import Artwork

FEWEST, MOST = 2, 6


@require_safe
@signed_in_page
def compare(request: SignedInRequest) -> HttpResponse:
    """``?ids=a,b,c``, or ``ids`` several times, as a form sends it."""
    asked = ",".join(request.GET.getlist("ids"))
    ids = list(dict.fromkeys(filter(None, (as_uuid(word.strip()) for word in asked.split(",")))))
    if not FEWEST <= len(ids) <= MOST:
        refused = {"refused": sentence(len(ids))}
        return render(request, "gallery/compare.html", refused, status=400)
    found = Artwork.objects.visible_to(request.user).in_bulk(ids)
    if len(found) < len(ids):
        raise Http404
    works = [found[pk] for pk in ids]
    rows = recipe_differences.rows(works)
    context = {
        "works": works,
        "differing": [row for row in rows if row.differs],
        "same": [row for row in rows if not row.differs],
        "mean": _mean(works),
        "most_to_the_eye": MOST_TO_THE_EYE,
    }
    return render(request, "gallery/compare.html", context)


def sentence(count: int) -> str:
    """Why ``count`` pictures are not compared."""
    said = _("Choose %(fewest)d to %(most)d pictures to compare; these are %(count)d.")
    return said % {"fewest": FEWEST, "most": MOST, "count": count}


def _mean(works: list[Artwork]) -> float | None:
    """How much two pictures differ; of more there is no one number, and the page does without."""
    if len(works) != FEWEST:
        return None
    try:
        return differences.between(*works).mean
    except (FileNotFoundError, BusyError):
        return None
