"""Every address that hands out a file, found by asking all there are."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from gallery import publishing
from gallery.models import Artwork
from gallery.recipe_files import of_artwork
from tests.gallery.inert import faults, is_file
from tests.stylesite.access.addresses import ROUTES, address
from tests.stylesite.access.world import PASSWORD, World
from tests.transfers.drawings import as_file, quadrants
from transfers.booth import devices
from transfers.booth.guard import GUESTS
from transfers.models import Booth, BoothPicture, Sitting, Transfer
from transfers.repeating.bringing import keep

pytestmark = pytest.mark.django_db

FILES = {
    *("gallery:artwork-file", "gallery:download", "gallery:download-as", "gallery:zip"),
    *("gallery:mask-file", "gallery:recipe-file", "gallery:style-file", "gallery:report-file"),
    *("gallery:time-lapse", "gallery:time-lapse-frame", "gallery:time-lapse-animation"),
    *("gallery:explored-file", "gallery:shared-file"),
    *("gallery:shared-download", "gallery:shared-download-all"),
    *("transfers:photo-file", "transfers:sample-photo", "transfers:preview"),
    *("transfers:recipe-picture", "transfers:sweep-picture"),
    *("transfers:booth-picture", "transfers:booth-style-file", "transfers:booth-wall-file"),
    *("transfers:booth-turn-file", "transfers:booth-turn-qr"),
    *("transfers:guest-file", "transfers:guest-download"),
    *("api:artwork-file", "api:artwork-download", "api:artworks-zip", "api:style-file"),
    *("api:content-image-file", "api:mask-file", "api:sheet-picture"),
    *("api:time-lapse-file", "api:time-lapse-frame", "api:time-lapse-animation"),
    *("api:transfer-preview", "api:transfer-result"),
    *("admin:gallery_style_export", "admin:gallery_styleoffer_picture"),
    "admin:accounts_auditentry_export",
}
"""Of these each is asked for a file that is there; a new one belongs here."""

OURS = {"admin:jsi18n"}
"""A script of the site's own, made when it is asked for."""


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
    on_wheel = Booth.objects.get(pk=full.parts["booth_id"]).styles.get().pk
    found: dict[str, dict[str, str]] = {}
    for name in ROUTES.keys() - OURS:
        others = {"style_id": on_wheel} if name == "transfers:booth-style-file" else {}
        client = device if name in GUESTS else host
        answer = client.get(address(full, name, **others))
        if is_file(answer):
            found[name] = faults(answer)
        answer.getvalue()  # a file is closed when it has been read
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert set(found) == FILES
