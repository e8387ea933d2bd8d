"""Somebody who has one of everything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import TestCase
from django.utils import timezone

from accounts.models import User
from stylesite.privacy import closing
from stylesite.privacy.models import AccountDeletion
from tests.stylesite.privacy import everything
from transfers import housekeeping
from transfers.models import Transfer

Erase = Callable[[User], None]


def ask_to_leave(user: User) -> None:
    """With what happens after the commit."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        closing.ask(user)


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_superuser("root@example.org", "correct horse battery")


@pytest.fixture
def zaphod(db: None) -> User:
    if "cache" not in connection.introspection.table_names():
        call_command("createcachetable")
    return everything.person()


@pytest.fixture
def with_everything(zaphod: User, admin: User, stranger: User) -> User:
    everything.fill(zaphod, admin, stranger)
    return zaphod


@pytest.fixture
def erase(django_capture_on_commit_callbacks: Callable[..., object]) -> Erase:
    """Housekeeping, after the days of grace."""

    def erased(user: User) -> None:
        now = timezone.now()
        AccountDeletion.objects.filter(user=user).update(due_at=now)
        Transfer.objects.filter(owner=user, finished_at__isnull=False).update(
            finished_at=now - timedelta(hours=1)
        )
        for _round in range(50):
            with django_capture_on_commit_callbacks(execute=True):
                more = housekeeping.tidy()
            if not more:
                return
        raise AssertionError("it never ends")

    return erased
