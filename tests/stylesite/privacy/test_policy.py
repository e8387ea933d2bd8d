"""The page on privacy tells what is set up, not what might be."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from gallery.views import shared
from stylesite.privacy import rules
from transfers.booth import devices

pytestmark = pytest.mark.django_db

POLICY = "/privacy/"


def kept(what: str) -> str:
    return next(rule.kept for rule in rules.all_of() if rule.what.startswith(what))


def test_it_tells_visitors_what_is_kept_as_the_site_comes(client: Client) -> None:
    page = client.get(POLICY)
    assertContains(page, "has not said here who they are")
    assertContains(page, "Pages load nothing from elsewhere")
    assertContains(page, "This site sends no letters.")
    assertContains(page, "on this site’s own disk")
    assertContains(page, "14 days")
    assert kept("What you put in the trash") == "30 days"
    assert kept("Photos") == kept("Paintings that failed") == "until you delete them"


def test_it_follows_the_settings(client: Client, settings: Settings) -> None:
    settings.OPERATOR = "Ada Lovelace, ada@example.org"
    settings.TRASH_DAYS, settings.PHOTO_DAYS, settings.UNUSED_PHOTO_DAYS = 7, 60, 1
    settings.FAILED_TRANSFER_DAYS, settings.DELETION_GRACE_DAYS = 3, 0
    settings.SENDS_MAIL, settings.PUBLIC_GALLERY, settings.AUDIT_ADDRESSES = True, False, "none"
    settings.S3_BUCKET, settings.S3_SIGNED_URLS = "pictures", True
    storage = {"OPTIONS": {"endpoint_url": "https://files.example.org"}}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], **storage},
    }
    page = client.get(POLICY)
    assertContains(page, 'href="mailto:ada@example.org"')
    assertContains(page, "your browser fetches from files.example.org")
    assertContains(page, "Letters go to your address")
    assertContains(page, "this site has no public gallery")
    assertContains(page, "does not keep network addresses")
    assertContains(page, "gone within minutes")
    assertNotContains(page, "can be had back")
    assert kept("What you put in the trash") == "7 days"
    assert kept("Photos") == "60 days after they were last sent or painted"
    assert kept("Photos that nothing") == "1 day after they were last sent"
    assert kept("Paintings that failed") == "3 days"


def test_it_names_every_cookie_that_the_code_sets(client: Client, settings: Settings) -> None:
    """A new one fails here: tell of it on the page."""
    told = {
        "accounts/places.py": [settings.BROWSER_COOKIE_NAME],
        "gallery/views/shared.py": [shared.UNLOCKED, shared.SEEN],
        "transfers/booth/devices.py": [devices.COOKIE],
    }
    root = Path(settings.BASE_DIR)
    setting = {
        str(path.relative_to(root))
        for app in ("accounts", "gallery", "transfers", "stylesite")
        for path in (root / app).rglob("*.py")
        if re.search(r"\.set_(signed_)?cookie\(", path.read_text())
    }
    assert setting == set(told)
    page = client.get(POLICY)
    by_django = [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages"]
    for name in [*by_django, *chain.from_iterable(told.values())]:
        assertContains(page, f"<code>{name}</code>")


def test_it_tells_of_what_signing_in_leaves_behind(settings: Settings) -> None:
    settings.SESSION_COOKIE_AGE = 10 * 24 * 3600
    assert kept("The list of devices") == "20 days after each was last seen"
    browsers = kept("Browsers and networks")
    assert browsers == "400 days after you last did; with a new password, until then"
    assert kept("Letters about your account") == (
        "until they are sent, mostly within seconds; about 4 hours where the mail server takes "
        "none, 3 days at most; once your account is deleted, only the one that says so"
    )
    assert kept("Which network asked for a letter") == "as long as the letter waits"
    assert kept("Invitations") == "30 days after their end"
    assert kept("Links by which you share") == "90 days after their end"


def test_it_tells_for_how_long_addresses_are_counted(settings: Settings) -> None:
    words = "Network addresses, whole"
    assert kept(words) == "1 day at most"
    settings.ACCOUNT_RATE_LIMITS = {"signup": "30/m/ip,60/6h/ip", "login_failed": "50/d/key"}
    assert kept(words) == "6 hours at most"


def test_it_says_what_admins_see_and_what_lies_in_the_browser(client: Client) -> None:
    page = client.get(POLICY)
    for words in ("each sign-in", "second steps", "names of your API tokens", "you call them"):
        assertContains(page, words)
    for words in ("photos of the camera that you have not sent yet", "which masks you drew last"):
        assertContains(page, words)


def test_it_is_linked_where_somebody_signs_up_and_everywhere_else(
    client: Client, signed_in: Client, user: User
) -> None:
    link = f'href="{POLICY}"'
    assert Client().get("/accounts/signup/").content.decode().count(link) == 2
    assertContains(signed_in.get("/gallery/"), link)
    page = signed_in.get("/data/")
    assertContains(page, "What is kept, and for how long")
    assertContains(page, "until you delete them")
