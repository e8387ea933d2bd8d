import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


def create_first_admin() -> str:
    out = io.StringIO()
    call_command("create_first_admin", stdout=out)
    return out.getvalue()


def test_the_password_it_shows_opens_the_site_and_the_admin(client: Client) -> None:
    told = dict(line.split() for line in create_first_admin().splitlines()[1:])
    assert told["e-mail"] == "admin@localhost"
    client.post("/accounts/login/", {"login": told["e-mail"], "password": told["password"]})
    assert client.get("/admin/").status_code == 200


def test_with_an_admin_it_does_and_says_nothing() -> None:
    create_first_admin()
    admin = User.objects.get()
    assert create_first_admin() == ""
    assert User.objects.get().password == admin.password


def test_the_address_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLESITE_ADMIN_EMAIL", "Owner@Example.org")
    create_first_admin()
    assert User.objects.get().email == "owner@example.org"


def test_an_address_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLESITE_ADMIN_EMAIL", "owner")
    with pytest.raises(CommandError, match="STYLESITE_ADMIN_EMAIL"):
        create_first_admin()
    assert not User.objects.exists()


def test_somebodys_account_is_never_taken_over(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLESITE_ADMIN_EMAIL", user.email)
    with pytest.raises(CommandError, match="another address"):
        create_first_admin()
    user.refresh_from_db()
    assert not user.is_superuser
