"""Nothing of anybody's is shown to others until they say so."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client

from accounts.models import User
from gallery import albums, shares
from gallery.masks import add_mask
from gallery.models import Artwork, Profile, ShareLink, Style
from gallery.styles import add_style
from tests.gallery.drawings import gradient, hang_artwork
from tests.gallery.films import add_time_lapse
from tests.transfers.drawings import as_file, left_half, quadrants
from transfers.photos import add_photo

pytestmark = pytest.mark.django_db


def test_what_somebody_brings_and_has_painted_is_theirs_alone(user: User, stranger: User) -> None:
    photo = add_photo(user, BytesIO(as_file(quadrants())), "upload", "Harbour")
    mask = add_mask(user, BytesIO(as_file(left_half(), "PNG")), (photo.width, photo.height))
    style = add_style(owner=user, image=quadrants(64, 96), title="My tiles")
    work = hang_artwork(owner=user, image=gradient(), before=gradient(), title="Mill", recipe={})
    add_time_lapse(work)
    album = albums.create(user, "Summer", [work])
    assert not Artwork.objects.published().exists()
    assert not Style.objects.presets().exists()
    assert not Profile.objects.exists()
    assert not ShareLink.objects.exists()
    files = [f"/gallery/{work.pk}/{name}/" for name in ("original", "display", "before")]
    files += [
        f"/photos/{photo.pk}/original/",
        f"/styles/{style.pk}/original/",
        f"/masks/{mask.pk}/",
    ]
    pages = [f"/gallery/{work.pk}/", f"/explore/{work.pk}/", f"/albums/{album.pk}/"]
    pages += [f"/styles/{style.pk}/", f"/gallery/{work.pk}/time-lapse/"]
    signed_in = Client()
    signed_in.force_login(stranger)
    for other in (Client(), signed_in):
        assert {other.get(path).status_code for path in [*pages, *files]} <= {302, 404}
        for wall in ("/", "/explore/", "/styles/"):
            seen = other.get(wall).content.decode()
            assert not [word for word in ("Harbour", "My tiles", "Mill") if word in seen]


def test_a_link_shows_the_picture_and_not_the_photo_unless_it_is_told_to(user: User) -> None:
    work = hang_artwork(owner=user, image=gradient(), before=gradient(), title="Mill", recipe={})
    link = shares.create(user, artwork=work)
    assert not link.shows_before
    address = f"{shares.address(link)}files/{work.pk}/"
    shown = Client().get(f"{address}display/")
    shown.getvalue()
    assert shown.status_code == 200
    assert Client().get(f"{address}before/").status_code == 404
