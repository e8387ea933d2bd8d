"""A closed account whose time has come goes for good: files, rows, and what else names it.

Housekeeping comes here with the other chores and does a little each time, so an account may take
a few rounds. Here files go before their rows, other than everywhere else: nobody can look at them
any more, and a row that still names its file is what brings the next round back to it.

What stays, and of whom nothing can be learned: reports of pictures that the person sent (without
name and words), presets that were made of styles they offered (without their name), entries of the
audit log (of an account's number), and a tombstone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Model, Q
from django.utils import timezone

from accounts import audit
from accounts.models import User
from gallery import leftovers
from gallery.models import Report, StyleImport
from gallery.pictures import WithFiles
from stylesite.privacy import belongings, closing, letters, tombstones, traces
from stylesite.privacy.models import AccountDeletion
from transfers.booth import deletion as booths
from transfers.models import Sitting, Transfer
from transfers.queue import checkpoints
from transfers.queue.outages import AWAY

logger = logging.getLogger(__name__)

SETTLE_S = 60
"""A worker that was told to stop may still be writing for so long; what it writes must go, too."""


def erase_due(most: int) -> int:
    """A chore of housekeeping: let ``most`` things go, of whose account it is time.

    Raises OSError while the store of files is away; the next round goes on.
    """
    gone = 0
    AccountDeletion.objects.overruled().delete()
    for leaving in AccountDeletion.objects.due(timezone.now()).select_related("user"):
        try:
            gone += erase(leaving.user, most - gone)
        except AWAY:
            raise
        except Exception:
            logger.exception("account %s could not be deleted yet, going on", leaving.pk)
        if gone >= most:
            break
    return gone


def erase(user: User, most: int) -> int:
    """Let ``most`` things of ``user`` go, and the account itself with the last of them."""
    traces.forget_messages(user)
    traces.forget_admin_log(user)
    traces.take_name_off_presets(user)
    gone = 0
    for step in STEPS:
        gone += step(user, most - gone)
        if gone >= most:
            return gone
    return gone + _finish(user)


def _guests(user: User, most: int) -> int:
    sittings = Sitting.objects.filter(booth__owner=user)
    named = list(sittings.values_list("photo__original", "picture__original")[:most])
    gone = booths.delete(sittings, most)
    files = {name for names in named for name in names if name}
    leftovers.look_soon({f"{name.rpartition('/')[0]}/" for name in files})
    return gone


def _transfers(user: User, most: int) -> int:
    closing.cancel_work(user)
    ended = Q(finished_at=None) | Q(finished_at__lte=timezone.now() - timedelta(seconds=SETTLE_S))
    some = list(Transfer.objects.at_cost_of(user).filter(ended)[:most])
    for transfer in some:
        checkpoints.remove(transfer)
        leftovers.forget_below(checkpoints.prefix(transfer))
        transfer.delete()
    return len(some)


def _imports(user: User, most: int) -> int:
    some = list(StyleImport.objects.owned_by(user)[:most])
    for zipped in some:
        zipped.file.storage.delete(str(zipped.file.name))
        zipped.delete()
    return len(some)


def _pictures(user: User, most: int) -> int:
    if Transfer.objects.at_cost_of(user).exists():
        return 0  # they refer to photos, styles and masks, and are gone in a minute
    gone = 0
    for kind in belongings.PICTURES:
        some = list(belongings.rows_of(kind, user)[: most - gone])
        for picture in some:
            _remove(picture)
        gone += len(some)
    return gone


def _remove(picture: WithFiles) -> None:
    """Its files, whatever else lies in the folder that carries its id, and its row."""
    names = [str(file.name) for file in picture.file_fields()]
    for name in names:
        default_storage.delete(name)
    for folder in {name.rpartition("/")[0] for name in names}:
        if str(picture.pk) in folder:
            _empty(folder)
            leftovers.forget_below(f"{folder}/")
    picture.delete()


def _empty(folder: str) -> None:
    try:
        _folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for file in files:
        default_storage.delete(f"{folder}/{file}")


STEPS: tuple[Callable[[User, int], int], ...] = (_guests, _transfers, _imports, _pictures)


def _finish(user: User) -> int:
    """All that is left are rows: 1 when they are gone, 0 where something with a file came late."""
    address = letters.address_of(user)
    closing.forget_sessions(user)
    traces.forget_cached(user)
    traces.forget_address(user)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if _has_files(user) or not AccountDeletion.objects.due(timezone.now()).filter(user=user):
            return 0
        Report.objects.filter(reporter=user).update(text="")
        tombstones.raise_for(user)
        audit.record(audit.Action.ACCOUNT_DELETED, None, user, None)
        audit.forget_addresses(user)
        number = user.pk
        user.delete()
    logger.info("account %s: deleted for good", number)
    if address:
        letters.tell_of_the_end(address)
    return 1


def _has_files(user: User) -> bool:
    kinds: list[type[Model]] = [*belongings.PICTURES, StyleImport, Transfer]
    return any(belongings.rows_of(kind, user).exists() for kind in kinds)
