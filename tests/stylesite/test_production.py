"""Secrets that can be guessed, and settings that only a laptop may have."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from stylesite import production
from stylesite.production import KEY_LENGTH, weakness

GOOD = "vZ8s-0QyB3nUq2xKfT7mLrW5cHdJ9aPgE4iOu6tYkNbVXS1wRzF_D"


def values(**changed: Any) -> dict[str, Any]:
    database = {"USER": "stylesite", "PASSWORD": "k3-lighthouse-Tuesday"}
    bucket = {"access_key": "AKIAQ3EGS7", "secret_key": "0f9aC4u1Zr8LmQ2tX7wE"}
    return {
        "ALLOWED_HOSTS": ["pictures.example.org"],
        "BEHIND_HTTPS": False,
        "DATABASES": {"default": database | changed.pop("database", {})},
        "DATA_DIR": Path("/data"),
        "DEBUG": False,
        "EMAIL_HOST_PASSWORD": "",
        "EMAIL_HOST_USER": "",
        "METRICS_TOKEN": "",
        "REDIS_URL": "",
        "SECRET_KEY": GOOD,
        "SECRET_KEY_FALLBACKS": [],
        "STORAGES": {"default": {"OPTIONS": bucket | changed.pop("bucket", {})}},
        **changed,
    }


def test_random_secrets_are_fine() -> None:
    production.refuse_unsafe(values(METRICS_TOKEN=GOOD))
    production.refuse_unsafe(values(database={"PASSWORD": None}))  # by the socket's owner
    for redis in ("redis://cache.example.org:6379/0", "rediss://ada:k3-light%2Fhouse@h/0"):
        production.refuse_unsafe(values(REDIS_URL=redis))  # one without a password is private
    mailing = {"EMAIL_HOST_USER": "ada@example.org", "EMAIL_HOST_PASSWORD": "k3-lighthouse"}
    production.refuse_unsafe(values(**mailing))


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("", "is shorter than 50 characters"),
        (GOOD[:49], "is shorter than 50 characters"),
        ("django-insecure-" + GOOD, "is an example’s"),
        ("for tests only, known to everyone who reads this, and more", "is an example’s"),
        ("CHANGE-ME-" + GOOD, "is an example’s"),
        ("a" * 60, "repeats itself"),
        ("abcdefghij" * 6, "repeats itself"),
        (GOOD, ""),
    ],
)
def test_a_key_that_can_be_guessed_is_told_by_its_looks(secret: str, why: str) -> None:
    assert weakness(secret, KEY_LENGTH) == why


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"DEBUG": True}, "Unset STYLESITE_DEBUG"),
        ({"SECRET_KEY": "hunter"}, "Set STYLESITE_SECRET_KEY, or what /data/secret_key holds,"),
        ({"SECRET_KEY_FALLBACKS": [GOOD, "tiger"]}, "Set every key in STYLESITE_SECRET_KEY_FALL"),
        ({"METRICS_TOKEN": "prometheus"}, "Set STYLESITE_METRICS_TOKEN"),
        ({"database": {"PASSWORD": "postgres"}}, "Set the password in STYLESITE_DATABASE_URL"),
        (
            {"database": {"USER": "pictures", "PASSWORD": "Pictures"}},
            "Set the password in STYLESITE_DATABASE_URL",
        ),
        ({"REDIS_URL": "redis://:password@h"}, "Set the password in STYLESITE_REDIS_URL"),
        ({"REDIS_URL": "rediss://limits:Limit%73@h:1/0"}, "Set the password in STYLESITE_REDIS"),
        ({"REDIS_URL": "redis://h/0?password=hunter"}, "Set the password in STYLESITE_REDIS_URL"),
        (
            {"EMAIL_HOST_USER": "u", "EMAIL_HOST_PASSWORD": "password"},
            "Set the password in STYLESITE_EMAIL_URL",
        ),
        ({"bucket": {"secret_key": "minioadmin"}}, "Set STYLESITE_S3_SECRET_KEY"),
    ],
)
def test_what_is_unsafe_is_refused_where_others_reach_the_site_and_nowhere_else(
    changed: dict[str, Any], sentence: str
) -> None:
    for public in (
        {"ALLOWED_HOSTS": ["localhost", "pictures.example.org"]},
        {"ALLOWED_HOSTS": ["*"]},
        {"ALLOWED_HOSTS": ["localhost"], "BEHIND_HTTPS": True},
    ):
        with pytest.raises(ImproperlyConfigured, match="^" + sentence) as refused:
            production.refuse_unsafe(values(**dict(changed), **public))
        for secret in ("hunter", "tiger", "prometheus", "postgres", "Pictures", "minioadmin"):
            assert secret not in str(refused.value)
    production.refuse_unsafe(values(**dict(changed), ALLOWED_HOSTS=["localhost", "127.0.0.1"]))
