"""What a link opens, by its state and that of what it shows: one row a route.

Who may open albums, links and statistics signed in, tests/stylesite/access says. What is published
and reported is in ``test_published_access``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core import signing
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from gallery import artworks, reports, shares
from gallery.models import Album, Artwork, Report, ShareLink
from tests.gallery.roles import WHO, client_of, status

PASSWORD = "open sesame"

# The state of the link and of what it shows: each answers like a link that never was.
DEAD: dict[str, Callable[[ShareLink], object]] = {
    "expired": lambda link: shares.change(link, expires_at=timezone.now() - timedelta(seconds=1)),
    "withdrawn": shares.withdraw,
    "closed account": lambda link: User.objects.filter(pk=link.owner_id).update(is_active=False),
}
# Route, and what is in its place where the link has a password that was not typed.
OPENED = {
    "page": (200, 200),
    "all": (200, 404),
    "picture": (200, 404),
    "display": (200, 404),
    "thumbnail": (200, 404),
    "original": (200, 404),
    "png": (200, 404),
    "jpg": (200, 404),
    "report": (200, 404),
    "before": (404, 404),
    "recipe": (404, 404),
    "gif": (404, 404),
}


def addresses(token: str, artwork: Artwork) -> dict[str, str]:
    files = ("display", "thumbnail", "original", "before", "recipe")
    return {
        "page": reverse("gallery:shared", args=[token]),
        "all": reverse("gallery:shared-download-all", args=[token]),
        "picture": reverse("gallery:shared-picture", args=[token, artwork.pk]),
        "report": reverse("gallery:shared-report", args=[token, artwork.pk]),
        **{name: reverse("gallery:shared-file", args=[token, artwork.pk, name]) for name in files},
        **{
            kind: reverse("gallery:shared-download", args=[token, artwork.pk, kind])
            for kind in ("png", "jpg", "gif")
        },
    }


def answers(client: Client, link: ShareLink, artwork: Artwork) -> dict[str, int]:
    found = addresses(shares.token_of(link), artwork)
    return {name: status(client, address) for name, address in found.items()}


@pytest.fixture
def first(album: Album) -> Artwork:
    return album.artworks.get(title="One")


@pytest.mark.parametrize("who", WHO)
def test_a_link_opens_what_it_shows_to_whoever_has_it(
    people: dict[str, User | None], link: ShareLink, first: Artwork, who: str
) -> None:
    expected = {name: opened for name, (opened, _locked) in OPENED.items()}
    assert answers(client_of(people[who]), link, first) == expected


@pytest.mark.parametrize("who", ["other", "visitor", "admin"])
def test_with_a_password_it_opens_nothing_before_it_is_typed(
    people: dict[str, User | None], link: ShareLink, first: Artwork, who: str
) -> None:
    shares.change(link, password=PASSWORD)
    client = client_of(people[who])
    locked = {name: status for name, (_opened, status) in OPENED.items()}
    assert answers(client, link, first) == locked
    page = shares.address(link)
    assert "One" not in client.get(page).content.decode()
    assert client.post(page, {"password": "wrong"}).status_code == 422
    assert answers(client, link, first) == locked
    assert client.post(page, {"password": PASSWORD}).status_code == 302
    assert answers(client, link, first) == {name: opened for name, (opened, _) in OPENED.items()}
    shares.change(link, password=PASSWORD)  # the same once more is another lock
    assert answers(client, link, first) == locked


def test_the_owner_needs_no_password_of_their_own_link(
    signed_in: Client, link: ShareLink, first: Artwork
) -> None:
    shares.change(link, password=PASSWORD)
    assert answers(signed_in, link, first)["picture"] == 200


@pytest.mark.parametrize("state", DEAD)
@pytest.mark.parametrize("who", WHO)
def test_a_link_that_has_ended_is_like_one_that_never_was(
    people: dict[str, User | None], link: ShareLink, first: Artwork, state: str, who: str
) -> None:
    never = "AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    shares.change(link, password=PASSWORD)
    DEAD[state](link)
    if state == "closed account" and who == "owner":
        who = "visitor"  # nobody can sign in there
    client = client_of(people[who])
    found = addresses(shares.token_of(link), first)
    for name, address in found.items():
        response = client.get(address)
        assert (name, response.status_code) == (name, 404)
        unknown = client.get(addresses(never, first)[name])
        assert told(response) == told(unknown)
    assert client.post(found["page"], {"password": PASSWORD}).status_code == 404


def told(response: HttpResponse) -> tuple[int, str, dict[str, str]]:
    """All that an answer says, without the token of forms, which is drawn anew each time."""
    page = re.sub(r'"X-CSRFToken": "\w+"', "", response.content.decode())
    headers = {name: value for name, value in response.items() if name != "Content-Length"}
    return response.status_code, re.sub(r'value="\w{64}"', "", page), headers


def test_tokens_that_were_tampered_with_lead_nowhere(
    client: Client, link: ShareLink, user: User, album: Album
) -> None:
    good = shares.token_of(link)
    packed = good.partition(".")[0]
    other = signing.Signer(sep=".", salt="another").sign(packed)
    swapped = shares.token_of(shares.create(user, album=album)).partition(".")[2]
    for token in (
        packed,
        f"{packed}.",
        str(link.pk),
        other,
        f"{packed}.{swapped}",
        f"{good}A",
        ".",
    ):
        assert client.get(reverse("gallery:shared", args=[token])).status_code == 404
    for value in ("", "not 16 bytes", "AAAA"):  # signed, as if the key had leaked
        token = signing.Signer(sep=".", salt=shares.SALT).sign(value)
        assert client.get(reverse("gallery:shared", args=[token])).status_code == 404


def test_a_link_shows_no_picture_beside_its_own(
    client: Client, link: ShareLink, user: User, artwork: Artwork, first: Artwork
) -> None:
    outside = answers(client, link, artwork)
    assert (outside.pop("page"), outside.pop("all")) == (200, 200)
    assert set(outside.values()) == {404}
    single = shares.create(user, artwork=artwork)
    others = answers(client, single, first)
    assert others.pop("page") == 200
    assert set(others.values()) == {404}
    assert answers(client, single, artwork)["display"] == 200


@pytest.mark.parametrize("gone", ["trashed", "taken down"])
def test_pictures_in_the_trash_or_taken_down_are_not_shown(
    client: Client, link: ShareLink, user: User, admin: User, first: Artwork, gone: str
) -> None:
    single = shares.create(user, artwork=first)
    if gone == "trashed":
        artworks.trash(first)
    else:
        reports.take_down(first, admin, Report.Reason.RIGHTS)
    assert set(answers(client, single, first).values()) == {404}
    found = answers(client, link, first)
    assert (found.pop("page"), found.pop("all")) == (200, 200)
    assert set(found.values()) == {404}
    page = client.get(shares.address(link)).content.decode()
    assert "Two" in page
    assert "One" not in page
    sent = client.get(addresses(shares.token_of(link), first)["all"]).getvalue()
    with ZipFile(BytesIO(sent)) as archive:
        assert "Two.png" in archive.namelist()
        assert "One.png" not in archive.namelist()


@pytest.mark.parametrize(
    ("allowed", "opened"),
    [
        ({"may_download": False}, {"all": 404, "original": 404, "png": 404, "before": 404}),
        ({"shows_before": True}, {"original": 200, "png": 200, "jpg": 200, "before": 200}),
    ],
)
def test_full_size_and_photo_are_opened_only_where_the_link_allows_them(
    client: Client,
    link: ShareLink,
    first: Artwork,
    allowed: dict[str, bool],
    opened: dict[str, int],
) -> None:
    shares.change(link, **allowed)
    found = answers(client, link, first)
    assert {name: found[name] for name in opened} == opened
    page = client.get(addresses(shares.token_of(link), first)["picture"]).content.decode()
    assert ("Download PNG" in page) == (opened["png"] == 200)
    assert ("Compare with the photo" in page) == (opened["before"] == 200)


def test_no_answer_of_a_link_is_kept_found_or_told_to_other_sites(
    client: Client, link: ShareLink, first: Artwork
) -> None:
    for name, address in addresses(shares.token_of(link), first).items():
        response = client.get(address)
        response.getvalue()
        assert "noindex" in response["X-Robots-Tag"], name
        assert response["Referrer-Policy"] == "same-origin"
        assert response["Cache-Control"].startswith("private")
        assert "immutable" not in response["Cache-Control"]
    assert client.post(shares.address(link)).status_code == 302
    assert client.delete(shares.address(link)).status_code == 405
