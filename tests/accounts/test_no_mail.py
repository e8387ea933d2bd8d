"""On a site without a mail server no page promises a letter; each says what to do instead."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.accounts.conftest import NEW, link_in_last_letter
from tests.accounts.test_enumeration import without_tokens

pytestmark = pytest.mark.django_db

RESET, DONE = "/accounts/password/reset/", "/accounts/password/reset/done/"
OLD_RESET = "/accounts/password/reset/key/1-set-password/"
SIGN_UP, SENT = "/accounts/signup/", "/accounts/confirm-email/"
OLD_CONFIRM = "/accounts/confirm-email/none/"
EMAIL = "/accounts/email/"

NONE = "This site sends no letters"
PROMISES = re.compile(
    r"we sen[dt]|look at your mail|send me the link|send the link|send it again|new link"
    r"|a letter tells|in our letter",
    re.IGNORECASE,
)
PAGES = [RESET, DONE, OLD_RESET, SENT, OLD_CONFIRM]


def read(client: Client, path: str) -> str:
    page = client.get(path, follow=True).content.decode()
    return re.sub(r"\s+", " ", page[page.index("<main") : page.index("</main>")])


@pytest.mark.parametrize("path", PAGES)
def test_a_page_promises_a_letter_only_where_some_are_sent(
    client: Client, settings: Settings, path: str
) -> None:
    settings.SENDS_MAIL = True
    assert PROMISES.search(read(client, path))
    assert NONE not in read(client, path)
    settings.SENDS_MAIL = False
    page = read(client, path)
    assert not PROMISES.search(page)
    assert page.count(NONE) == 1


@pytest.mark.parametrize("path", [EMAIL, "/data/delete/"])
def test_the_same_of_the_pages_of_ones_own(
    confirmed: User, proven: Client, settings: Settings, path: str
) -> None:
    settings.SENDS_MAIL = True
    assert PROMISES.search(read(proven, path))
    settings.SENDS_MAIL = False
    assert not PROMISES.search(read(proven, path))


def test_it_says_whom_to_ask_and_what_those_who_run_it_do(
    client: Client, settings: Settings
) -> None:
    assert "Ask the person who gave you its address." in read(client, RESET)
    assert "<code>manage.py changepassword EMAIL</code>" in read(client, RESET)
    settings.OPERATOR = "Ada <Lovelace>, ada@example.org"
    page = read(client, RESET)
    assert "That is Ada &lt;Lovelace&gt;, " in page
    assert 'href="mailto:ada@example.org"' in page
    assert "Ask the person" not in page


def test_who_signs_up_where_addresses_must_be_confirmed_is_told_before(
    client: Client, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    assert NONE not in read(client, SIGN_UP)
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    assert "STYLESITE_EMAIL_VERIFICATION" in read(client, SIGN_UP)
    settings.SENDS_MAIL = True
    assert NONE not in read(client, SIGN_UP)


def test_nobody_who_signs_up_is_told_that_a_letter_was_sent(client: Client) -> None:
    form = {"email": "eve@example.org", "password1": NEW}
    page = client.post(SIGN_UP, form, follow=True).content.decode()
    assert User.objects.filter(email="eve@example.org").exists()
    assert "We sent a letter" not in page


def test_an_unconfirmed_address_and_one_that_waits_are_shown_without_a_promise(
    confirmed: User, proven: Client
) -> None:
    proven.post(EMAIL, {"action_add": "", "email": "ada@new.example"})
    page = read(proven, EMAIL)
    assert "<strong>ada@new.example</strong> waits to be confirmed." in page
    assert "Keep my old address" in page
    assert not PROMISES.search(page)


@pytest.mark.parametrize("verification", ["optional", "mandatory"])
def test_nothing_tells_whether_there_is_an_account(
    user: User, settings: Settings, verification: str
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    settings.SENDS_MAIL = False
    answers = []
    for email in (user.email, "nobody@example.org"):
        answer = Client().post(RESET, {"email": email}, follow=True)
        assert answer.redirect_chain == [(DONE, 302)]
        answers.append(without_tokens(answer.content))
    assert answers[0] == answers[1]
    assert NONE.encode() in b"".join(answers[0])


def test_what_the_console_prints_works_all_the_same(client: Client, user: User) -> None:
    client.post(RESET, {"email": user.email})
    address = client.get(link_in_last_letter(), follow=True).redirect_chain[-1][0]
    client.post(address, {"password1": NEW})
    user.refresh_from_db()
    assert user.check_password(NEW)
