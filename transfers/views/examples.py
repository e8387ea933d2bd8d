"""The curator's page of examples, inside Django's admin: which presets have one, and ordering more.

It stands here because an order is a transfer; what becomes of the finished picture is said in
``transfers.examples``. The list and the page of presets lead to it by the name of its address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import SignedInRequest
from accounts.quotas import QuotaError
from engine.errors import EngineError
from gallery import curation
from gallery.models import Style
from transfers.examples import ordering
from transfers.examples.models import ExampleOrder
from transfers.queue import forecast
from transfers.status import Status
from transfers.views.queue import staff_with

ORDER = "transfers.add_exampleorder"


@dataclass(frozen=True)
class Row:
    """A preset, the photo for its example, and how far its latest order is."""

    style: Style
    photo: str
    chosen: bool
    order: ExampleOrder | None
    status: Status | None

    @property
    def is_on_its_way(self) -> bool:
        return self.status is not None and self.status.transfer.is_unfinished


@require_http_methods(["GET", "HEAD", "POST"])
@staff_with(ORDER)
def examples(request: SignedInRequest) -> HttpResponse:
    """The presets named in the address, or all of them; for htmx, only what changes by itself.

    Those called ``style`` are ticked as well, those called ``shown`` are not.

    POST orders an example of each that is ticked; one that is on its way already is left to it.
    """
    if request.method == "POST":
        return _order(request)
    shown = _shown(request.GET)
    rows = _rows(shown, chosen=set(_ids(request.GET)))
    context = {
        "rows": rows,
        "photos": ordering.photos(),
        "query": request.GET.urlencode(),
        "is_some": bool(_named(request.GET)),
        "waits": any(row.is_on_its_way for row in rows),
    }
    if request.htmx:
        return render(request, "admin/examples/_progress.html", context)
    context |= admin.site.each_context(request) | {"title": _("Examples of presets")}
    return render(request, "admin/examples/examples.html", context)


def _order(request: SignedInRequest) -> HttpResponse:
    chosen = curation.presets().filter(pk__in=_ids(request.POST))
    ordered = waiting = 0
    for style in chosen:
        photo = request.POST.get(f"photo-{style.pk}", "")
        if photo not in ordering.photos():
            photo = ordering.photo_of(style)
        try:
            _one, is_new = ordering.order(request.user, style, photo)
        except (EngineError, QuotaError) as error:
            messages.error(request, f"{style.title}: {error.sentence}")
            continue
        ordered, waiting = ordered + is_new, waiting + (not is_new)
    _tell(request, ordered, waiting)
    back = QueryDict(mutable=True)
    back.setlist("shown", request.POST.getlist("shown"))
    query = f"?{back.urlencode()}" if back else ""
    return redirect(reverse("transfers:examples") + query)


def _tell(request: SignedInRequest, ordered: int, waiting: int) -> None:
    if ordered:
        text = ngettext("%(n)d example is ordered.", "%(n)d examples are ordered.", ordered)
        messages.success(request, text % {"n": ordered})
    if waiting:
        text = ngettext(
            "%(n)d was on its way already.", "%(n)d were on their way already.", waiting
        )
        messages.info(request, text % {"n": waiting})
    if not ordered and not waiting:
        messages.warning(request, _("Nothing was ordered. Tick the presets that need an example."))


def _named(given: QueryDict) -> list[UUID]:
    return [*_ids(given), *_ids(given, "shown")]


def _ids(given: QueryDict, name: str = "style") -> Iterable[UUID]:
    """The presets that are named; what is no id at all names none."""
    for value in given.getlist(name):
        try:
            yield UUID(value)
        except ValueError:
            continue


def _shown(given: QueryDict) -> list[Style]:
    presets = curation.presets()
    return list(presets.filter(pk__in=_named(given)) if _named(given) else presets)


def _rows(styles: list[Style], chosen: set[UUID]) -> list[Row]:
    orders = ordering.latest(styles)
    unfinished = [one.transfer for one in orders.values() if one.transfer.is_unfinished]
    turns = forecast.turns_of(unfinished)
    photos = ordering.photos_of(styles)
    rows = []
    for style in styles:
        order = orders.get(style.pk)
        status = Status(order.transfer, turns.get(order.transfer.pk)) if order else None
        rows.append(Row(style, photos[style.pk], style.pk in chosen, order, status))
    return rows
