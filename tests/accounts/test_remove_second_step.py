import io

import pytest
from allauth.mfa.models import Authenticator
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
