"""What a selection on the wall is for: one POST does something with all pictures in it.

The wall's module asks for JSON and changes the pictures in place; a plain form is led back to the
wall with a message.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, of_script, owners_only
from accounts.quotas import QuotaError
from gallery import albums, bulk, tags
from gallery.bulk import BulkError
from gallery.forms import IntoAlbumForm, TagForm
from gallery.models import MOST_STARS, Artwork
from gallery.views import comparing
from gallery.views.wall import back_to_wall


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, to how many, where it can be undone, and where to go now if not back."""

    message: str
    count: int = 0
    undo: str = ""
    address: str = ""


Works = QuerySet[Artwork]


@require_POST
@owners_only
def act(request: SignedInRequest) -> HttpResponse:
    """``action`` with the pictures ``ids``; "rate:3" gives three stars."""
    name, _colon, amount = request.POST.get("action", "").partition(":")
    try:
        works = bulk.chosen(request.user, bulk.read_ids(request.POST.getlist("ids")))
        if name == "rate":
            outcome = _rate(works, amount)
        elif name in ACTIONS:
            outcome = ACTIONS[name](request, works)
        else:
            raise BulkError(_("Choose what to do with the pictures."))
    except (BulkError, QuotaError) as error:
        return _refuse(request, error.sentence)
    return _tell(request, outcome)


@require_POST
@owners_only
def undo_trash(request: SignedInRequest, word: str) -> HttpResponse:
    count = bulk.undo_trash(request.user, word)
    message = ngettext("%(count)d picture is back.", "%(count)d pictures are back.", count)
    return _tell(request, Outcome(message % {"count": count}, count))


def _favour(request: SignedInRequest, works: Works) -> Outcome:
    count = bulk.favour(works, True)
    said = ngettext("%(count)d favourite more.", "%(count)d favourites more.", count)
    return Outcome(said % {"count": count}, count)


def _disfavour(request: SignedInRequest, works: Works) -> Outcome:
    count = bulk.favour(works, False)
    said = ngettext(
        "%(count)d picture is no favourite now.", "%(count)d pictures are no favourites now.", count
    )
    return Outcome(said % {"count": count}, count)


def _rate(works: Works, amount: str) -> Outcome:
    if amount not in map(str, range(MOST_STARS + 1)):
        raise BulkError(_("Stars go from 0 to %(most)d.") % {"most": MOST_STARS})
    count = bulk.rate(works, int(amount))
    words = {"count": count, "stars": int(amount)}
    if not words["stars"]:
        said = ngettext(
            "No stars for %(count)d picture.", "No stars for %(count)d pictures.", count
        )
    else:
        said = ngettext(
            "%(stars)d of 5 stars for %(count)d picture.",
            "%(stars)d of 5 stars for %(count)d pictures.",
            count,
        )
    return Outcome(said % words, count)


def _tag(request: SignedInRequest, works: Works) -> Outcome:
    form = TagForm(request.POST)
    if not form.is_valid():
        raise BulkError(form.sentence())
    chosen = list(works)
    tags.add_tags(chosen, form.cleaned_data["tags"])
    said = ngettext(
        "%(tags)s: given to %(count)d picture.",
        "%(tags)s: given to %(count)d pictures.",
        len(chosen),
    )
    words = {"tags": ", ".join(form.cleaned_data["tags"]), "count": len(chosen)}
    return Outcome(said % words, len(chosen))


def _into_album(request: SignedInRequest, works: Works) -> Outcome:
    form = IntoAlbumForm(request.POST, owner=request.user)
    if not form.is_valid():
        raise BulkError(form.sentence())
    chosen = _in_their_order(works)
    if title := form.cleaned_data["new_album"]:
        album, count = albums.create(request.user, title, chosen), len(chosen)
    else:
        album = form.cleaned_data["album"]
        count = albums.add(album, chosen)
    said = ngettext(
        "%(count)d picture more in “%(album)s”.", "%(count)d pictures more in “%(album)s”.", count
    )
    return Outcome(said % {"count": count, "album": album.title}, count)


def _share(request: SignedInRequest, works: Works) -> Outcome:
    """Leads to where the link is made: of one picture, or of an album of several."""
    chosen = _in_their_order(works)
    if not chosen:
        raise BulkError(_("Choose a picture first."))
    if len(chosen) == 1:
        return Outcome("", 1, address=reverse("gallery:artwork-share", args=[chosen[0].pk]))
    day = formats.date_format(timezone.localdate())
    album = albums.create(request.user, _("Shared on %(day)s") % {"day": day}, chosen)
    said = _("“%(album)s” is an album of what you chose.") % {"album": album.title}
    return Outcome(said, len(chosen), address=reverse("gallery:album-share", args=[album.pk]))


def _compare(request: SignedInRequest, works: Works) -> Outcome:
    """Leads to where they stand side by side."""
    chosen = _in_their_order(works)
    if not comparing.FEWEST <= len(chosen) <= comparing.MOST:
        raise BulkError(comparing.sentence(len(chosen)))
    query = urlencode({"ids": ",".join(str(work.pk) for work in chosen)})
    return Outcome("", len(chosen), address=f"{reverse('gallery:compare')}?{query}")


def _trash(request: SignedInRequest, works: Works) -> Outcome:
    count, word = bulk.trash(works)
    said = ngettext(
        "%(count)d picture is in the trash.", "%(count)d pictures are in the trash.", count
    )
    undo = reverse("gallery:undo-trash", args=[word]) if count else ""
    return Outcome(said % {"count": count}, count, undo=undo)


def _by_what_is_filled_in(request: SignedInRequest, works: Works) -> Outcome:
    """Enter in a field of the form, without JavaScript."""
    if request.POST.get("tags", "").strip():
        return _tag(request, works)
    return _into_album(request, works)


ACTIONS: dict[str, Callable[[SignedInRequest, Works], Outcome]] = {
    "favourite": _favour,
    "unfavourite": _disfavour,
    "tag": _tag,
    "album": _into_album,
    "share": _share,
    "compare": _compare,
    "trash": _trash,
    "enter": _by_what_is_filled_in,
}


def _in_their_order(works: Works) -> list[Artwork]:
    return list(works.order_by("-created_at", "id"))


def _tell(request: SignedInRequest, outcome: Outcome) -> HttpResponse:
    if of_script(request) and not outcome.address:
        return JsonResponse(asdict(outcome))
    tags_of_message = f"undo:{outcome.undo}" if outcome.undo else ""
    if outcome.message:
        messages.success(request, outcome.message, extra_tags=tags_of_message)
    if of_script(request):
        return JsonResponse(asdict(outcome))
    return redirect(outcome.address or back_to_wall(request))


def _refuse(request: SignedInRequest, sentence: str) -> HttpResponse:
    if of_script(request):
        return JsonResponse(asdict(Outcome(sentence)), status=422)
    messages.error(request, sentence)
    return redirect(back_to_wall(request))
