"""What goes on under a new password is told, and ends with it for those who choose so."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import ApiToken, AuditEntry, User
from tests.accounts.conftest import NEW, reset_password
from tests.conftest import PASSWORD
from transfers.models import Booth

pytestmark = pytest.mark.django_db

CHANGE = "/accounts/password/change/"
TOLD = "These go on without the new password"
CHOICE = "Also withdraw all API tokens and end all booths"


@pytest.fixture
def secrets(user: User) -> list[str]:
    """Of two tokens in use. Beside them are one that has expired, and two booths, one open."""
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    tokens.issue(user, "Old", ["read"], timezone.now() - timedelta(days=1))
    Booth.objects.create(owner=user, title="Party")
    Booth.objects.create(owner=user, title="Over", ended_at=timezone.now())
    return [tokens.issue(user, name, ["read"])[1] for name in ("Script", "Phone")]


def change(client: Client, **more: str) -> str:
    form = {"oldpassword": PASSWORD, "password1": NEW, **more}
    return client.post(CHANGE, form, follow=True).content.decode()


def box_on(page: str) -> str:
    found = re.search(r'<input[^>]*name="end_rest"[^>]*>', page)
    assert found
    return found[0]


def test_page_and_letter_tell_what_goes_on(signed_in: Client, secrets: list[str]) -> None:
    page = change(signed_in)
    assert "Your password is changed." in page
    assert TOLD in page
    told = page.partition(TOLD)[2].partition("</p>")[0]
    assert '<a href="/accounts/tokens/"' in told
    assert ">2 API tokens of programs</a>," in told
    assert '<a href="/booths/"' in told
    assert ">1 open booth</a>." in told
    assert TOLD not in signed_in.get("/accounts/settings/").content.decode()

    [letter] = mail.outbox
    assert TOLD in letter.body
    assert "\n2 API tokens of programs: http://localhost:8000/accounts/tokens/\n" in letter.body
    assert "\n1 open booth: http://localhost:8000/booths/\n" in letter.body
    assert all(map(tokens.find, secrets))
    assert Booth.objects.open().count() == 1


def test_the_letter_about_a_reset_tells_it_as_well(user: User, secrets: list[str]) -> None:
    reset_password(Client(), user)
    assert "\n1 open booth: http://localhost:8000/booths/\n" in mail.outbox[-1].body


def test_whoever_chooses_so_ends_all_of_it(
    signed_in: Client, secrets: list[str], stranger: User
) -> None:
    _token, theirs = tokens.issue(stranger, "Theirs", ["read"])
    Booth.objects.create(owner=stranger, title="Theirs")
    page = change(signed_in, end_rest="on")
    assert "Ended as well: 2 API tokens of programs, 1 open booth." in page
    assert TOLD not in page
    assert TOLD not in mail.outbox[0].body
    assert not any(map(tokens.find, secrets))
    assert [booth.title for booth in Booth.objects.open()] == ["Theirs"]
    assert tokens.find(theirs)
    assert AuditEntry.objects.filter(action="token_revoked").count() == 3


def test_the_choice_is_not_made_beforehand(signed_in: Client, secrets: list[str]) -> None:
    page = signed_in.get(CHANGE).content.decode()
    assert CHOICE in page
    assert "Otherwise these go on: 2 API tokens of programs, 1 open booth." in page
    assert "checked" not in box_on(page)


def test_a_wrong_password_ends_nothing_and_keeps_the_choice(
    signed_in: Client, secrets: list[str]
) -> None:
    page = change(signed_in, oldpassword="wrong", end_rest="on")
    assert "This isn’t your current password." in page
    assert "checked" in box_on(page)
    assert all(map(tokens.find, secrets))
    assert Booth.objects.open().count() == 1


def test_where_nothing_goes_on_nobody_reads_of_it(signed_in: Client, user: User) -> None:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    assert CHOICE not in signed_in.get(CHANGE).content.decode()
    page = change(signed_in, end_rest="on")
    assert "Your password is changed." in page
    assert TOLD not in page
    assert "Ended as well" not in page
    assert TOLD not in mail.outbox[0].body
    assert not ApiToken.objects.exists()
