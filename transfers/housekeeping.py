"""What has expired is removed, a little at a time: keys, sessions, tokens, trash, guests’ things.

The light process that runs beside each pool of workers (``notify.sender``) comes here every few
minutes. Nothing relies on it having been here: whatever asks for something that expires looks at
the time itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts import audit, letters, places, sessions
from accounts.models import ApiToken, Invitation
from gallery import leftovers, trash
from gallery.models import Artwork, Mask, ShareLink, Style, StyleImport
from gallery.models.masks import UNUSED_FOR
from gallery.pictures import delete_for_good
from transfers import masks, retention
from transfers.booth import deletion
from transfers.models import (
    BroughtRecipe,
    IdempotencyKey,
    MachineSpeed,
    PastPainting,
    SavedSettings,
    Sitting,
    Sweep,
    TransferStyle,
)
from transfers.queue.outages import AWAY, forget_connection
from transfers.studies import keeping, sweeps

logger = logging.getLogger(__name__)

Chore = Callable[[int], int]

ROWS_AT_ONCE = 500

# Each takes its files along, with a request to the bucket for every one; ten slow ones are not yet
# taken for a thread that hangs.
PICTURES_AT_ONCE = 10
SHEETS_AT_ONCE = 1

SPEEDS_KEPT = timedelta(days=90)


def tidy() -> bool:
    """Do a little of each chore; whether more is left for next time.

    A chore that goes wrong is logged, and the others are done.
    """
    more = False
    for what, (chore, at_once) in CHORES.items():
        try:
            gone = chore(at_once)
        except AWAY as error:
            logger.warning("%s are not tidied up while their store is away: %s", what, error)
            forget_connection(error)
        except Exception:
            logger.exception("%s could not be tidied up, going on", what)
        else:
            if gone:
                logger.info("%d expired %s are gone", gone, what)
            more = more or gone >= at_once
    return more


def add(what: str, chore: Chore, at_once: int) -> None:
    """For an app of a floor above, which has something that expires, too."""
    CHORES[what] = (chore, at_once)


def _speeds(most: int) -> int:
    """Of hosts that have not painted for long; containers get a new name each time.

    The latest one stays: it is what estimates go by until somebody paints again.
    """
    latest = MachineSpeed.objects.order_by("-measured_at").first()
    if latest is None:
        return 0
    long_ago = timezone.now() - SPEEDS_KEPT
    old = MachineSpeed.objects.filter(measured_at__lt=long_ago).exclude(pk=latest.pk)
    return _delete(old, most)


def _idempotency_keys(most: int) -> int:
    return _delete(IdempotencyKey.objects.expired(timezone.now()), most)


def _sessions(most: int) -> int:
    return _delete(Session.objects.filter(expire_date__lt=timezone.now()), most)


def _tokens(most: int) -> int:
    return _delete(ApiToken.objects.long_over(timezone.now()), most)


def _invitations(most: int) -> int:
    return _delete(Invitation.objects.long_over(timezone.now()), most)


def _letters(most: int) -> int:
    return _delete(letters.long_over(), most)


def _share_links(most: int) -> int:
    return _delete(ShareLink.objects.long_over(timezone.now()), most)


def _seen_sessions(most: int) -> int:
    return _delete(sessions.long_over(), most)


def _places(most: int) -> int:
    return _delete(places.long_over(), most)


def _pictures(most: int) -> int:
    return delete_for_good(Artwork.objects.trashed_before(trash.kept_since()), most)


def _styles(most: int) -> int:
    """But for those that something was painted in: its recipe and its retries refer to them."""
    painted_in = TransferStyle.objects.filter(style=OuterRef("pk"))
    trashed = Style.objects.trashed_before(trash.kept_since())
    return delete_for_good(trashed.filter(~Exists(painted_in)), most)


def _masks(most: int) -> int:
    """Those that no transfer, picture or recipe refers to, and that nobody sent lately."""
    old = Mask.objects.older_than(timezone.now() - UNUSED_FOR)
    return delete_for_good(masks.unused(old), most)


def _imports(most: int) -> int:
    forgotten = list(StyleImport.objects.forgotten()[:most])
    for one in forgotten:
        one.throw_away()
    return len(forgotten)


def _recipes(most: int) -> int:
    """Recipes that somebody brought and painted nothing by, with the pictures that carried them."""
    expired = BroughtRecipe.objects.expired(timezone.now())
    alone = _delete(expired.filter(original=""), most)
    return alone + delete_for_good(expired.exclude(original=""), most)


def _settings(most: int) -> int:
    return _delete(SavedSettings.objects.expired(timezone.now()), most)


def _sheets(most: int) -> int:
    expired = list(Sweep.objects.expired(timezone.now()).order_by("created_at")[:most])
    for sweep in expired:
        sweeps.throw_away(sweep)
    return len(expired)


def _sittings(most: int) -> int:
    """All that there is of guests whose time has come."""
    return deletion.delete(Sitting.objects.expired(timezone.now()), most)


def _past_paintings(most: int) -> int:
    return _delete(PastPainting.objects.long_over(timezone.now()), most)


def _delete(expired: QuerySet[Any], most: int) -> int:
    """Filtered once more by what expired, so that what was renewed meanwhile stays."""
    some = list(expired.order_by().values_list("pk", flat=True)[:most])
    deleted, _rows = expired.order_by().filter(pk__in=some).delete() if some else (0, {})
    return deleted


CHORES: dict[str, tuple[Chore, int]] = {
    "speeds of hosts": (_speeds, ROWS_AT_ONCE),
    "idempotency keys": (_idempotency_keys, ROWS_AT_ONCE),
    "sessions": (_sessions, ROWS_AT_ONCE),
    "API tokens": (_tokens, ROWS_AT_ONCE),
    "invitations": (_invitations, ROWS_AT_ONCE),
    "letters about accounts": (_letters, ROWS_AT_ONCE),
    "share links": (_share_links, ROWS_AT_ONCE),
    "pictures in the trash": (_pictures, PICTURES_AT_ONCE),
    "styles in the trash": (_styles, PICTURES_AT_ONCE),
    "masks that nothing was painted with": (_masks, PICTURES_AT_ONCE),
    "zips that nobody imported": (_imports, PICTURES_AT_ONCE),
    "recipes that nothing was painted by": (_recipes, PICTURES_AT_ONCE),
    "settings that were deleted": (_settings, ROWS_AT_ONCE),
    "sheets": (_sheets, SHEETS_AT_ONCE),
    "pictures of studies": (keeping.forget_pictures, PICTURES_AT_ONCE),
    "studies that no longer count": (keeping.forget_uncounted, ROWS_AT_ONCE),
    "sittings of booths": (_sittings, PICTURES_AT_ONCE),
    "booths that were deleted": (deletion.sweep_booths, ROWS_AT_ONCE),
    "notes of files written or deleted": (leftovers.clear, PICTURES_AT_ONCE),
    "unused photos": (retention.forget_unused_photos, PICTURES_AT_ONCE),
    "photos": (retention.forget_photos, PICTURES_AT_ONCE),
    "failed and cancelled transfers": (retention.forget_failed_transfers, PICTURES_AT_ONCE),
    "paintings of what is deleted": (_past_paintings, ROWS_AT_ONCE),
    "sessions on the page of sessions": (_seen_sessions, ROWS_AT_ONCE),
    "places that people signed in from": (_places, ROWS_AT_ONCE),
    "entries of the audit log": (audit.forget_old, ROWS_AT_ONCE),
}
