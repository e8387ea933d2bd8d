"""A personal style becomes a preset, when its owner has offered it and a curator accepts.

The preset is a copy with files of its own: the personal style stays its owner's, whatever becomes
of either. A curator's answer is one conditional change from OPEN, so of two only one counts.
"""

from __future__ import annotations

import copy

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from gallery import curation, history, leftovers
from gallery.models import Style, StyleOffer
from gallery.pictures import RENDITIONS, about_to_write

COPIED = (
    "title",
    "description",
    "year",
    "tags",
    "params",
    "palette",
    "color_groups",
    "perceptual_hash",
    "width",
    "height",
    "sha256",
    "pixels_sha256",
)


class AnsweredError(Exception):
    """The offer is not what it was: answered by somebody else, withdrawn, or of another picture."""


def shown_to_curators() -> QuerySet[StyleOffer]:
    """Offers that stand or were answered. What was withdrawn is its owner's alone again."""
    return StyleOffer.objects.exclude(state=StyleOffer.State.WITHDRAWN)


def is_shown(offer: StyleOffer) -> bool:
    """Whether curators may look at the picture: while it is offered, and not thrown away."""
    return offer.state == StyleOffer.State.OPEN and offer.style.trashed_at is None


def accept(offer: StyleOffer, by: User, version: str) -> Style:
    """OPEN → ACCEPTED, with a hidden preset made of the style; both or neither.

    ``version`` is that of the picture ``by`` has looked at: its owner may have put another in its
    place. Raises AnsweredError, leaving no file.
    """
    if offer.style.version != version:
        raise AnsweredError(str(offer.pk))
    preset = _preset_of(offer)
    with leftovers.removed_on_error(preset.file_fields):
        try:
            _copy_files(offer.style, preset)
        except FileNotFoundError as gone:  # replaced at this very moment
            raise AnsweredError(str(offer.pk)) from gone
        with transaction.atomic():
            preset.save(force_insert=True)
            _answer(offer, StyleOffer.State.ACCEPTED, by, preset)
            # Not the preset's own words: logs keep them for longer than the name of who offered it.
            history.note_added(by, preset, _("Offered by its owner."))
    return preset


def decline(offer: StyleOffer, by: User) -> None:
    """OPEN → DECLINED. Raises AnsweredError."""
    _answer(offer, StyleOffer.State.DECLINED, by, None)


def reopen(offer: StyleOffer) -> None:
    """DECLINED → OPEN, as if it had not been declined. Raises AnsweredError.

    Not when its owner has offered the same style again meanwhile, or has thrown it away.
    """
    others = StyleOffer.objects.filter(style=offer.style_id, state=StyleOffer.State.OPEN)
    with transaction.atomic():
        Style.objects.select_for_update().get(pk=offer.style_id)
        declined = StyleOffer.objects.filter(
            pk=offer.pk, state=StyleOffer.State.DECLINED, style__trashed_at=None
        )
        if others.exists() or not declined.update(
            state=StyleOffer.State.OPEN, decided_at=None, decided_by=None
        ):
            raise AnsweredError(str(offer.pk))
    offer.refresh_from_db()


def _answer(offer: StyleOffer, state: str, by: User, preset: Style | None) -> None:
    answered = StyleOffer.objects.filter(
        pk=offer.pk, state=StyleOffer.State.OPEN, style__trashed_at=None
    ).update(state=state, decided_at=timezone.now(), decided_by=by, preset=preset)
    if not answered:
        raise AnsweredError(str(offer.pk))
    offer.refresh_from_db()


def _preset_of(offer: StyleOffer) -> Style:
    style = offer.style
    values = {name: copy.deepcopy(getattr(style, name)) for name in COPIED}
    who = offer.credit or style.artist
    return Style(
        **values,
        artist=who,
        licence=offer.licence,
        source=_("Offered by its owner (%(who)s).") % {"who": who}
        if who
        else _("Offered by its owner."),
        state=Style.State.DRAFT,
        position=curation.next_position(),
    )


def _copy_files(style: Style, preset: Style) -> None:
    about_to_write(preset)
    for name in RENDITIONS:
        old = getattr(style, name)
        with old.open("rb") as file:
            data = file.read()
        file_name = str(old.name).rpartition("/")[2]
        getattr(preset, name).save(file_name, ContentFile(data), save=False)
        if name == "original":
            preset.bytes = len(data)
        else:
            preset.beside_bytes += len(data)
