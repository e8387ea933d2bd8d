"""The pages on which people make, see and withdraw API tokens."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts import tokens
from accounts.models import ApiToken, AuditEntry, User

LIST = "/accounts/tokens/"
ADD = "/accounts/tokens/add/"
CHOSEN = {"name": "Holiday script", "scopes": ["read"], "lasts_days": "30"}

pytestmark = pytest.mark.django_db


def secret_on(page: str) -> str:
    return re.findall(r"sty_[\w-]{43}", page)[0]


def test_a_token_is_made_and_its_secret_shown_once(proven: Client, user: User) -> None:
    response = proven.post(ADD, CHOSEN)
    assert response.status_code == 201
    assert "no-store" in response["Cache-Control"]
    secret = secret_on(response.content.decode())
    token = tokens.find(secret)
    assert token is not None
    assert (token.owner, token.name, token.scopes) == (user, "Holiday script", ["read"])
    assert token.expires_at is not None
    assert timedelta(days=29) < token.expires_at - timezone.now() <= timedelta(days=30)
    for page in (LIST, ADD, f"/accounts/tokens/{token.pk}/revoke/"):
        assertNotContains(proven.get(page), secret)
    assert all(secret not in str(row.get_decoded()) for row in Session.objects.all())


def test_a_stolen_session_makes_none(signed_in: Client) -> None:
    """Being signed in is not enough: a token outlives the password."""
    answer = signed_in.post(ADD, CHOSEN, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/reauthenticate/")
    assert not ApiToken.objects.exists()


def test_whose_address_is_not_confirmed_makes_none_where_letters_are_sent(
    proven: Client, user: User, settings: Settings
) -> None:
    EmailAddress.objects.create(user=user, email=user.email, primary=True)
    settings.SENDS_MAIL = True
    for answer in (proven.get(ADD), proven.post(ADD, CHOSEN)):
        assertContains(answer, "Confirm your e-mail address first", status_code=answer.status_code)
        assertContains(answer, "/accounts/email/", status_code=answer.status_code)
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()

    settings.SENDS_MAIL = False
    assert proven.post(ADD, CHOSEN).status_code == 201


def test_a_token_may_last_for_ever(proven: Client) -> None:
    proven.post(ADD, {**CHOSEN, "lasts_days": ""})
    assert ApiToken.objects.get().expires_at is None


@pytest.mark.parametrize(
    ("most", "offered"),
    [
        (0, ["30", "90", "365", ""]),
        (365, ["30", "90", "365"]),
        (45, ["30", "45"]),
        (7, ["7"]),
        (1000, ["30", "90", "365", "1000"]),
    ],
)
def test_no_end_is_offered_beyond_what_the_operator_allows(
    proven: Client, settings: Settings, most: int, offered: list[str]
) -> None:
    settings.API_TOKEN_MAX_DAYS = most
    page = proven.get(ADD).content.decode()
    assert re.findall(r'<option value="(\d*)"', page) == offered
    assert (f"a token lasts {most} days at most" in page) == (most > 0)
    refused = ["1001", *([""] if most else [])]
    for beyond in refused:
        assert proven.post(ADD, {**CHOSEN, "lasts_days": beyond}).status_code == 422
    assert not ApiToken.objects.exists()
    assert proven.post(ADD, {**CHOSEN, "lasts_days": offered[0]}).status_code == 201


def test_the_list_says_when_the_operators_limit_ends_a_token(
    proven: Client, user: User, settings: Settings
) -> None:
    tokens.issue(user, "Kiosk", ["read"])
    assertContains(proven.get(LIST), "Never expires.")
    settings.API_TOKEN_MAX_DAYS = 90
    ends = timezone.localtime(timezone.now() + timedelta(days=90))
    assertContains(proven.get(LIST), f"Expires on {ends:%-d %B %Y}.")
    ApiToken.objects.update(created_at=timezone.now() - timedelta(days=91))
    assertContains(proven.get(LIST), "Expired.")


def test_the_list_tells_tokens_apart(proven: Client, user: User) -> None:
    _token, secret = tokens.issue(user, "Kiosk", ["read"], timezone.now() - timedelta(days=1))
    page = proven.get(LIST).content.decode()
    for words in ("Kiosk", f"sty_…{secret[-4:]}", "See and download", "Not used yet", "Expired."):
        assert words in page
    assert "Add, change and throw away" not in page


def test_a_token_is_withdrawn_after_a_question(proven: Client, user: User) -> None:
    token, secret = tokens.issue(user, "Kiosk", ["read"])
    address = f"/accounts/tokens/{token.pk}/revoke/"
    assertContains(proven.get(address), "cannot be undone")
    assert tokens.find(secret) is not None
    response = proven.post(address, follow=True)
    assertRedirects(response, LIST)
    assertContains(response, "opens nothing any more")
    assertContains(response, "You have no token yet")
    assert tokens.find(secret) is None


def test_at_the_limit_a_sentence_says_what_to_do(
    proven: Client, user: User, settings: Settings
) -> None:
    settings.API_TOKENS_PER_PERSON = 1
    assertContains(proven.get(LIST), f'"{ADD}"')
    tokens.issue(user, "Kiosk", ["read"])
    page = proven.get(LIST)
    assertContains(page, "You have 1 token in use, and may not have more.")
    assertNotContains(page, f'"{ADD}"')
    response = proven.post(ADD, CHOSEN)
    assert response.status_code == 422
    assert "You have 1 token in use" in response.content.decode()
    assert 'value="Holiday script"' in response.content.decode()
    assert ApiToken.objects.count() == 1


def test_the_settings_lead_to_the_tokens(proven: Client) -> None:
    assertContains(proven.get("/accounts/settings/"), f'"{LIST}"')


def test_a_stranger_neither_sees_nor_withdraws_it(
    client: Client, user: User, stranger: User
) -> None:
    token, secret = tokens.issue(user, "Kiosk", ["read"])
    client.force_login(stranger)
    assertNotContains(client.get(LIST), "Kiosk")
    for method in (client.get, client.post):
        assert method(f"/accounts/tokens/{token.pk}/revoke/").status_code == 404
    assert tokens.find(secret) is not None


def test_visitors_are_asked_to_sign_in(client: Client, user: User) -> None:
    token, _secret = tokens.issue(user, "Kiosk", ["read"])
    for page in (LIST, ADD):
        assert client.get(page)["Location"] == f"/accounts/login/?next={page}"
    assert client.post(ADD, CHOSEN).status_code == 302
    assert client.post(f"/accounts/tokens/{token.pk}/revoke/").status_code == 404
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "A" * 81}, "at most 80 characters"),
        ({"scopes": []}, "at least one thing"),
        ({"scopes": ["everything"]}, "Select a valid choice"),
        ({"lasts_days": "7"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_made(
    proven: Client, change: dict[str, object], words: str
) -> None:
    response = proven.post(ADD, {**CHOSEN, **change})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not ApiToken.objects.exists()


def test_a_name_is_text_and_never_markup(proven: Client) -> None:
    page = proven.post(ADD, {**CHOSEN, "name": "<b>x</b>"}).content.decode()
    assert "<b>x</b>" not in page
    assert "<b>x</b>" not in proven.get(LIST).content.decode()


def test_wrong_methods_are_not_allowed(proven: Client, user: User) -> None:
    token, _secret = tokens.issue(user, "Kiosk", ["read"])
    assert proven.post(LIST).status_code == 405
    assert proven.delete(ADD).status_code == 405
    assert proven.delete(f"/accounts/tokens/{token.pk}/revoke/").status_code == 405


def test_all_are_withdrawn_at_once_after_a_question(
    signed_in: Client, user: User, stranger: User
) -> None:
    one, first = tokens.issue(user, "one", ["read"])
    assert "Withdraw all" not in signed_in.get(LIST).content.decode()
    _two, second = tokens.issue(user, "two", ["read"])
    _other, others = tokens.issue(stranger, "another", ["read"])
    assert "Withdraw all" in signed_in.get(LIST).content.decode()
    question = signed_in.get(f"{LIST}revoke/").content.decode()
    assert "one" in question
    assert one.ending in question
    assert tokens.find(first) == one
    told = signed_in.post(f"{LIST}revoke/", follow=True).content.decode()
    assert "Your tokens open nothing any more." in told
    assert [tokens.find(secret) is None for secret in (first, second, others)] == [
        *(True, True, False)
    ]
    told_of = AuditEntry.objects.filter(action="token_revoked", actor=user)
    assert told_of.count() == 2


def test_tokens_are_not_made_without_end_and_always_withdrawn(proven: Client, user: User) -> None:
    token, _secret = tokens.issue(user, "Kiosk", ["read"])
    AuditEntry.objects.bulk_create(
        AuditEntry(action="token_made", actor=user, account=user) for _time in range(60)
    )
    refused = proven.post(ADD, CHOSEN)
    assertContains(refused, "You have done this as often as may be", status_code=422)
    assertContains(refused, CHOSEN["name"], status_code=422)
    for _twice in range(2):
        proven.post(f"/accounts/tokens/{token.pk}/revoke/")
    assert ApiToken.objects.get().revoked_at is not None
    assert AuditEntry.objects.filter(action="token_made").count() == 60
    assert AuditEntry.objects.filter(action="token_revoked").count() == 1
