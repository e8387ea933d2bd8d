"""How much room someone's pictures take up, in every app that keeps pictures.

Counted is every file of what arrived or was painted (of a small picture, the photo and the
renditions beside it are most of it), masks, and time-lapses. What is in the trash takes its room,
too. Rows from before the files beside a picture were counted still count without them.
Not counted is what passes by itself: quick looks, and the small pictures of sheets, of which a
person has so many at most.
"""

from __future__ import annotations

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.quotas import QuotaError, hold, limits_of
from gallery.models import Mask, TimeLapse
from gallery.pictures import StoredPicture

MB = 10**6


def used_bytes(user: User) -> int:
    """Bytes of all pictures and masks that ``user`` owns, and of their time-lapses."""
    lapses = TimeLapse.objects.filter(artwork__owner=user)
    used: int = lapses.aggregate(used=Sum("bytes"))["used"] or 0
    used += Mask.objects.owned_by(user).aggregate(used=Sum("bytes"))["used"] or 0
    for kind in StoredPicture.__subclasses__():
        own = kind._default_manager.filter(owner=user)  # type: ignore[misc]  # each kind has one
        used += own.aggregate(used=Sum(F("bytes") + F("beside_bytes")))["used"] or 0
    return used


def check_room(user: User, more_bytes: int) -> None:
    """Raises QuotaError, reason "storage", where ``more_bytes`` would be beyond the limit.

    Belongs in the transaction that takes the room: of two at once, the later waits here for the
    earlier, and counts what it took. It locks the person's row, which is locked before all others.
    """
    limit_mb = limits_of(user).storage_mb
    if limit_mb is None:
        return
    hold(user)
    used = used_bytes(user)
    if used + more_bytes <= limit_mb * MB:
        return
    sentence = _(
        "There is no room for another picture: yours take up %(used)d of your %(limit)d MB. "
        "Make room in your gallery (move pictures to the trash, then empty it), or delete photos "
        "that nothing was painted from, and try again."
    )
    raise QuotaError(sentence % {"used": used // MB, "limit": limit_mb}, reason="storage")
