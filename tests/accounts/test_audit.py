"""What is written down, that it stays as it was, and when it goes."""

import logging
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import Settings

from accounts import audit, tokens
from accounts.audit import Action
from accounts.models import AppendOnlyError, AuditEntry, Quota, User


def entry(user: User, **facts: audit.Fact) -> AuditEntry:
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.77")
    return audit.record(Action.SIGNED_IN, user, user, request, **facts)


def made_days_ago(user: User, days: int) -> AuditEntry:
    when = timezone.now() - timedelta(days=days)
    return AuditEntry.objects.create(action="signed_in", actor=user, account=user, at=when)


def test_an_entry_says_who_did_what_to_whose_account(user: User, stranger: User) -> None:
    token, _secret = tokens.issue(user, "Holiday script", ["read"])
    made = AuditEntry.objects.get(pk=audit.record(Action.TOKEN_REVOKED, stranger, token, None).pk)
    assert (made.actor, made.account, made.action) == (stranger, user, "token_revoked")
    assert (made.subject_kind, made.subject_id) == ("accounts.apitoken", str(token.pk))
    assert made.address == ""
    for person in (user, stranger):
        assert made in AuditEntry.objects.by_or_about(person)


def test_what_is_somebodys_own_leaves_no_name_and_what_is_the_sites_does(user: User) -> None:
    token, _secret = tokens.issue(user, "Holiday script", ["read"])
    quota = Quota.objects.create(user=user, running=1)
    for own in (user, token, quota):
        assert audit.record(Action.CHANGED, None, own, None).subject_label == ""
    group = Group.objects.create(name="Class 4b")
    assert audit.record(Action.CHANGED, None, group, None).subject_label == "Class 4b"


def test_visitors_and_the_site_itself_are_nobody(user: User) -> None:
    assert audit.record(Action.SIGN_IN_FAILED, AnonymousUser(), user, None).actor is None
    assert audit.record(Action.ACCOUNT_DELETED, None, user, None).actor is None


@pytest.mark.parametrize(
    ("how", "address", "kept"),
    [
        ("shortened", "203.0.113.77", "203.0.113.0/24"),
        ("shortened", "2001:db8:1:2::77", "2001:db8:1::/48"),
        ("shortened", "::ffff:203.0.113.77", "203.0.113.0/24"),
        ("whole", "203.0.113.77", "203.0.113.77"),
        ("none", "203.0.113.77", ""),
        ("shortened", "nonsense\n", ""),
    ],
)
def test_of_an_address_as_much_is_kept_as_settings_say(
    settings: Settings, how: str, address: str, kept: str
) -> None:
    settings.AUDIT_ADDRESSES = how
    assert audit.address_of(RequestFactory().get("/", REMOTE_ADDR=address)) == kept


def test_secrets_are_refused_and_facts_stay_on_one_short_line(user: User) -> None:
    with pytest.raises(ValueError, match="sounds like a secret"):
        entry(user, new_password="hunter2")
    assert entry(user, browser="a\r\nb\x00" + "c" * 500).facts["browser"] == ("a  b " + "c" * 195)
    assert AuditEntry.objects.count() == 1


def test_it_is_in_the_log_of_the_process_too(user: User, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "audit"):
        entry(user, method="password")
    (line,) = caplog.messages
    assert line == (
        f"signed_in by {user.pk}, account {user.pk}, of accounts.user {user.pk} "
        "from 203.0.113.0/24 {'method': 'password'}"
    )


def test_code_cannot_change_or_delete_an_entry(user: User) -> None:
    made = entry(user)
    for forbidden in (
        made.save,
        made.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(action="signed_out"),
        lambda: AuditEntry.objects.bulk_update([made], ["action"]),
    ):
        with pytest.raises(AppendOnlyError), transaction.atomic():
            forbidden()
    assert AuditEntry.objects.get().action == "signed_in"


def test_the_database_refuses_changes_too(user: User) -> None:
    entry(user)
    for column, value in (("action", "x"), ("address", "x"), ("actor_id", 7), ("facts", '{"a":1}')):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            connection.cursor().execute(
                f"UPDATE accounts_auditentry SET {column} = %s",
                [value],
            )


def test_postgresql_refuses_to_delete_young_entries(user: User) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no such trigger: its file is open to whoever can read it.")
    made_days_ago(user, 31)
    entry(user)
    delete = "DELETE FROM accounts_auditentry"
    with pytest.raises(DatabaseError, match="at least"), transaction.atomic():
        connection.cursor().execute(delete)
    connection.cursor().execute(f"{delete} WHERE at < now() - interval '30 days'")
    assert AuditEntry.objects.count() == 1


def test_entries_go_when_they_are_old(user: User, settings: Settings) -> None:
    settings.AUDIT_KEPT_DAYS = 40
    old = [made_days_ago(user, 60), made_days_ago(user, 50), made_days_ago(user, 41)]
    young = made_days_ago(user, 39)
    assert audit.forget_old(2) == 2
    assert list(AuditEntry.objects.order_by("pk")) == [old[2], young]
    assert [audit.forget_old(2), audit.forget_old(2)] == [1, 0]


def test_a_deleted_account_leaves_a_number_and_nothing_that_tells_who_it_was(user: User) -> None:
    number = user.pk
    entry(user)
    audit.forget_addresses(user)
    user.delete()
    (left,) = AuditEntry.objects.select_related("actor", "account")
    assert (left.actor_id, left.account_id, left.address) == (number, number, "")
    assert (left.actor, left.account) == (None, None)
    assert "ada" not in str(vars(left))
