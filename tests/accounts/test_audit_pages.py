"""Staff read, search and export the audit log and cannot change it; everybody sees their own."""

import csv
import io

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client, RequestFactory
from pytest_django.asserts import assertContains, assertNotContains

from accounts import audit, tokens
from accounts.audit import Action
from accounts.models import AuditEntry, User

pytestmark = pytest.mark.django_db

LOG = "/admin/accounts/auditentry/"
OWN = "/accounts/activity/"


def staff(*permissions: str) -> Client:
    person = User.objects.create_user("eve@example.org", "correct horse battery", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(person)
    return client


def exported(client: Client, query: str = "") -> list[list[str]]:
    response = client.get(f"{LOG}export/{query}")
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith('attachment; filename="audit-')
    text = b"".join(response).decode()
    return list(csv.reader(io.StringIO(text)))


def test_the_list_tells_who_did_what_from_where(admin: Client, user: User) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7")
    audit.record(Action.SIGNED_IN, user, user, request, method="password")
    page = admin.get(LOG)
    for words in ("Signed in", "ada@example.org", "203.0.113.0/24", "password"):
        assertContains(page, words)


def test_it_is_searched_and_filtered(admin: Client, user: User, stranger: User) -> None:
    audit.record(Action.SIGNED_IN, user, user, None)
    audit.record(Action.SIGNED_OUT, stranger, stranger, None)
    assertNotContains(admin.get(LOG, {"q": "ada@"}), "bob@example.org")
    assertNotContains(admin.get(LOG, {"action": "signed_out"}), "ada@example.org")
    assert [row[2] for row in exported(admin, "?q=ada@")] == ["by", "ada@example.org"]


def test_an_account_that_is_gone_has_a_number(admin: Client, user: User) -> None:
    audit.record(Action.ACCOUNT_DELETED, user, user, None)
    number = user.pk
    user.delete()
    assertContains(admin.get(LOG), f"account {number}")


def test_nobody_changes_or_deletes_an_entry(admin: Client, user: User) -> None:
    entry = audit.record(Action.SIGNED_IN, user, user, None)
    form = {"action": "delete_selected", "_selected_action": [str(entry.pk)], "post": "yes"}
    admin.post(LOG, form)
    for page in ("add/", f"{entry.pk}/change/", f"{entry.pk}/delete/"):
        assert admin.post(LOG + page, {"action": "x", "post": "yes"}).status_code == 403
    assert AuditEntry.objects.get() == entry


def test_staff_need_the_right_to_see_it(user: User) -> None:
    helper = staff("view_user", "change_user")
    assert {helper.get(LOG).status_code, helper.get(f"{LOG}export/").status_code} == {403}


def test_staff_with_that_right_see_it() -> None:
    assert staff("view_auditentry").get(LOG).status_code == 200


def test_the_export_holds_no_formula_and_is_recorded(admin: Client, user: User) -> None:
    for name in ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)"):
        audit.record(Action.ADDED, user, Group.objects.create(name=name), None, more=name)
    rows = exported(admin)
    assert len(rows) == 1 + 4 + 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    kinds = {row[4] for row in rows[1:]}
    assert "auth.group =cmd|' /C calc'!A0" in kinds
    assert AuditEntry.objects.latest("pk").action == "audit_log_exported"


def test_people_see_what_was_done_by_and_to_them_and_nothing_else(
    signed_in: Client, user: User, stranger: User
) -> None:
    token, _secret = tokens.issue(user, "Holiday", ["read"])
    audit.record(Action.TOKEN_MADE, user, token, None, scopes="read")
    audit.record(Action.CHANGED, stranger, user, None, what="Active")
    audit.record(Action.SIGN_IN_FAILED, None, user, None)
    audit.record(Action.SIGNED_IN, user, user, None, method="password + totp")
    audit.record(Action.PASSWORD_CHANGED, stranger, stranger, None)
    page = signed_in.get(OWN)
    for words in ("API token made", "read", "by an administrator", "who was not signed in"):
        assertContains(page, words)
    assertContains(page, "password + authenticator app")
    assertNotContains(page, "Password changed")
    assertNotContains(page, "bob@example.org")


def test_without_entries_the_page_says_so(signed_in: Client) -> None:
    assertContains(signed_in.get(OWN), "Nothing has been done yet.")


def test_visitors_sign_in_first(client: Client) -> None:
    assert client.get(OWN)["Location"].startswith("/accounts/login/")


def test_it_cannot_be_posted_to(signed_in: Client) -> None:
    assert signed_in.post(OWN).status_code == 405
