"""Every address that hands out a file, found by asking all there are."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import User
from gallery import publishing
from gallery.models import Artwork
from gallery.recipe_files import of_artwork
from tests.gallery.inert import faults, is_file
from tests.stylesite.access.addresses import address, every_address
from tests.stylesite.access.world import PASSWORD, World
from tests.transfers.drawings import as_file, quadrants
from transfers.booth import devices
from transfers.booth.guard import GUESTS
from transfers.models import Booth, BoothPicture, Sitting, Transfer
from transfers.repeating.bringing import keep

pytestmark = pytest.mark.django_db

FILES = {
    *("gallery:artwork-file", "gallery:download", "gallery:download-as", "gallery:mask-file"),
}
"""Of these each is asked for a file that is there; a new one belongs here."""

NOTHING_THERE = {""}


@pytest.fixture
def full(world: World) -> World:
    """Everything that addresses lead to has its files, and its owner may see all the site has."""
    User.objects.filter(pk=world.owner.pk).update(is_staff=True, is_superuser=True)
    artwork = Artwork.objects.get(pk=world.parts["artwork_id"])
    publishing.publish([artwork])
    picture = quadrants(96, 64)
    drawn = ContentFile(as_file(picture, "WEBP"))
    Transfer.objects.get(pk=world.parts["transfer_id"]).preview.save("test/preview.webp", drawn)
    sitting = Sitting.objects.get(pk=world.parts["sitting_id"])
    painted = BoothPicture(owner=world.owner, sitting=sitting, title="Stripes")
    painted.set_picture(picture)
    painted.save()
    brought = keep(world.owner, of_artwork(artwork), picture, "png")
    world.parts |= {"brought_id": brought.pk, "recipe_id": brought.pk}
    return world


def test_every_file_is_inert(full: World) -> None:
    host, device = Client(), Client()
    host.post("/accounts/login/", {"login": full.owner.email, "password": PASSWORD})
    opened = HttpResponse()
    devices.keep_open(opened, Booth.objects.get(pk=full.parts["booth_id"]))
    device.cookies = opened.cookies
    found: dict[str, dict[str, str]] = {}
    nothing = {}
    for name in every_address(full):
        client = device if name in GUESTS else host
        answer = client.get(address(full, name))
        if is_file(answer):
            found[name] = faults(answer)
        else:
            nothing[name] = answer.status_code
        answer.getvalue()
    import collections
    by = collections.defaultdict(list)
    for n, st in nothing.items(): by[st].append(n)
    for st, ns in by.items():
        print(st, len(ns), ns if len(ns) < 80 or st == 404 else "")
    print(sorted(found)); print({n: w for n, w in found.items() if w})
    assert 0
