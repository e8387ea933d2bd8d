"""Every address that hands out a file, found by asking all there are."""

from __future__ import annotations

import pytest

from accounts.models import User
from tests.gallery.inert import faults, is_file
from tests.stylesite.access.addresses import ROUTES, address
from tests.stylesite.access.world import World
from transfers.booth.guard import GUESTS

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


def test_every_file_is_inert(world: World) -> None:
    """Asked for by the owner of them all, who may see all that staff see."""
    User.objects.filter(pk=world.owner.pk).update(is_staff=True, is_superuser=True)
    host, device = world.browser("owner"), world.browser("guest")
    found: dict[str, dict[str, str]] = {}
    for name in ROUTES.keys() - OURS:
        answer = (device if name in GUESTS else host).get(address(world, name))
        if is_file(answer):
            found[name] = faults(answer)
        answer.getvalue()  # a file is closed when it has been read
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert set(found) == FILES
