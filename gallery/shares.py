"""Links by which strangers see one picture or one album, until they end.

An address carries the link's id, signed: whoever reads the database cannot build one, and its owner
can copy it again at any time. What a link opens, is judged anew with every request. Passwords are
kept as Django keeps those of accounts; who has typed one, shows a signed cookie that dies with the
password.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.quotas import check_count
from gallery.albums import shown_artworks
from gallery.models import Album, Artwork, ArtworkQuerySet, ShareLink, ShareLinkQuerySet

MOST_OPEN = 500
"""Of one person: those that ended or were withdrawn do not count."""

SALT = "gallery.shares"
_signer = signing.Signer(sep=".", salt=SALT)


@transaction.atomic
def create(
    owner: User,
    *,
    artwork: Artwork | None = None,
    album: Album | None = None,
    name: str = "",
    password: str = "",
    expires_at: datetime | None = None,
    may_download: bool = True,
    shows_before: bool = False,
) -> ShareLink:
    """A link to one picture or one album of ``owner``, which the caller has fetched through them.

    The photo before is shown only where that is asked for: it may show people, places and rooms
    that nobody thinks of while looking at the painting. Raises QuotaError where ``owner`` has as
    many open links as may be; so does all else here that opens one.
    """
    _check_count(owner)
    return ShareLink.objects.create(
        owner=owner,
        artwork=artwork,
        album=album,
        name=name,
        password=make_password(password) if password else "",
        expires_at=expires_at,
        may_download=may_download,
        shows_before=shows_before,
    )


def changes(link: ShareLink, *, password: str | None = None, **values: Any) -> dict[str, Any]:
    """Those of ``values`` that are not so already, as ``change`` takes them.

    A password is always another one, as whoever typed an earlier one is asked for it.
    """
    changed = {name: value for name, value in values.items() if getattr(link, name) != value}
    if password or (password is not None and link.password):
        changed["password"] = password
    return changed


@transaction.atomic
def change(link: ShareLink, *, password: str | None = None, **values: Any) -> None:
    """Change what is given. A ``password`` of "" takes it away, None leaves it as it is.

    Whoever typed an earlier password is asked for the new one.
    """
    ends_at = values.get("expires_at", link.expires_at)
    is_opened = link.revoked_at is None and link.is_expired and not _is_over(ends_at)
    if is_opened:
        _check_count(link.owner)
    if password is not None:
        values["password"] = make_password(password) if password else ""
    for name, value in values.items():
        setattr(link, name, value)
    link.save(update_fields=list(values))


def withdraw(link: ShareLink) -> bool:
    """End ``link`` now; whether that changed anything. Doing it twice keeps the first date."""
    open_yet = ShareLink.objects.filter(pk=link.pk, revoked_at=None)
    has_ended = open_yet.update(revoked_at=timezone.now()) > 0
    link.refresh_from_db(fields=["revoked_at"])
    return has_ended


@transaction.atomic
def restore(link: ShareLink) -> bool:
    """Undo ``withdraw``: the same address leads there again, unless its end has come. Whether that
    changed anything."""
    withdrawn = ShareLink.objects.filter(pk=link.pk, revoked_at__isnull=False)
    if not link.is_expired and withdrawn.exists():
        _check_count(link.owner)
    is_restored = withdrawn.update(revoked_at=None) > 0
    link.revoked_at = None
    return is_restored


@transaction.atomic
def again(link: ShareLink) -> ShareLink:
    """A new address for the same thing, as ``link`` was; it ends never, until its owner says so.

    The password stays; views are counted anew.
    """
    _check_count(link.owner)
    return ShareLink.objects.create(
        owner=link.owner,
        artwork=link.artwork,
        album=link.album,
        name=link.name,
        password=link.password,
        may_download=link.may_download,
        shows_before=link.shows_before,
    )


def limit_sentence(owner: User) -> str:
    """Why ``owner`` can make no link now; "" where they can."""
    is_full = _open_links(owner).count() >= MOST_OPEN
    return _full() % {"most": MOST_OPEN} if is_full else ""


def token_of(link: ShareLink) -> str:
    packed = base64.urlsafe_b64encode(link.pk.bytes).rstrip(b"=").decode()
    return _signer.sign(packed)


def address(link: ShareLink) -> str:
    """Where ``link`` leads, without the site's name."""
    return reverse("gallery:shared", args=[token_of(link)])


def open_link(token: str) -> ShareLink | None:
    """The link with this token that still leads somewhere; None for every other.

    The signature is compared in constant time, and before the database is asked.
    """
    try:
        packed = _signer.unsign(token)
        pk = UUID(bytes=base64.urlsafe_b64decode(packed + "=="))
    except (signing.BadSignature, ValueError):
        return None
    links = ShareLink.objects.open(timezone.now()).select_related("owner", "album", "artwork")
    link = links.filter(pk=pk).first()
    return link if link and _shows_something(link) else None


def _shows_something(link: ShareLink) -> bool:
    """An album is a place that may be empty; a picture that is gone leaves nothing."""
    shown = link.artwork
    return shown is None or not (shown.trashed_at or shown.taken_down_at)


def shown_by(link: ShareLink) -> ArtworkQuerySet:
    """The pictures that ``link`` shows now, in their order."""
    if link.album is not None:
        return shown_artworks(link.album).filter(taken_down_at=None)
    return Artwork.objects.shareable().filter(share_links=link)


def is_password(link: ShareLink, typed: str) -> bool:
    return check_password(typed, link.password)


def key_of(link: ShareLink) -> str:
    """What a visitor's cookie holds once they have typed the password; another one has another."""
    return salted_hmac(
        SALT + ".unlocked", f"{link.pk}{link.password}", algorithm="sha256"
    ).hexdigest()


def is_unlocked(link: ShareLink, key: str) -> bool:
    return not link.password or constant_time_compare(key, key_of(link))


def count_view(link: ShareLink) -> None:
    """One more visitor: one UPDATE, which changes nothing once the link has ended."""
    now = timezone.now()
    ShareLink.objects.open(now).filter(pk=link.pk).update(views=F("views") + 1, last_viewed_at=now)


def _open_links(owner: User) -> ShareLinkQuerySet:
    return ShareLink.objects.open(timezone.now()).filter(owner=owner)


def _is_over(ends_at: datetime | None) -> bool:
    return ends_at is not None and ends_at <= timezone.now()


def _check_count(owner: User) -> None:
    check_count(owner, _open_links(owner), MOST_OPEN, _full())


def _full() -> str:
    return _("You have %(most)d open links, which is all there is room for. Withdraw one first.")
