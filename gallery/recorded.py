"""What lets others see something of somebody's, each with its entry in the audit log.

Pages and API call these with their request; what is done is up to ``shares`` and ``publishing``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from gallery import publishing, shares
from gallery.models import Artwork, ShareLink


@transaction.atomic
def share(request: HttpRequest, owner: User, **values: Any) -> ShareLink:
    link = shares.create(owner, **values)
    audit.record(Action.SHARE_MADE, owner, link, request)
    return link


@transaction.atomic
def share_again(request: HttpRequest, link: ShareLink) -> ShareLink:
    made = shares.again(link)
    audit.record(Action.SHARE_MADE, made.owner, made, request)
    return made


@transaction.atomic
def change(request: HttpRequest, link: ShareLink, **values: Any) -> None:
    """It may last longer from now on, show the photo, or ask for no password any more."""
    shares.change(link, **values)
    audit.record(Action.SHARE_CHANGED, link.owner, link, request)


@transaction.atomic
def withdraw(request: HttpRequest, link: ShareLink) -> None:
    was_withdrawn = link.revoked_at is not None
    shares.withdraw(link)
    if not was_withdrawn:
        audit.record(Action.SHARE_WITHDRAWN, link.owner, link, request)


@transaction.atomic
def restore(request: HttpRequest, link: ShareLink) -> None:
    was_withdrawn = link.revoked_at is not None
    shares.restore(link)
    if was_withdrawn:
        audit.record(Action.SHARE_RESTORED, link.owner, link, request)


@transaction.atomic
def publish(
    request: HttpRequest, owner: User, artworks: Iterable[Artwork], *, with_photo: bool
) -> int:
    """How many can be seen now; one entry for all of them."""
    count = publishing.publish(artworks, with_photo=with_photo)
    if count:
        audit.record(Action.PUBLISHED, owner, owner, request, pictures=count, with_photo=with_photo)
    return count


@transaction.atomic
def unpublish(request: HttpRequest, owner: User, artworks: Iterable[Artwork]) -> int:
    count = publishing.unpublish(artworks)
    if count:
        audit.record(Action.UNPUBLISHED, owner, owner, request, pictures=count)
    return count
