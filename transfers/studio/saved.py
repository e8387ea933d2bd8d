"""Settings saved under a name: saved, renamed, set anew, deleted and put back."""

from __future__ import annotations

from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from engine.params import Params
from transfers.studio.models import NAME_LENGTH, SavedSettings

MOST = 50
"""Of one person: as many as one can still choose from."""


class SavedSettingsError(Exception):
    """They cannot be saved so; the sentence says it to the person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def save(owner: User, name: str, params: Params) -> SavedSettings:
    """Raises SavedSettingsError for a name that is none or taken, and where there are too many."""
    name = checked_name(name)
    with transaction.atomic():
        _check_room(owner)
        new = SavedSettings(owner=owner, name=name, params=params.to_json())
        _written(new, new.save)
    return new


def rename(one: SavedSettings, name: str) -> None:
    """Raises SavedSettingsError for a name that is none, or taken."""
    one.name = checked_name(name)
    _written(one, lambda: one.save(update_fields=["name"]))


def set_anew(one: SavedSettings, params: Params) -> None:
    one.params = params.to_json()
    one.save(update_fields=["params"])


def trash(one: SavedSettings) -> None:
    """Out of sight; `put_back` has them for a day."""
    one.trashed_at = timezone.now()
    one.save(update_fields=["trashed_at"])


def put_back(one: SavedSettings) -> None:
    """Under their name, or under the next one that is free.

    Raises SavedSettingsError where there are too many by now.
    """
    with transaction.atomic():
        _check_room(one.owner)
        wanted, number = one.name, 2
        taken = set(SavedSettings.objects.owned_by(one.owner).values_list("name", flat=True))
        while one.name in taken:
            ending = f" ({number})"
            one.name = wanted[: NAME_LENGTH - len(ending)] + ending
            number += 1
        one.trashed_at = None
        _written(one, lambda: one.save(update_fields=["name", "trashed_at"]))


def _check_room(owner: User) -> None:
    """In a transaction: another one that counts those of `owner` waits for its end."""
    User.objects.select_for_update().get(pk=owner.pk)
    if SavedSettings.objects.owned_by(owner).count() >= MOST:
        sentence = _("You have %(most)d settings saved, which is all there is room for.")
        raise SavedSettingsError(sentence % {"most": MOST})


def checked_name(name: str) -> str:
    tidy = " ".join("".join(one if one.isprintable() else " " for one in name).split())
    if not tidy:
        raise SavedSettingsError(_("Please give them a name."))
    if len(tidy) > NAME_LENGTH:
        sentence = _("Please choose a name of at most %(most)d letters.") % {"most": NAME_LENGTH}
        raise SavedSettingsError(sentence)
    return tidy


def _written(one: SavedSettings, write: Callable[[], None]) -> None:
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        sentence = _("You have settings called “%(name)s” already. Please choose another name.")
        raise SavedSettingsError(sentence % {"name": one.name}) from error
