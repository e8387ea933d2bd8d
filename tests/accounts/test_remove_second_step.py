import io

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import AuditEntry, User
from tests.accounts.conftest import SetUpApp, is_signed_in, sign_in

pytestmark = pytest.mark.django_db


def test_who_lost_phone_and_codes_is_let_in_by_the_password_alone(
    proven: Client, user: User, set_up_app: SetUpApp
) -> None:
    set_up_app(proven)
    told = io.StringIO()
    call_command("remove_second_step", "ADA@example.org", stdout=told)
    assert "ada@example.org signs in with the password alone now." in told.getvalue()
    visitor = Client()
    sign_in(visitor)
    assert is_signed_in(visitor)
    entry = AuditEntry.objects.get(action="second_factor_removed")
    assert (entry.account_id, entry.actor_id) == (user.pk, None)


def test_others_keep_theirs(proven: Client, stranger: User, set_up_app: SetUpApp) -> None:
    set_up_app(proven)
    with pytest.raises(CommandError, match=r"bob@example\.org has no second step"):
        call_command("remove_second_step", stranger.email)
    assert Authenticator.objects.count() == 2


def test_an_address_that_nobody_has_is_said() -> None:
    with pytest.raises(CommandError, match="There is no account with the address"):
        call_command("remove_second_step", "nobody@example.org")


def test_whoever_it_was_taken_from_is_told_by_a_letter(
    proven: Client, user: User, set_up_app: SetUpApp
) -> None:
    """The operator may have talked to somebody else."""
    set_up_app(proven)
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True})
    mail.outbox.clear()
    call_command("remove_second_step", user.email, stdout=io.StringIO())
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([user.email], "[Stylesite] Your second step was removed")
    assert "the password alone opens it now" in letter.body
    assert "choose a new password right away" in letter.body


@pytest.mark.parametrize("at_once", [False, True])
def test_so_is_who_loses_one_in_the_admin(
    admin: Client, user: User, set_up_app: SetUpApp, at_once: bool
) -> None:
    theirs = Client()
    sign_in(theirs)
    set_up_app(theirs)
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True})
    mail.outbox.clear()
    codes = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    if at_once:
        chosen = {"action": "delete_selected", "_selected_action": [codes.pk], "post": "yes"}
        admin.post("/admin/mfa/authenticator/", chosen)
    else:
        admin.post(f"/admin/mfa/authenticator/{codes.pk}/delete/", {"post": "yes"})
    assert not Authenticator.objects.filter(pk=codes.pk).exists()
    (letter,) = mail.outbox
    assert "have removed an authenticator app, a passkey or recovery codes" in letter.body
