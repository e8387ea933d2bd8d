"""What lets others see something of somebody's, each with its entry in the audit log.

Pages and API call these with their request; what is done is up to ``shares`` and ``publishing``.
What changes nothing leaves no entry. What opens something raises QuotaError, with nothing changed,
where its owner has done so as often as may be (``accounts.audit_limits``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest

from accounts import audit, audit_limits
from accounts.audit import Action
from accounts.models import User
from accounts.quotas import hold
from gallery import publishing, shares
from gallery.models import Artwork, Profile, ShareLink


@transaction.atomic
def share(request: HttpRequest, owner: User, **values: Any) -> ShareLink:
    audit_limits.check(owner, Action.SHARE_MADE)
    link = shares.create(owner, **values)
    audit.record(Action.SHARE_MADE, owner, link, request)
    return link


@transaction.atomic
def share_again(request: HttpRequest, link: ShareLink) -> ShareLink:
    audit_limits.check(link.owner, Action.SHARE_MADE)
    made = shares.again(link)
    audit.record(Action.SHARE_MADE, made.owner, made, request)
    return made


@transaction.atomic
def change(request: HttpRequest, link: ShareLink, **values: Any) -> None:
    """It may last longer from now on, show the photo, or ask for no password any more."""
    if changed := shares.changes(link, **values):
        audit_limits.check(link.owner, Action.SHARE_CHANGED)
        shares.change(link, **changed)
        audit.record(Action.SHARE_CHANGED, link.owner, link, request)


@transaction.atomic
def withdraw(request: HttpRequest, link: ShareLink) -> None:
    if shares.withdraw(link):
        audit.record(Action.SHARE_WITHDRAWN, link.owner, link, request)


@transaction.atomic
def restore(request: HttpRequest, link: ShareLink) -> None:
    if link.revoked_at is not None:
        audit_limits.check(link.owner, Action.SHARE_RESTORED)
    if shares.restore(link):
        audit.record(Action.SHARE_RESTORED, link.owner, link, request)


@transaction.atomic
def publish(
    request: HttpRequest, owner: User, artworks: Iterable[Artwork], *, with_photo: bool
) -> int:
    """How many can be seen now; one entry for all that could not, or not so."""
    hold(owner)
    artworks = list(artworks)
    if changed := publishing.changed_by(artworks, with_photo=with_photo).count():
        audit_limits.check(owner, Action.PUBLISHED)
    count = publishing.publish(artworks, with_photo=with_photo)
    if changed:
        audit.record(
            Action.PUBLISHED, owner, owner, request, pictures=changed, with_photo=with_photo
        )
    return count


@transaction.atomic
def unpublish(request: HttpRequest, owner: User, artworks: Iterable[Artwork]) -> int:
    """Never refused, as nobody may be kept from taking back what they showed.

    They might take two hundred pictures back one by one, and show them all at once again. So there
    are no more entries of it than of what opens, and the last for now says that more may follow.
    """
    room = audit_limits.room(owner, Action.UNPUBLISHED)
    count = publishing.unpublish(artworks)
    if count and room:
        facts: dict[str, audit.Fact] = {"pictures": count}
        if room == 1:
            facts["then"] = audit.UNLISTED
        audit.record(Action.UNPUBLISHED, owner, owner, request, **facts)
    elif count:
        audit.log_only(Action.UNPUBLISHED, owner, owner, request, pictures=count)
    return count


@transaction.atomic
def save_profile(request: HttpRequest, form: ModelForm[Profile]) -> bool:
    """As ``publishing.save_profile``, which says when it is False."""
    owner = form.instance.owner
    hold(owner)
    was_public = Profile.objects.filter(owner=owner, is_public=True).exists()
    is_public = form.cleaned_data["is_public"]
    if is_public and not was_public:
        audit_limits.check(owner, Action.PROFILE_SHOWN)
    is_saved = publishing.save_profile(form)
    if is_saved and is_public != was_public:
        action = Action.PROFILE_SHOWN if is_public else Action.PROFILE_HIDDEN
        audit.record(action, owner, owner, request)
    return is_saved
