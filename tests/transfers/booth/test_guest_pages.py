"""The page behind a guest's link, until its time has come."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import User
from gallery import sending
from tests.transfers.booth.conftest import Take, status_at
from transfers.booth import opening
from transfers.models import Booth, Sitting

pytestmark = pytest.mark.django_db

Painted = tuple[Sitting, str]
PATHS = ("", "delete/", "download/jpg/", "download/png/", "display/", "photo/", "thumbnail/")


def test_the_link_shows_the_picture_to_whoever_has_it(client: Client, painted: Painted) -> None:
    _sitting, code = painted
    page = client.get(f"/b/{code}/")
    assert page.status_code == 200
    assert page["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert page["Cache-Control"] == "private, no-cache"
    words = page.content.decode()
    for part in ("Summer party", "Stripes", "Save it on this phone", "Delete my picture now"):
        assert part in words
    assert "hx-get" not in words, "what is finished is not asked for again"
    for path in PATHS:
        answer = client.get(f"/b/{code}/{path}")
        assert answer.status_code == 200
        answer.getvalue()
    assert not client.cookies.get("sessionid")


def test_typed_by_hand_it_works_as_well(client: Client, painted: Painted) -> None:
    assert status_at(client, f"/b/{painted[1].upper().replace('-', '')}/") == 200


def test_the_download_is_the_picture_under_a_name(client: Client, painted: Painted) -> None:
    _sitting, code = painted
    for file_format, kind in (("jpg", "JPEG"), ("png", "PNG")):
        answer = client.get(f"/b/{code}/download/{file_format}/")
        assert f'filename="Summer party, Stripes.{file_format}"' in answer["Content-Disposition"]
        image = Image.open(BytesIO(answer.getvalue()))
        assert (image.format, image.size) == (kind, (96, 64))
        assert not image.getexif()
    assert status_at(client, f"/b/{code}/download/gif/") == 404
    assert status_at(client, f"/b/{code}/original/") == 404


def test_guests_count_by_network_and_together_where_pictures_are_converted(
    painted: Painted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_PIXELS_A_MINUTE", 1)
    monkeypatch.setattr(sending, "MOST_PIXELS_BY_LINKS_A_MINUTE", 96 * 64 + 1)
    guests = [Client(REMOTE_ADDR=f"198.51.100.{number}") for number in (1, 1, 2, 3)]
    _sitting, code = painted
    answers = [status_at(guest, f"/b/{code}/download/jpg/") for guest in guests]
    assert answers == [200, 503, 200, 503]
    assert status_at(guests[1], f"/b/{code}/download/png/") == 200


def test_no_download_where_the_host_allows_none(
    client: Client, painted: Painted, booth: Booth
) -> None:
    Booth.objects.update(may_download=False)
    _sitting, code = painted
    assert "Save it" not in client.get(f"/b/{code}/").content.decode()
    for file_format in ("jpg", "png"):
        assert status_at(client, f"/b/{code}/download/{file_format}/") == 404
    assert status_at(client, f"/b/{code}/display/") == 200


def test_while_it_is_painted_the_page_says_how_far_and_asks_again(
    client: Client, take: Take
) -> None:
    _sitting, code = take()
    words = client.get(f"/b/{code}/").content.decode()
    assert "Your picture is being painted" in words
    assert f'hx-get="/b/{code}/"' in words
    assert "Next in line" in words
    assert status_at(client, f"/b/{code}/download/jpg/") == 404
    assert status_at(client, f"/b/{code}/display/") == 404
    assert status_at(client, f"/b/{code}/preview/") == 404
    assert status_at(client, f"/b/{code}/photo/") == 200


@pytest.mark.parametrize("field", ["link_until", "delete_at"])
def test_after_its_time_it_leads_nowhere(client: Client, painted: Painted, field: str) -> None:
    _sitting, code = painted
    Sitting.objects.update(**{field: timezone.now() - timedelta(seconds=1)})
    for path in PATHS:
        for answer in (client.get(f"/b/{code}/{path}"), client.post(f"/b/{code}/{path}")):
            assert answer.status_code in (404, 405)
    assert "Nothing hangs here" in client.get(f"/b/{code}/").content.decode()
    assert Sitting.objects.exists()


def test_a_link_that_never_was_looks_the_same(client: Client, painted: Painted) -> None:
    _sitting, code = painted
    wrong = client.get("/b/aaaaa-bbbbb-ccccc/")
    Sitting.objects.update(link_until=timezone.now())
    over = client.get(f"/b/{code}/")
    assert (wrong.status_code, over.status_code) == (404, 404)
    pages = [re.sub(r"\b\w{64}\b", "a token", one.content.decode()) for one in (wrong, over)]
    assert pages[0] == pages[1]


def test_the_end_of_the_booth_is_not_the_end_of_its_links(
    client: Client, painted: Painted, booth: Booth
) -> None:
    opening.end(booth)
    assert status_at(client, f"/b/{painted[1]}/") == 200


def test_a_guest_deletes_it_from_the_phone(client: Client, painted: Painted) -> None:
    _sitting, code = painted
    assert "Nothing brings them back" in client.get(f"/b/{code}/delete/").content.decode()
    assert Sitting.objects.exists()
    assert "gone" in client.post(f"/b/{code}/delete/").content.decode()
    assert not Sitting.objects.exists()
    assert status_at(client, f"/b/{code}/") == 404


def test_a_guest_may_delete_it_while_the_hosts_account_is_closed(
    client: Client, painted: Painted
) -> None:
    User.objects.update(is_active=False)
    page = f"/b/{painted[1]}/"
    assert status_at(client, page) == 404
    assert client.get(f"{page}delete/").status_code == 200
    assert client.post(f"{page}delete/").status_code == 200
    assert not Sitting.objects.exists()


def test_being_signed_in_changes_nothing(
    client: Client, painted: Painted, stranger: User, user: User
) -> None:
    for who in (stranger, user):
        client.force_login(who)
        assert status_at(client, f"/b/{painted[1]}/") == 200
        assert client.get("/b/aaaaa-bbbbb-ccccc/").status_code == 404
