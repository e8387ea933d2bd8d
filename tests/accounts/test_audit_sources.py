"""What is done with an account or by staff is written down, whichever page it was done on."""

import json

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.test import Client

from accounts import tokens
from accounts.models import ApiToken, AuditEntry, Invitation, Quota, User
from tests.accounts.conftest import SetUpApp, sign_in
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

Told = list[tuple[str, str | None, str | None, dict[str, object]]]


def told() -> Told:
    """Action, by whom, whose account and facts of every entry, oldest first."""
    return [
        (
            entry.action,
            entry.actor.email if entry.actor else None,
            entry.account.email if entry.account else None,
            entry.facts,
        )
        for entry in AuditEntry.objects.select_related("actor", "account").order_by("pk")
    ]


def test_signing_in_and_out(client: Client, user: User) -> None:
    sign_in(client, "ada@example.org", PASSWORD)
    client.post("/accounts/logout/")
    ada = "ada@example.org"
    assert told() == [
        ("signed_in", ada, ada, {"method": "password"}),
        ("signed_out", ada, ada, {}),
    ]
    assert set(AuditEntry.objects.values_list("address", flat=True)) == {"127.0.0.0/24"}


def test_failed_sign_ins_name_the_account_but_never_what_was_typed(
    client: Client, user: User
) -> None:
    sign_in(client, "Ada@Example.org", "hunter2")
    sign_in(client, "my-password-by-mistake@example.org", "hunter2")
    assert told() == [
        ("sign_in_failed", None, "ada@example.org", {"known": True}),
        ("sign_in_failed", None, None, {"known": False}),
    ]
    kept = json.dumps(list(AuditEntry.objects.values("facts", "subject_label", "subject_id")))
    assert "hunter2" not in kept
    assert "mistake" not in kept


def test_signing_up(client: Client) -> None:
    client.post("/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD})
    assert told()[0][:3] == ("signed_up", "new@example.org", "new@example.org")


def test_changing_the_password(signed_in: Client, user: User) -> None:
    new = "another horse battery"
    signed_in.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new})
    user.refresh_from_db()
    assert user.check_password(new)
    assert ("password_changed", "ada@example.org", "ada@example.org", {}) in told()


def test_changing_the_e_mail_address(signed_in: Client, user: User) -> None:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    new = EmailAddress.objects.create(user=user, email="new@example.org")
    signed_in.post(f"/accounts/confirm-email/{EmailConfirmationHMAC(new).key}/")
    assert {entry[0] for entry in told()} == {"email_confirmed", "email_changed"}
    assert "example.org" not in json.dumps(list(AuditEntry.objects.values_list("facts", flat=True)))


def test_a_second_factor_added_and_removed(proven: Client, set_up_app: SetUpApp) -> None:
    set_up_app(proven)
    proven.post("/accounts/2fa/recovery-codes/generate/")
    proven.post("/accounts/2fa/totp/deactivate/")
    facts = [(action, facts.get("method")) for action, _by, _whose, facts in told()]
    assert facts[1:] == [
        ("second_factor_added", "totp"),
        ("recovery_codes_drawn", "recovery_codes"),
        ("recovery_codes_drawn", "recovery_codes"),
        ("second_factor_removed", "totp"),
        ("second_factor_removed", "recovery_codes"),
    ]


def test_tokens_made_and_withdrawn(proven: Client) -> None:
    form = {"name": "Holiday", "scopes": ["read"], "lasts_days": "30"}
    proven.post("/accounts/tokens/add/", form)
    token = ApiToken.objects.get()
    proven.post(f"/accounts/tokens/{token.pk}/revoke/")
    ada = "ada@example.org"
    assert told()[1:] == [
        ("token_made", ada, ada, {"scopes": "read"}),
        ("token_revoked", ada, ada, {}),
    ]
    of_tokens = AuditEntry.objects.filter(action__startswith="token")
    assert set(of_tokens.values_list("subject_id", flat=True)) == {str(token.pk)}


def test_a_withdrawal_that_fails_leaves_neither_entry_nor_withdrawal(
    signed_in: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, _secret = tokens.issue(user, "Holiday", ["read"])

    def broken(*_arguments: object, **_facts: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("accounts.audit.record", broken)
    signed_in.raise_request_exception = False
    assert signed_in.post(f"/accounts/tokens/{token.pk}/revoke/").status_code == 500
    token.refresh_from_db()
    assert token.revoked_at is None


def test_what_staff_change_in_the_admin_says_which_fields_and_no_value(
    admin: Client, user: User
) -> None:
    page = f"/admin/accounts/user/{user.pk}/change/"
    assert admin.post(page, {"email": user.email, "name": "Ada"}).status_code == 302
    assert told() == [("changed", "owner@example.org", "ada@example.org", {"what": "Name, Active"})]
    assert AuditEntry.objects.get().address == "127.0.0.0/24"


def test_what_staff_save_unchanged_is_no_change(admin: Client, user: User) -> None:
    page = f"/admin/accounts/user/{user.pk}/change/"
    before = AuditEntry.objects.count()
    same = {"email": user.email, "name": user.name, "is_active": "on"}
    assert admin.post(page, same).status_code == 302
    assert AuditEntry.objects.count() == before
    assert LogEntry.objects.get().get_change_message() == "No fields changed."


def test_what_staff_add_and_delete_many_at_once(admin: Client) -> None:
    for name in ("Class 4a", "Class 4b"):
        admin.post("/admin/auth/group/add/", {"name": name})
    groups = [str(pk) for pk in Group.objects.values_list("pk", flat=True)]
    form = {"action": "delete_selected", "_selected_action": groups, "post": "yes"}
    admin.post("/admin/auth/group/", form)
    assert not Group.objects.exists()
    done = AuditEntry.objects.order_by("pk").values_list("action", "subject_label")
    assert list(done[:2]) == [("added", "Class 4a"), ("added", "Class 4b")]
    assert set(done[2:]) == {("deleted", "Class 4a"), ("deleted", "Class 4b")}


def test_limits_count_as_done_to_the_account_they_limit(admin: Client, user: User) -> None:
    admin.post("/admin/accounts/quota/add/", {"user": user.pk, "running": 1})
    quota = Quota.objects.get()
    entry = AuditEntry.objects.get()
    assert (entry.account, entry.subject_id) == (user, str(quota.pk))


def test_of_an_invitation_no_address_is_written_down(admin: Client) -> None:
    admin.post(
        "/admin/accounts/invitation/add/",
        {"email": "zoe@example.org", "uses_allowed": 1, "lasts_days": 7},
    )
    assert Invitation.objects.get().email == "zoe@example.org"
    entries = AuditEntry.objects.exclude(action="signed_in")
    assert set(entries.values_list("subject_label", flat=True)) == {""}
    assert "zoe" not in json.dumps(list(entries.values("facts", "subject_id")))


def test_of_what_curators_change_the_fields_are_kept_and_no_value(user: User) -> None:
    said = "Taken from a list.\nName: Ada’s – see: more\nName: class → Bob’s class"
    group = Group.objects.create(name="Bob’s class")
    LogEntry.objects.log_actions(user.pk, Group.objects.filter(pk=group.pk), CHANGE, said)
    assert told()[-1][3] == {"what": "Name"}
    assert LogEntry.objects.get().change_message == said


def test_our_own_words_in_the_admins_log_are_kept(user: User, stranger: User) -> None:
    """Presets, the queue and reported pictures write them."""
    LogEntry.objects.log_actions(
        user.pk, User.objects.filter(pk=stranger.pk), CHANGE, "It is cancelled."
    )
    assert told() == [
        ("changed", "ada@example.org", "bob@example.org", {"what": "It is cancelled."})
    ]
    assert LogEntry.objects.get().change_message == "It is cancelled."
