"""Accounts that somebody made with a stranger's address, once the stranger comes."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import tokens
from accounts.models import AuditEntry, KnownPlace, Letter, User
from gallery.models import Album, ShareLink
from tests.accounts.conftest import NEW, is_signed_in, reset_password, sign_in
from tests.transfers.conftest import photo, preset, transfer
from transfers.models import Booth, Notice, NoticeChoices, Transfer

__all__ = ["photo", "preset", "transfer"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mail_is_sent(settings: Settings) -> None:
    settings.SENDS_MAIL = True


@pytest.fixture
def address(user: User) -> EmailAddress:
    address: EmailAddress = EmailAddress.objects.create(user=user, email=user.email, primary=True)
    return address


def reset_by_letter(user: User) -> Client:
    """The browser in which the owner did so."""
    client = Client()
    client.post("/accounts/password/reset/", {"email": user.email})
    letter = Letter.objects.get(to=user.email).body
    link = next(line for line in letter.splitlines() if line.startswith("http"))
    page = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(page, {"password1": NEW})
    user.refresh_from_db()
    assert user.check_password(NEW)
    return client


def set_up(user: User) -> str:
    """As an attacker would; gives the secret of a token that never ends."""
    _token, secret = tokens.issue(user, "for later", ["read"])
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "Mine"})
    NoticeChoices.objects.create(owner=user, webhook_url="https://attacker.example/hook")
    album = Album.objects.create(owner=user, title="All of it")
    ShareLink.objects.create(owner=user, album=album)
    Booth.objects.create(owner=user, title="Here")
    return secret


def what_opens(user: User, secret: str) -> list[object]:
    opens = [tokens.find(secret), *Authenticator.objects.filter(user=user)]
    opens += [choices.webhook_url for choices in NoticeChoices.objects.filter(owner=user)]
    opens += [*ShareLink.objects.owned_by(user).open(timezone.now()), *Booth.objects.open()]
    return [way for way in opens if way]


def test_the_first_letter_that_its_owner_opens_withdraws_all_that_was_set_up(
    client: Client, user: User, address: EmailAddress
) -> None:
    client.force_login(user)
    secret = set_up(user)
    assert len(what_opens(user, secret)) == 5
    reset_by_letter(user)
    assert what_opens(user, secret) == []
    assert client.get("/accounts/settings/").status_code == 302
    address.refresh_from_db()
    assert address.verified
    assert {"owner_proven", "token_revoked"} <= set(
        AuditEntry.objects.filter(account=user).values_list("action", flat=True)
    )
    assert Letter.objects.filter(to=user.email, body__contains="Set up anew what you need").exists()

    kept = set_up(user)
    Letter.objects.all().delete()
    reset_by_letter(user)
    assert len(what_opens(user, kept)) == 5


def test_a_browser_that_was_known_before_its_owner_came_is_known_no_longer(
    user: User, address: EmailAddress
) -> None:
    """It would keep a count of guesses to itself, and sign in without a letter."""
    attacker = Client(REMOTE_ADDR="198.51.100.9")
    sign_in(attacker)
    assert KnownPlace.objects.filter(user=user).count() == 2
    owner = reset_by_letter(user)
    assert KnownPlace.objects.filter(user=user, kind="browser").count() == 1

    for number in range(6):
        sign_in(attacker, password=f"wrong {number}")
    assert is_signed_in(attacker) is False
    elsewhere = Client(REMOTE_ADDR="203.0.113.5")
    sign_in(elsewhere, password=NEW)
    assert not is_signed_in(elsewhere), "the attacker’s guesses count with all others"
    sign_in(owner, password=NEW)
    assert is_signed_in(owner), "the owner’s browser counts apart"


def test_no_program_hears_of_pictures_that_were_finished_before_its_owner_came(
    user: User, address: EmailAddress, transfer: Transfer
) -> None:
    """What waits would go to the attacker's program, should the owner name another."""
    for channel in Notice.Channel:
        Notice.objects.create(
            owner=user, transfer=transfer, channel=channel, event=Notice.Event.SUCCEEDED
        )
    reset_by_letter(user)
    assert Notice.objects.get().channel == Notice.Channel.EMAIL


def test_where_no_mail_is_sent_a_letter_proves_nothing(
    user: User, address: EmailAddress, settings: Settings
) -> None:
    """Whoever runs the site read it on the console."""
    settings.SENDS_MAIL = False
    secret = set_up(user)
    reset_password(Client(), user)
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert len(what_opens(user, secret)) == 5
    address.refresh_from_db()
    assert not address.verified


@pytest.mark.parametrize("known_by", ["confirmation", "operator"])
def test_who_was_known_before_keeps_everything(
    user: User, address: EmailAddress, known_by: str
) -> None:
    if known_by == "operator":
        address.delete()
    else:
        address.set_verified()
    secret = set_up(user)
    reset_by_letter(user)
    assert len(what_opens(user, secret)) == 5


def test_the_second_step_of_staff_stays(user: User, address: EmailAddress) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    Authenticator.objects.create(user=user, type="totp", data={})
    reset_by_letter(user)
    assert Authenticator.objects.filter(user=user).exists()
