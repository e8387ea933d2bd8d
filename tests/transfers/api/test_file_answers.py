"""Every address that hands out a file, found by asking all there are."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from gallery import publishing, shares
from gallery.models import Artwork, Profile, ShareLink
from tests.gallery.drawings import whole_recipe
from tests.gallery.inert import faults, is_file
from tests.transfers.api.addresses import ELSEWHERE, address, all_addresses, parts

__all__ = ["parts"]

pytestmark = pytest.mark.django_db

FILES = {
    *("gallery:artwork-file", "gallery:download", "gallery:download-as", "gallery:mask-file"),
    *("gallery:recipe-file", "gallery:time-lapse-frame", "gallery:time-lapse-animation"),
    *("gallery:style-file", "gallery:explored-file", "gallery:report-file"),
    *("gallery:shared-file", "gallery:shared-download", "gallery:shared-download-all"),
    *("gallery:time-lapse", "gallery:zip", "transfers:photo-file", "transfers:sample-photo"),
    *("transfers:sweep-picture", "api:artwork-download", "api:artworks-zip"),
    *("api:time-lapse-animation", "api:transfer-result"),
    *("api:artwork-file", "api:content-image-file", "api:style-file", "api:mask-file"),
    *("api:time-lapse-file", "api:time-lapse-frame"),
}
"""Of these each is asked for a file that is there; a new one belongs here."""


@pytest.fixture
def all_parts(
    parts: dict[str, object], user: User, artwork: Artwork, link: ShareLink
) -> dict[str, object]:
    """As many addresses as possible lead to something, for a curator to whom it all belongs."""
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    Profile.objects.create(owner=user, handle="ada", name="Ada")
    publishing.publish([artwork])
    Artwork.objects.filter(pk=artwork.pk).update(recipe=whole_recipe())
    token = shares.token_of(link)
    return {**parts, "token": token, "handle": "ada", "slug": "chelsea", "name": "thumbnail"}


def test_every_file_is_inert(signed_in: Client, all_parts: dict[str, object]) -> None:
    found: dict[str, dict[str, str]] = {}
    for name, varying in all_addresses().items():
        nameless = name.endswith("None")
        if nameless or name.startswith(ELSEWHERE) or not set(varying) <= set(all_parts):
            continue
        answer = signed_in.get(address(name, all_parts))
        if is_file(answer):
            found[name] = faults(answer)
        answer.getvalue()  # a file is closed when it has been read
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert set(found) == FILES
