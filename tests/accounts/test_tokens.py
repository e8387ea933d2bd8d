"""API tokens: how they are drawn, kept, found and withdrawn."""

import hashlib
from datetime import timedelta

import pytest
from django.core import serializers
from django.utils import timezone
from pytest_django import Settings

from accounts import tokens
from accounts.models import ApiToken, User
from accounts.quotas import QuotaError

pytestmark = pytest.mark.django_db


def test_a_secret_is_random_recognisable_and_not_stored(user: User) -> None:
    token, secret = tokens.issue(user, "Script", ["read"])
    _other, another = tokens.issue(user, "Script", ["read"])
    assert secret.startswith("sty_")
    assert len(secret) == len("sty_") + 43  # 32 bytes, six bits a character
    assert secret != another
    stored = serializers.serialize("json", ApiToken.objects.all())
    assert secret not in stored
    assert secret[4:-4] not in stored
    assert token.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert token.ending == secret[-4:]


def test_a_secret_finds_its_token_and_owner(user: User) -> None:
    token, secret = tokens.issue(user, "Script", ["write:gallery", "read", "nonsense"])
    found = tokens.find(secret)
    assert found == token
    assert found is not None
    assert found.owner == user
    assert found.scopes == ["read", "write:gallery"]


def test_nobody_has_more_in_use_than_may_be(user: User, stranger: User, settings: Settings) -> None:
    settings.API_TOKENS_PER_PERSON = 2
    first, _secret = tokens.issue(user, "First", ["read"])
    tokens.issue(user, "Second", ["read"])
    with pytest.raises(QuotaError, match="You have 2 tokens in use") as refused:
        tokens.issue(user, "Third", ["read"])
    assert refused.value.reason == "tokens"
    tokens.issue(stranger, "Theirs", ["read"])
    tokens.revoke(first)
    tokens.issue(user, "Third", ["read"], timezone.now() - timedelta(seconds=1))
    tokens.issue(user, "Fourth", ["read"])  # the third has expired


@pytest.mark.parametrize("wrong", ["", "sty_", "sty_" + "a" * 43, "\udcff", "é", "x" * 5000])
def test_another_secret_finds_nothing(user: User, wrong: str) -> None:
    tokens.issue(user, "Script", ["read"])
    assert tokens.find(wrong) is None


def test_a_token_ends_when_it_expires(user: User) -> None:
    now = timezone.now()
    _old, expired = tokens.issue(user, "Old", ["read"], now - timedelta(seconds=1))
    _new, valid = tokens.issue(user, "New", ["read"], now + timedelta(minutes=1))
    assert tokens.find(expired) is None
    assert tokens.find(valid) is not None


def test_a_withdrawn_token_finds_nothing_and_keeps_its_first_date(user: User) -> None:
    token, secret = tokens.issue(user, "Script", ["read"])
    tokens.revoke(token)
    token.refresh_from_db()
    first = token.revoked_at
    tokens.revoke(token)
    token.refresh_from_db()
    assert tokens.find(secret) is None
    assert token.revoked_at == first


def test_the_tokens_of_a_closed_account_open_nothing(user: User) -> None:
    _token, secret = tokens.issue(user, "Script", ["read"])
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert tokens.find(secret) is None


def test_its_use_is_noted_once_a_minute(user: User, django_assert_num_queries) -> None:
    token, secret = tokens.issue(user, "Script", ["read"])
    with django_assert_num_queries(2):
        tokens.find(secret)
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    with django_assert_num_queries(1):
        tokens.find(secret)
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=first - timedelta(seconds=61))
    tokens.find(secret)
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert token.last_used_at >= first


@pytest.mark.parametrize(("chosen", "ends"), [(None, 90), (30, 30), (400, 90)])
def test_where_the_operator_says_how_long_a_token_lasts_none_opens_anything_for_longer(
    user: User, settings: Settings, chosen: int | None, ends: int
) -> None:
    now = timezone.now()
    expires_at = now + timedelta(days=chosen) if chosen else None
    token, secret = tokens.issue(user, "Kiosk", ["read"], expires_at)
    settings.API_TOKEN_MAX_DAYS = 90
    assert token.ends_at is not None
    assert abs(token.ends_at - now - timedelta(days=ends)) < timedelta(minutes=1)

    def made(days_ago: float) -> ApiToken | None:
        ApiToken.objects.update(created_at=now - timedelta(days=days_ago))
        return tokens.find(secret)

    assert made(89.9) == token
    assert made(90.1) is None


def test_a_token_that_the_limit_ended_is_forgotten_like_any_other(
    user: User, settings: Settings
) -> None:
    tokens.issue(user, "Kiosk", ["read"])
    settings.API_TOKEN_MAX_DAYS = 10
    now = timezone.now()
    assert not ApiToken.objects.long_over(now + timedelta(days=99)).exists()
    assert ApiToken.objects.long_over(now + timedelta(days=101)).exists()
