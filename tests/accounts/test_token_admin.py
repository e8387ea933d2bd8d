"""API tokens in the admin: whose they are and what they may do, never their secrets."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertRedirects

from accounts import tokens
from accounts.models import ApiToken, User

pytestmark = pytest.mark.django_db

TOKENS = "/admin/accounts/apitoken/"


def helper(*permissions: str) -> Client:
    """Signed in as staff who may do only this."""
    person = User.objects.create_user("eve@example.org", "correct horse battery", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(person)
    return client


def withdraw(client: Client, token: ApiToken, **more: str) -> object:
    return client.post(TOKENS, {"action": "revoke", "_selected_action": [str(token.pk)], **more})


def test_the_list_tells_who_has_which_and_no_secret(admin: Client, user: User) -> None:
    ends = timezone.now() + timedelta(days=9)
    token, secret = tokens.issue(user, "Kiosk", ["read", "write:gallery"], ends)
    for page in (TOKENS, f"{TOKENS}{token.pk}/change/"):
        html = admin.get(page).content.decode()
        for words in ("Kiosk", "ada@example.org", "write:gallery"):
            assert words in html
        for hidden in (secret, token.digest, secret[-4:]):
            assert hidden not in html


def test_they_are_found_by_their_owner(admin: Client, user: User, stranger: User) -> None:
    tokens.issue(user, "Kiosk", ["read"])
    tokens.issue(stranger, "Script", ["read"])
    html = admin.get(TOKENS, {"q": "ada@"}).content.decode()
    assert "Kiosk" in html
    assert "Script" not in html


def test_they_are_withdrawn_after_a_question_and_the_log_says_by_whom(
    admin: Client, user: User
) -> None:
    token, secret = tokens.issue(user, "Kiosk", ["read"])
    asked = withdraw(admin, token)
    assertContains(asked, "Nothing can undo it")
    assertContains(asked, "ada@example.org: Kiosk")
    assert tokens.find(secret) is not None
    done = withdraw(admin, token, confirmed="yes")
    assertRedirects(done, TOKENS, fetch_redirect_response=False)
    assertContains(admin.get(TOKENS), "1 token was withdrawn")
    assert tokens.find(secret) is None
    entry = LogEntry.objects.get()
    assert (entry.user.email, entry.object_id) == ("owner@example.org", str(token.pk))


def test_what_is_withdrawn_already_keeps_its_date(admin: Client, user: User) -> None:
    token, _secret = tokens.issue(user, "Kiosk", ["read"])
    tokens.revoke(token)
    before = ApiToken.objects.get().revoked_at
    assertRedirects(withdraw(admin, token, confirmed="yes"), TOKENS)
    assert ApiToken.objects.get().revoked_at == before
    assert not LogEntry.objects.exists()


def test_who_may_only_look_withdraws_nothing(user: User) -> None:
    token, secret = tokens.issue(user, "Kiosk", ["read"])
    looking = helper("view_apitoken")
    assert looking.get(TOKENS).status_code == 200
    withdraw(looking, token, confirmed="yes")
    assert tokens.find(secret) is not None


def test_nobody_adds_changes_or_deletes_one_here(admin: Client, user: User) -> None:
    token, _secret = tokens.issue(user, "Kiosk", ["read"])
    assert admin.get(f"{TOKENS}add/").status_code == 403
    assert admin.post(f"{TOKENS}{token.pk}/change/", {"name": "Mine"}).status_code == 403
    assert admin.post(f"{TOKENS}{token.pk}/delete/", {"post": "yes"}).status_code == 403
    assert ApiToken.objects.get().name == "Kiosk"


def test_others_stay_outside(signed_in: Client) -> None:
    assert signed_in.get(TOKENS, follow=True).status_code == 403
