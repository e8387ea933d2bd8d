"""Where a person is named outside their own rows: admin's log, queue, caches, credits of presets.

Session rows are in ``closing``, as they go first.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.models import OrmQ, Task

from accounts import counts
from accounts.models import Invitation, Letter, User
from gallery.models import Style, StyleOffer
from stylesite.privacy import belongings
from transfers.models import Transfer


def forget_admin_log(user: User) -> None:
    """What the admin's log says of ``user`` and of what is theirs: titles, and an address."""
    for kind in ContentType.objects.filter(pk__in=LogEntry.objects.values("content_type")):
        model = kind.model_class()
        told = LogEntry.objects.filter(content_type=kind)
        if model is User:
            told.filter(object_id=str(user.pk)).delete()
        elif model in belongings.paths():
            keys = [_key(model, said) for said in told.values_list("object_id", flat=True)]
            theirs = belongings.rows_of(model, user).filter(pk__in=[key for key in keys if key])
            gone = [str(key) for key in theirs.values_list("pk", flat=True)]
            told.filter(object_id__in=gone).delete()


def _key(model: type[models.Model], said: str | None) -> Any:
    try:
        return model._meta.pk.to_python(said)
    except ValidationError:
        return None


def forget_messages(user: User) -> None:
    """Wake-ups that name a transfer of ``user``; without them, workers are woken for the rest all
    the same."""
    theirs = {str(pk) for pk in Transfer.objects.at_cost_of(user).values_list("pk", flat=True)}
    for kind in (OrmQ, Task):
        for row in kind.objects.all() if theirs else ():
            said = row.task.get("args") if isinstance(row, OrmQ) else row.args
            if theirs & {str(word) for word in said or ()}:
                row.delete()


def forget_address(user: User) -> None:
    """Invitations for it, and letters that are still on their way there.

    Without one nothing is forgotten: invitations for whoever has the link name none either.
    """
    if not user.email:
        return
    Invitation.objects.filter(email__iexact=user.email).delete()
    Letter.objects.filter(to__iexact=user.email).delete()


def take_name_off_presets(user: User) -> None:
    """Presets made of styles that ``user`` offered stay, under the licence they gave, but no longer
    say who that was."""
    offers = StyleOffer.objects.filter(style__owner=user, preset__isnull=False)
    for offer in offers.select_related("preset", "style"):
        preset, who = offer.preset, offer.credit or offer.style.artist
        if preset is None or not who:
            continue
        if preset.artist == who:
            preset.artist = ""
        if who in preset.source:
            preset.source = _("Offered by its owner.")
        preset.save(update_fields=["artist", "source", "search_text"])
        told = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Style))
        told.filter(object_id=str(preset.pk), change_message__contains=who).delete()


def forget_cached(user: User) -> None:
    """Counts of limits, under an address, too, in every cache; in those of the database also what
    else names the number of ``user``, and what is worked out anew when somebody asks. Redis forgets
    the former in minutes, and the latter, which names nobody, within a day."""
    counts.forget(user)
    theirs = re.compile(rf"(?:user:|-){user.pk}(?:-|$)|recipe-check-")
    for table, keys in _tables():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {keys} FROM {table}")  # noqa: S608  # names of our own
            names = [key for (key,) in cursor.fetchall() if theirs.search(key)]
            for name in names:
                cursor.execute(f"DELETE FROM {table} WHERE {keys} = %s", [name])  # noqa: S608


def forget_expired_cache(most: int) -> int:
    """A chore of housekeeping: what a cache in the database would not look at any more, but keep
    until it is full."""
    gone = 0
    for table, keys in _tables():
        now = connection.ops.adapt_datetimefield_value(timezone.now().replace(microsecond=0))
        chosen = f"SELECT {keys} FROM {table} WHERE expires < %s LIMIT %s"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE {keys} IN ({chosen})", [now, most])  # noqa: S608
            gone += cursor.rowcount
    return gone


def _tables() -> list[tuple[str, str]]:
    """Of each cache in the database, its table and the column of its keys, quoted."""
    quoted = connection.ops.quote_name
    kept = caches.all(initialized_only=False)
    return [
        (quoted(cache._table), quoted("cache_key"))  # type: ignore[attr-defined]
        for cache in kept
        if isinstance(cache, DatabaseCache)
    ]
