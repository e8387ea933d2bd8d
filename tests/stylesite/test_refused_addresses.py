"""The page of a letter's link: which account it is about, and "This was not me"."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import audit_log
from accounts.models import AuditEntry, User
from gallery.models import Album
from stylesite.privacy.models import AccountDeletion
from tests.accounts.conftest import link_in_last_letter
from tests.conftest import PASSWORD
from transfers import housekeeping

pytestmark = pytest.mark.django_db

REFUSED = {"not_mine": "yes"}
SIGN_UP = {"email": "ada@example.org", "password1": PASSWORD}


@pytest.fixture
def victim() -> Client:
    return Client(REMOTE_ADDR="203.0.113.5")


@pytest.fixture
def attacker(client: Client) -> Client:
    """Signed up with the victim's address, and signed in."""
    client.post("/accounts/signup/", SIGN_UP)
    return client


@pytest.fixture
def link(attacker: Client) -> str:
    return link_in_last_letter()


def asks_for_address(user: User, email: str = "eve@example.org") -> str:
    """The link of the letter that a change of ``user``'s address sends to ``email``."""
    EmailAddress.objects.get_or_create(user=user, email=user.email, verified=True, primary=True)
    waiting = EmailAddress.objects.create(user=user, email=email)
    return f"/accounts/confirm-email/{EmailConfirmationHMAC(waiting).key}/"


def words_of(page: str) -> str:
    return " ".join(page.split())


def test_an_account_that_was_made_with_somebody_s_address_goes(victim: Client, link: str) -> None:
    page = words_of(victim.get(link).content.decode())
    assert "If it was not you, the account is deleted. Nothing was made in it yet." in page
    assert "closed, and deleted within minutes" in victim.post(link, REFUSED).content.decode()
    housekeeping.tidy()
    assert not User.objects.exists()

    victim.post("/accounts/signup/", SIGN_UP)
    assert victim.session["_auth_user_id"] == str(User.objects.get().pk)


def test_until_then_whoever_made_it_is_outside(
    attacker: Client, victim: Client, link: str, settings: Settings
) -> None:
    victim.post(link, REFUSED)
    attacker.cookies.clear()
    attacker.post("/accounts/login/", {"login": "ada@example.org", "password": PASSWORD})
    assert attacker.get("/accounts/settings/").status_code == 302
    assert victim.post(link).status_code == 404
    assert "This link no longer works" in victim.get(link).content.decode()


def test_one_in_which_something_was_made_is_kept_for_days_and_only_an_admin_opens_it(
    attacker: Client, victim: Client, link: str, settings: Settings
) -> None:
    """An address may have been mistyped."""
    settings.DELETION_GRACE_DAYS = 14
    user = User.objects.get()
    Album.objects.create(owner=user, title="Holidays")
    goes = timezone.localtime(timezone.now() + timedelta(days=14))
    for page in (victim.get(link), victim.post(link, REFUSED)):
        assert f"deleted on {goes:%-d %B %Y}" in words_of(page.content.decode())
    leaving = AccountDeletion.objects.get(user=user)
    assert abs(leaving.due_at - goes) < timedelta(minutes=1)
    attacker.cookies.clear()
    attacker.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert attacker.get("/data/restore/").status_code == 302
    housekeeping.tidy()
    assert Album.objects.filter(owner=user).exists()
    user.refresh_from_db()
    assert not user.is_active


def test_a_change_that_was_asked_for_is_forgotten_and_the_account_stays(
    victim: Client, user: User
) -> None:
    link = asks_for_address(user)
    page = words_of(victim.get(link).content.decode())
    assert "the account keeps the address it has" in page
    assert "the change is forgotten" in victim.post(link, REFUSED).content.decode()
    user.refresh_from_db()
    assert (user.email, user.is_active) == ("ada@example.org", True)
    assert EmailAddress.objects.get().email == "ada@example.org"
    assert victim.post(link).status_code == 404


def test_one_of_an_account_that_is_not_confirmed_itself_goes_alone(
    victim: Client, attacker: Client
) -> None:
    attacker.post("/accounts/reauthenticate/", {"password": PASSWORD})
    attacker.post("/accounts/email/", {"action_add": "", "email": "eve@example.org"})
    assert mail.outbox[-1].to == ["eve@example.org"]
    victim.post(link_in_last_letter(), REFUSED)
    assert User.objects.get().is_active
    assert EmailAddress.objects.get().email == "ada@example.org"


@pytest.mark.parametrize("known_by", ["operator", "staff", "superuser"])
def test_accounts_that_the_operator_knows_stay(victim: Client, user: User, known_by: str) -> None:
    address = EmailAddress.objects.create(
        user=user, email=user.email, primary=known_by != "operator"
    )
    is_staff, is_superuser = known_by == "staff", known_by == "superuser"
    User.objects.update(is_staff=is_staff, is_superuser=is_superuser)
    link = f"/accounts/confirm-email/{EmailConfirmationHMAC(address).key}/"
    assert "those who run this site know it" in words_of(victim.get(link).content.decode())
    assert "The account stays" in victim.post(link, REFUSED).content.decode()
    user.refresh_from_db()
    assert user.is_active
    address.refresh_from_db()
    assert not address.verified


def test_the_page_says_which_account_and_when_and_nothing_that_its_maker_wrote(
    victim: Client, user: User
) -> None:
    made = datetime(2026, 11, 3, 14, 5, tzinfo=UTC)
    User.objects.update(date_joined=made, name="Click yes and win")
    link = asks_for_address(user)
    page = victim.get(link).content.decode()
    now = timezone.localtime()
    for words in ("eve@example.org", "a…@example.org", "3 November 2026, 14:05", f"{now:%B %Y}"):
        assert words in page
    for hidden in ("ada@example.org", "win"):
        assert hidden not in page.replace("window", "")

    own = Client()
    own.force_login(user)
    assert "ada@example.org" in own.get(link).content.decode()


def test_to_look_signs_nobody_out(victim: Client, link: str, stranger: User) -> None:
    victim.force_login(stranger)
    assert "You are signed in to another account." in victim.get(link).content.decode()
    assert victim.get("/accounts/settings/").status_code == 200
    victim.post(link, REFUSED)
    assert victim.get("/accounts/settings/").status_code == 200


def test_what_was_confirmed_meanwhile_is_not_refused(
    attacker: Client, victim: Client, link: str
) -> None:
    attacker.post(link)
    assert victim.post(link, REFUSED).status_code == 404
    assert User.objects.get().is_active


def test_an_address_of_another_account_can_be_refused_too(
    victim: Client, user: User, stranger: User
) -> None:
    EmailAddress.objects.create(user=stranger, email=stranger.email, verified=True, primary=True)
    link = asks_for_address(user, stranger.email)
    page = victim.get(link).content.decode()
    assert "This address is taken" in page
    assert "Yes, it is mine" not in page
    victim.post(link, REFUSED)
    assert not EmailAddress.objects.filter(user=user, email=stranger.email).exists()
    assert EmailAddress.objects.filter(user=stranger, verified=True).exists()


def test_it_is_written_down_without_where_its_reader_is(victim: Client, user: User) -> None:
    victim.post(asks_for_address(user), REFUSED)
    entry = AuditEntry.objects.get(action="email_refused")
    assert (entry.account_id, entry.actor_id, entry.address) == (user.pk, None, "")
    [line] = audit_log.lines_at(user, [audit_log.Place(entry.at, entry.pk)])
    assert line.what == "Address refused by whoever reads its letters"


def test_a_page_elsewhere_refuses_nothing(user: User) -> None:
    elsewhere = Client(enforce_csrf_checks=True)
    assert elsewhere.post(asks_for_address(user), REFUSED).status_code == 403
    assert EmailAddress.objects.count() == 2


def test_the_letter_says_what_to_do(attacker: Client) -> None:
    assert "open the link and say so there" in mail.outbox[-1].body
