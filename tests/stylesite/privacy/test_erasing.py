"""What is left of somebody who is gone: nothing, wherever one looks."""

from __future__ import annotations

import re
import sqlite3
import uuid
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
import redis
from allauth.core import ratelimit
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.core.cache import cache
from django.db import connection, models
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from accounts.models import AuditEntry, Invitation, User
from gallery.models import Report, Style
from stylesite import stores
from stylesite.privacy import belongings, traces, write_ahead
from stylesite.privacy.closing import forget_sessions
from tests.conftest import PASSWORD
from tests.services.redis import RedisServer
from tests.stylesite.privacy import everything
from tests.stylesite.privacy.conftest import Erase, ask_to_leave

pytestmark = pytest.mark.django_db

STAY = {"accounts.AuditEntry"}
"""Told of by an account's number alone, on purpose."""


COUNTED = {"change_password", "confirm_email", "copy", "login_failed", "login_failed_at_home"}
COUNTED |= {"login_failed_at_homes", "manage_email", "reset_letter"}


def marks_of(user: User) -> list[str]:
    """Ids and hashes of all that is theirs, but what a preset was made of."""
    marks = {everything.EMAIL, "Zaphod"}
    offered = Style.objects.filter(owner=user, title="Offered").values_list("sha256", flat=True)
    for model in belongings.paths():
        for row in belongings.rows_of(model, user):
            if isinstance(row.pk, uuid.UUID):
                marks |= {str(row.pk), row.pk.hex}
            marks |= {getattr(row, "sha256", ""), getattr(row, "digest", "")}
    return sorted(marks - {"", *offered})


def counted_by_name() -> list[str]:
    """Of an account or an address, or of both and a browser; not of where somebody came from."""
    return [key for key in everything.cached() if re.search("/(key|user):", key)]


def test_the_walk_knows_everything_that_somebody_can_have(with_everything: User) -> None:
    """A new table that belongs to people fails here: give it a row in ``everything``, and see in
    the next test that it goes."""
    ask_to_leave(with_everything)
    UserSession.objects.create(user=with_everything, session_key="k", ip="192.0.2.1")
    without = {
        model._meta.label
        for model in belongings.paths()
        if not belongings.rows_of(model, with_everything).exists()
    }
    assert without == set()


def test_nothing_is_left_in_any_table_or_file(
    with_everything: User, erase: Erase, media_root: Path
) -> None:
    marks = marks_of(with_everything)
    assert len(marks) > 50
    before = everything.found(marks)
    assert set(before) >= {everything.EMAIL, "Zaphod"}
    assert len(before) > len(marks) / 2, "the search finds what is there"
    hashes = [*everything.hashes_of(everything.EMAIL), *everything.hashes_of(everything.NEW_EMAIL)]
    assert len(everything.found(hashes)) == 2, "SHA-256 of both, in the keys of counts"
    assert {key.split(":")[5] for key in counted_by_name()} == COUNTED
    number = with_everything.pk
    ask_to_leave(with_everything)
    erase(with_everything)
    assert not User.objects.filter(pk=number).exists()
    assert everything.found([*marks, *hashes]) == {}
    assert counted_by_name() == []
    folders = {path.name for path in media_root.rglob("*") if path.is_dir()}
    assert not folders & set(marks)
    assert not AuditEntry.objects.exclude(address="").filter(account=number).exists()
    for model in apps.get_models():
        if model._meta.label in STAY:
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is User:
                left = model._base_manager.filter(**{field.attname: number})
                assert not left.exists(), f"{model._meta.label}.{field.name}"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has its own files")
@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_between_the_rows_or_beside_them(
    with_everything: User, erase: Erase
) -> None:
    """What was deleted stays in SQLite's pages until it is overwritten, and in the pages before
    that in its log."""
    database = Path(connection.settings_dict["NAME"])
    log = database.with_name(f"{database.name}-wal")
    marks = [everything.EMAIL.encode(), b"Zaphod"]
    assert all(mark in log.read_bytes() for mark in marks)
    ask_to_leave(with_everything)
    erase(with_everything)
    assert log.stat().st_size == 0
    data = database.read_bytes()
    assert not [mark for mark in marks if mark in data]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has its own files")
@pytest.mark.django_db(transaction=True)
def test_a_log_that_somebody_reads_keeps_nobody_waiting_and_goes_the_next_time(user: User) -> None:
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as backup:
        backup.execute("BEGIN")
        backup.execute("SELECT count(*) FROM accounts_user").fetchall()
        User.objects.update(name="Trillian")
        began = monotonic()
        assert write_ahead.empty(1) == 0
        assert monotonic() - began < 5
        assert log.stat().st_size > 0
    assert write_ahead.empty(1) == 0
    assert log.stat().st_size == 0
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (20_000,)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a setting of SQLite")
def test_what_is_deleted_is_overwritten_whatever_sqlite_was_built_with() -> None:
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
        other.execute("PRAGMA secure_delete = OFF")
        other.executescript(settings.DATABASES["default"]["OPTIONS"]["init_command"])
        assert other.execute("PRAGMA secure_delete").fetchone() == (1,)


def test_nothing_is_left_in_a_cache_under_the_number_of_an_account(
    zaphod: User, erase: Erase
) -> None:
    def kept() -> list[str]:
        return [key for key in everything.cached() if str(everything.NUMBER) in key]

    cache.set(f"animations-{zaphod.pk}-1", 1, 3600)
    cache.set(f"animations-{zaphod.pk}7-1", "somebody else’s", 3600)
    device = Client()
    device.force_login(zaphod)
    device.post("/accounts/settings/", {"name": "Zaphod"})
    request = RequestFactory().post("/")
    request.user = zaphod
    ratelimit.consume(request, action="copy", user=zaphod)
    assert len(kept()) == 4
    ask_to_leave(zaphod)
    erase(zaphod)
    assert [key.rpartition(":")[2] for key in kept()] == [f"animations-{everything.NUMBER}7-1"]


def test_nothing_is_left_in_redis_under_the_number_or_the_address_of_an_account(
    zaphod: User, redis_server: RedisServer, settings: Settings
) -> None:
    """Where nothing else shows what is counted, as its keys cannot be listed quickly."""
    settings.CACHES = stores.caches(redis_server.url)
    browser = Client()
    for password in ("wrong", PASSWORD):
        browser.post("/accounts/login/", {"login": everything.EMAIL, "password": password})
    browser.post("/accounts/password/change/", {"oldpassword": "wrong"})
    Client().post("/accounts/login/", {"login": everything.EMAIL, "password": PASSWORD})
    with redis.Redis.from_url(redis_server.url, decode_responses=True) as there:

        def counts() -> list[str]:
            return [key for key in there.scan_iter() if re.search("/(key|user):|alerts-", key)]

        assert len(counts()) == 5, "failed sign-ins, changes of the password (two each), an alert"
        traces.forget_cached(zaphod)
        assert counts() == []


def test_nothing_is_left_in_a_bucket(bucket: str, with_everything: User, erase: Erase) -> None:
    marks = marks_of(with_everything)
    there = set(everything.stored())
    ask_to_leave(with_everything)
    erase(with_everything)
    assert everything.found(marks) == {}
    assert 0 < 2 * len(set(everything.stored())) < len(there)


def test_files_of_others_stay(
    with_everything: User, stranger: User, erase: Erase, media_root: Path
) -> None:
    ask_to_leave(with_everything)
    erase(with_everything)
    theirs = stranger.artworks.get()
    named = {
        Path(file.path)
        for kind in (stranger.artworks.all(), Style.objects.all())
        for row in kind
        for file in row.file_fields()
    }
    assert all(path.is_file() for path in named)
    assert {path for path in media_root.rglob("*") if path.is_file()} == named
    assert Report.objects.get().artwork == theirs


def test_reports_and_presets_stay_without_a_name(with_everything: User, erase: Erase) -> None:
    ask_to_leave(with_everything)
    erase(with_everything)
    sent = Report.objects.get()
    assert (sent.reporter, sent.reason, sent.text) == (None, "person", "")
    made = Style.objects.get(title="Offered")
    assert (made.artist, made.licence) == ("", "CC BY 4.0")
    assert made.source == "Offered by its owner."


def test_two_letters_are_sent_and_the_last_tells_of_the_end(zaphod: User, erase: Erase) -> None:
    ask_to_leave(zaphod)
    assert "have all of it back" in mail.outbox[0].body
    erase(zaphod)
    assert [letter.to for letter in mail.outbox] == [[everything.EMAIL]] * 2
    assert "is deleted, with all that was yours" in mail.outbox[1].body
    assert mail.outbox[1].subject.endswith("] Your account is deleted")


def test_an_account_without_an_address_takes_nobody_elses_invitation_or_session_along(
    user: User,
) -> None:
    User.objects.filter(pk=user.pk).update(email="")
    user.refresh_from_db()
    in_an_hour = timezone.now() + timedelta(hours=1)
    Invitation.objects.create(digest="d" * 64, expires_at=in_an_hour)
    visitor = SessionStore()
    visitor["typed"] = {"email": ""}
    visitor.save()
    traces.forget_address(user)
    forget_sessions(user)
    assert Invitation.objects.exists()
    assert visitor.exists(visitor.session_key)
