"""Addresses, names and titles made to get at other files, other sites, or an answer's headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as site_settings
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.gallery.drawings import gradient, hang_artwork, upload
from tests.stylesite.access.addresses import every_address
from tests.stylesite.access.world import PASSWORD, World

pytestmark = pytest.mark.django_db

SECRET = "what only the site may read"
GIVES_FILES = re.compile(r"file|download|zip|sample|preview|frame|animation|qr|result")
OUT = [
    "..%2f..%2f..%2f..%2fsecret.txt",
    "..%252f..%252fsecret.txt",
    "..%5c..%5csecret.txt",
    "..%c0%af..%c0%afsecret.txt",
    "%2fetc%2fpasswd",
    "secret.txt%00.png",
    "../../../../etc/passwd",
]


@pytest.fixture
def secret(media_root: Path, settings: Settings) -> Iterator[Path]:
    """One beside the pictures, one beside the stylesheets."""
    media_root.mkdir(exist_ok=True)
    paths = [media_root / "secret.txt", media_root.parent / "secret.txt"]
    paths.append(Path(site_settings.STATIC_ROOT).parent / "secret.txt")
    for path in paths:
        path.write_text(SECRET)
    yield paths[0]
    paths[-1].unlink()


def bent(address: str) -> Iterator[str]:
    """``address`` with a way out in place of each of its last two parts, and after them."""
    *first, one, two = ["", *address.strip("/").split("/")]
    ending = "/" if address.endswith("/") else ""
    for out in OUT:
        for way in ([*first, out, two], [*first, one, out], [*first, one, two, out]):
            yield "/" + "/".join(way).strip("/") + ending


def test_no_address_leads_to_a_file_beside_its_own(
    client: Client, world: World, secret: Path
) -> None:
    assert secret.read_text() == SECRET
    client.force_login(world.owner)
    pages = every_address(world)
    routes = {name: address for name, address in pages.items() if GIVES_FILES.search(name)}
    routes |= {"css": "/static/css/dist/styles.css", "media": "/media/secret.txt"}
    assert len(routes) > 30
    found, asked = [], 0
    for address in dict.fromkeys(way for each in routes.values() for way in bent(each)):
        response = client.get(address)
        body = response.getvalue()
        asked += 1
        if SECRET.encode() in body or b"root:" in body or response.status_code >= 500:
            found.append((address, response.status_code))
    assert found == []
    assert asked > 500


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    r"\\evil.example/",
    r"/\evil.example/",
    "http:evil.example",
    "javascript:alert(1)",
    "/%09/evil.example",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "\thttps://evil.example/",
    "\x00//evil.example/",
]


def filled_in(page: str, number: int) -> dict[str, object]:
    """What the form there takes, also when it is sent for the ``number``th time."""
    return {
        "/accounts/login/": {"login": "ada@example.org", "password": PASSWORD},
        "/accounts/signup/": {"email": f"new{number}@example.org", "password1": PASSWORD},
        "/accounts/logout/": {},
        "/accounts/reauthenticate/": {"password": PASSWORD},
        "/accounts/password/change/": {"oldpassword": PASSWORD, "password1": PASSWORD},
        "/accounts/password/reset/": {"email": "ada@example.org"},
        "/accounts/settings/": {"name": "Ada"},
        "/gallery/publish/": {},
        "/styles/add/": {"image": upload()},
    }[page]


@pytest.mark.parametrize(
    ("page", "signed_in"),
    [
        ("/accounts/login/", False),
        ("/accounts/signup/", False),
        ("/accounts/password/reset/", False),
        ("/accounts/logout/", True),
        ("/accounts/reauthenticate/", True),
        ("/accounts/password/change/", True),
        ("/accounts/settings/", True),
        ("/gallery/publish/", True),
        ("/styles/add/", True),
    ],
)
def test_no_form_sends_anybody_to_another_site(
    user: User, settings: Settings, page: str, signed_in: bool
) -> None:
    """Whatever ``next`` says, on the pages that heed it and on those that should not."""
    settings.ACCOUNT_RATE_LIMITS = False
    sent = []
    for number, elsewhere in enumerate(ELSEWHERE):
        client = Client()
        if signed_in:
            client.force_login(User.objects.get(pk=user.pk))  # its password was set anew, perhaps
        query = {"next": elsewhere}
        shown = client.get(page, query)
        done = client.post(page, filled_in(page, number) | query)
        assert (done.status_code, "login" in done["Location"]) == (302, False), elsewhere
        for answer in (shown, done):
            sent += [answer.headers.get("Location", ""), answer.headers.get("HX-Redirect", "")]
    for location in sent:
        assert urlsplit(location).netloc in ("", "testserver"), location
        assert not re.match(r"\s*([/\\]{2}|javascript:)", location), location


SPLITTING = 'Mill"\r\nX-Evil: 1\r\n\r\n<script>\x85\u2028; filename=evil.html'


def test_a_title_cannot_add_a_header_to_a_download(signed_in: Client, user: User) -> None:
    picture = gradient()
    artwork = hang_artwork(owner=user, image=picture, before=picture, title=SPLITTING, recipe={})
    for address in (
        f"/gallery/{artwork.pk}/download/png/",
        f"/gallery/{artwork.pk}/download/",
        f"/api/v1/artworks/{artwork.pk}/download/png/",
        f"/gallery/zip/?ids={artwork.pk}",
    ):
        response = signed_in.get(address)
        response.getvalue()
        assert response.status_code == 200, address
        assert "X-Evil" not in response.headers
        said = response["Content-Disposition"]
        assert not re.search(r"[\r\n\x85\u2028]", said)
        assert said.startswith("attachment; filename")
        assert 'filename="Mill"' not in said
        assert not said.endswith(".html")


def test_a_name_or_an_agent_cannot_add_a_header_to_anything(
    signed_in: Client, user: User, caplog: pytest.LogCaptureFixture
) -> None:
    User.objects.update(name=SPLITTING)
    agent = {"User-Agent": SPLITTING, "Referer": SPLITTING, "Accept-Language": SPLITTING}
    for address in (
        "/",
        "/accounts/settings/",
        "/accounts/activity/",
        "/nowhere/%0d%0aX-Evil:%201",
    ):
        response = signed_in.get(address, headers=agent)
        assert response.status_code in (200, 404)
        assert "X-Evil" not in response.headers
        assert b"<script>\x85" not in response.content
        assert SPLITTING.encode() not in response.content
    assert not [line for line in caplog.messages if "\n" in line]
