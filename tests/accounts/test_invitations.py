from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import invitations
from accounts.models import AuditEntry, Invitation, User
from transfers import housekeeping

pytestmark = pytest.mark.django_db

SIGNUP = "/accounts/signup/"
PASSWORD = "three quiet walls"
ADMIN = "/admin/accounts/invitation/"


@pytest.fixture(autouse=True)
def by_invitation(settings: Settings) -> None:
    settings.SIGN_UP = "invitation"


@pytest.mark.parametrize(
    "ended",
    [{"expires_at": -31}, {"withdrawn_at": -31}, {"uses": 1, "last_used_at": -31}],
    ids=lambda ended: next(iter(ended)),
)
def test_a_month_after_its_end_it_is_forgotten_with_its_address(ended: dict[str, int]) -> None:
    now = timezone.now()
    day = {
        name: value if name == "uses" else now + timedelta(days=value)
        for name, value in ended.items()
    }
    invite(email="zoe@example.org", **day)
    kept, _secret = invite(withdrawn_at=now - timedelta(days=29))
    housekeeping.tidy()
    assert list(Invitation.objects.all()) == [kept]


def invite(**fields: object) -> tuple[Invitation, str]:
    wanted = {"expires_at": timezone.now() + timedelta(days=7), **fields}
    invitation = Invitation(**wanted)
    secret = invitations.seal(invitation)
    invitation.save()
    return invitation, f"/accounts/invitation/{secret}/"


def sign_up(client: Client, email: str = "ada@example.org") -> None:
    client.post(SIGNUP, {"email": email, "password1": PASSWORD})


def test_the_link_leads_to_an_account_once(client: Client) -> None:
    _invitation, link = invite()
    assert client.get(link)["Location"] == SIGNUP
    sign_up(client)
    assert User.objects.get().email == "ada@example.org"
    invitation = Invitation.objects.get()
    assert (invitation.uses, invitation.last_used_at is not None) == (1, True)

    late = Client()
    page = late.get(link)
    assert page.status_code == 404
    assert "This invitation no longer works" in page.content.decode()
    sign_up(late, "eve@example.org")
    assert User.objects.count() == 1


def test_without_one_the_page_says_what_is_needed(client: Client) -> None:
    page = client.get(SIGNUP).content.decode()
    assert "You need an invitation" in page
    sign_up(client)
    assert not User.objects.exists()
    assert "Open the link of your invitation" in client.get("/accounts/login/").content.decode()


def test_the_secret_is_not_in_the_database() -> None:
    invitation, link = invite()
    secret = link.split("/")[-2]
    assert secret not in str(vars(invitation))
    assert len(invitation.digest) == 64


@pytest.mark.parametrize("end", ["expired", "withdrawn"])
def test_one_that_has_ended_opens_nothing_not_even_in_a_browser_that_holds_it(
    client: Client, end: str
) -> None:
    invitation, link = invite()
    client.get(link)
    if end == "expired":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        invitations.withdraw(invitation)
    sign_up(client)
    assert not User.objects.exists()
    assert client.get(link).status_code == 404


def test_one_for_an_address_is_for_that_address(client: Client) -> None:
    _invitation, link = invite(email="Ada@Example.org")
    client.get(link)
    assert 'value="Ada@Example.org"' in client.get(SIGNUP).content.decode()
    response = client.post(SIGNUP, {"email": "eve@example.org", "password1": PASSWORD})
    assert "Your invitation is for Ada@Example.org." in response.content.decode()
    assert Invitation.objects.get().uses == 0
    sign_up(client)
    assert User.objects.get().email == "ada@example.org"


def test_what_is_wrong_with_the_form_costs_no_use(client: Client) -> None:
    _invitation, link = invite()
    client.get(link)
    client.post(SIGNUP, {"email": "ada@example.org", "password1": "short"})
    assert Invitation.objects.get().uses == 0
    sign_up(client)
    assert User.objects.exists()


def test_a_use_of_which_no_account_comes_is_given_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _invitation, link = invite()
    client.get(link)

    def stumble(*_given: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(User, "save", stumble)
    with pytest.raises(RuntimeError, match="on purpose"):
        sign_up(client)
    assert Invitation.objects.get().uses == 0


def test_an_address_that_has_an_account_costs_the_invitation_as_much(
    client: Client, user: User, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    _invitation, link = invite()
    client.get(link)
    response = client.post(SIGNUP, {"email": user.email, "password1": PASSWORD})
    assert response["Location"] == "/accounts/confirm-email/"
    assert Invitation.objects.get().uses == 1
    assert mail.outbox[-1].subject == "[Stylesite] You have an account already"


@pytest.mark.django_db(transaction=True)
def test_the_last_use_is_never_taken_twice() -> None:
    invitation, _link = invite(uses_allowed=3)

    def take(_number: int) -> bool:
        try:
            return invitations.use(invitation)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(8)))
    assert sum(taken) == 3
    assert Invitation.objects.get().uses == 3


def test_somebody_signed_in_uses_none(signed_in: Client) -> None:
    _invitation, link = invite()
    assert signed_in.get(link)["Location"] == "/"


def test_closed_means_closed(client: Client, settings: Settings) -> None:
    settings.SIGN_UP = "closed"
    _invitation, link = invite()
    client.get(link)
    assert "Sign-up is closed" in client.get(SIGNUP).content.decode()
    sign_up(client)
    assert not User.objects.exists()
    assert SIGNUP not in client.get("/").content.decode()


# In the admin


def test_an_admin_makes_one_and_sees_its_link_once(admin_client: Client, client: Client) -> None:
    form = {"email": "", "note": "Class 7b", "uses_allowed": "30", "lasts_days": "7"}
    page = admin_client.post(f"{ADMIN}add/", form).content.decode()
    found = re.search(r"<code data-link>http://testserver([^<]+)</code>", page)
    assert found
    assert Client().get(found[1])["Location"] == SIGNUP
    assert found[1] not in admin_client.get(ADMIN).content.decode()
    assert "0 of 30" in admin_client.get(ADMIN).content.decode()
    assert not mail.outbox
    assert AuditEntry.objects.filter(action="invited").exists()


def test_one_for_an_address_is_sent_there(admin_client: Client) -> None:
    form = {"email": "ada@example.org", "note": "", "uses_allowed": "1", "lasts_days": "7"}
    admin_client.post(f"{ADMIN}add/", form)
    (letter,) = mail.outbox
    assert letter.to == ["ada@example.org"]
    link = re.search(r"http://testserver(/accounts/invitation/\S+)", letter.body)
    assert link
    assert Client().get(link[1])["Location"] == SIGNUP


@pytest.mark.parametrize("sends_mail", [True, False])
def test_whoever_invites_is_told_whether_a_letter_goes_there(
    admin_client: Client, settings: Settings, sends_mail: bool
) -> None:
    settings.SENDS_MAIL = sends_mail
    form = {"email": "ada@example.org", "note": "", "uses_allowed": "1", "lasts_days": "7"}
    page = admin_client.post(f"{ADMIN}add/", form).content.decode()
    assert ("The link is on its way to ada@example.org." in page) is sends_mail
    assert ("Send this link to ada@example.org yourself" in page) is not sends_mail


def test_one_address_makes_one_account(admin_client: Client) -> None:
    form = {"email": "ada@example.org", "uses_allowed": "2", "lasts_days": "7"}
    page = admin_client.post(f"{ADMIN}add/", form).content.decode()
    assert "With one address, one account can be made." in page
    assert not Invitation.objects.exists()


def test_an_admin_withdraws_one(admin_client: Client) -> None:
    invitation, link = invite()
    form = {"action": "withdraw", "_selected_action": [str(invitation.pk)]}
    page = admin_client.post(ADMIN, form, follow=True).content.decode()
    assert "1 invitation was withdrawn." in page
    assert Client().get(link).status_code == 404
    assert AuditEntry.objects.filter(action="invitation_withdrawn").exists()


def test_others_make_none(signed_in: Client) -> None:
    assert signed_in.post(f"{ADMIN}add/", {"uses_allowed": "1"}, follow=True).status_code == 403
    assert not Invitation.objects.exists()
