"""The page on which somebody chooses how they are told, and the link that ends letters."""

import re
import socket
from ipaddress import ip_network

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEntry, Letter, User
from gallery import slow_work
from tests.conftest import PASSWORD
from tests.transfers.notify.conftest import Receiver, receiver
from transfers.models import Notice, NoticeChoices, Transfer
from transfers.notify import letters

__all__ = ["receiver"]

pytestmark = pytest.mark.django_db

PAGE = "/notices/"
SECRET = "/notices/secret/"
TEST = "/notices/test/"


@pytest.fixture(autouse=True)
def site_sends_mail(settings: Settings) -> None:
    settings.SENDS_MAIL = True


@pytest.fixture
def no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """No real name server is asked: every name is that of a public host."""
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _host, *rest, **wanted: real("93.184.216.34", *rest, **wanted)
    )


@pytest.fixture
def proven(signed_in: Client) -> Client:
    """Who has just given the password, as another address takes."""
    signed_in.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return signed_in


@pytest.fixture
def chosen(user: User, receiver: Receiver) -> NoticeChoices:
    return NoticeChoices.objects.create(owner=user, webhook_url=receiver.url)


def saved(user: User) -> NoticeChoices:
    return NoticeChoices.objects.get(owner=user)


# the choices


def test_choices_are_saved_and_shown(proven: Client, user: User, no_names: None) -> None:
    url = "https://hooks.example.org/stylesite?key=1"
    page = proven.post(PAGE, {"email": "on", "webhook_url": url}, follow=True).content.decode()
    choices = saved(user)
    assert (choices.email, choices.webhook_url) == (True, url)
    assert choices.webhook_secret.startswith("whsec_")
    assert "Your choice is saved." in page
    assert choices.webhook_secret in page


def test_the_settings_lead_here(signed_in: Client) -> None:
    assert f'"{PAGE}"' in signed_in.get("/accounts/settings/").content.decode()


def test_without_a_choice_mail_is_on_where_the_site_sends_any(
    signed_in: Client, settings: Settings
) -> None:
    assert re.search(r'<input[^>]*name="email"[^>]*checked', signed_in.get(PAGE).content.decode())
    settings.SENDS_MAIL = False
    page = signed_in.get(PAGE).content.decode()
    assert 'name="email"' not in page
    assert "This site sends no e-mail." in page
    assert not NoticeChoices.objects.exists()


def test_a_site_without_mail_saves_the_address_alone(
    proven: Client, user: User, settings: Settings, no_names: None
) -> None:
    NoticeChoices.objects.create(owner=user, email=True)
    settings.SENDS_MAIL = False
    proven.post(PAGE, {"webhook_url": "https://hooks.example.org/"})
    assert (saved(user).email, saved(user).webhook_url) == (True, "https://hooks.example.org/")


def test_everything_can_be_switched_off(
    signed_in: Client, user: User, chosen: NoticeChoices
) -> None:
    page = signed_in.post(PAGE, {"webhook_url": ""}, follow=True).content.decode()
    assert (saved(user).email, saved(user).webhook_url) == (False, "")
    assert chosen.webhook_secret not in page


def test_an_address_that_is_not_confirmed_is_said_to_get_nothing(
    signed_in: Client, user: User
) -> None:
    assert "is not confirmed" in signed_in.get(PAGE).content.decode()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    assert "is not confirmed" not in signed_in.get(PAGE).content.decode()


def test_the_last_deliveries_are_shown_with_what_came_of_them(
    signed_in: Client, user: User, chosen: NoticeChoices, transfer: Transfer
) -> None:
    Notice.objects.create(
        owner=user,
        transfer=transfer,
        channel="webhook",
        event="transfer.failed",
        state="given_up",
        attempts=8,
        outcome="status",
        status_code=503,
    )
    page = " ".join(signed_in.get(PAGE).content.decode().split())
    assert "answered with an error (503)" in page
    assert "given up after 8 tries" in page
    Notice.objects.update(state="pending", attempts=3, outcome="timeout", status_code=None)
    page = " ".join(signed_in.get(PAGE).content.decode().split())
    assert "took too long" in page
    assert "try 3 of 8, next" in page


def test_nobody_sees_or_changes_anybody_elses(
    client: Client, stranger: User, user: User, chosen: NoticeChoices, transfer: Transfer
) -> None:
    Notice.objects.create(owner=user, transfer=transfer, channel="webhook", event="transfer.failed")
    client.force_login(stranger)
    page = client.get(PAGE).content.decode()
    assert chosen.webhook_secret not in page
    assert str(transfer.pk) not in page
    client.post(PAGE, {"webhook_url": "", "owner": user.pk})
    client.post(SECRET)
    assert saved(user).webhook_url == chosen.webhook_url
    assert saved(user).webhook_secret == chosen.webhook_secret
    assert saved(stranger).webhook_secret != chosen.webhook_secret


@pytest.mark.parametrize("page", [PAGE, SECRET, TEST])
def test_a_visitor_is_asked_to_sign_in(client: Client, page: str) -> None:
    answer = client.get(page) if page == PAGE else client.post(page)
    assert answer["Location"] == f"/accounts/login/?next={page}"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("hooks.example.org", "begins with https://"),
        ("ftp://example.org/", "begins with https://"),
        ("https://me:secret@example.org/", "Leave user name and password out"),
        ("https://[::1/", "no address that we can read"),
        ("http://169.254.169.254/latest/", "lies in a private network"),
        ("http://2130706433/", "lies in a private network"),
        ("https://" + "a" * 500 + ".example/", "at most 500 characters"),
    ],
)
def test_a_bad_address_is_kept_in_the_form_only(
    proven: Client, user: User, url: str, sentence: str
) -> None:
    page = proven.post(PAGE, {"webhook_url": url}).content.decode()
    assert sentence in page
    assert "whsec_" not in page
    assert not NoticeChoices.objects.exists()


def test_an_unknown_host_is_said_to_be_unknown(
    proven: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_args: object, **_wanted: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    page = proven.post(PAGE, {"webhook_url": "https://nowhere.example/"}).content.decode()
    assert "There is no such host." in page


def test_other_methods_are_refused(signed_in: Client) -> None:
    assert signed_in.delete(PAGE).status_code == 405
    assert signed_in.get(SECRET).status_code == 405
    assert signed_in.get(TEST).status_code == 405


# the secret and the test


def test_a_secret_can_be_drawn_anew(proven: Client, user: User, chosen: NoticeChoices) -> None:
    page = proven.post(SECRET, follow=True).content.decode()
    assert saved(user).webhook_secret != chosen.webhook_secret
    assert saved(user).webhook_secret in page


def test_a_test_says_what_came_back(
    signed_in: Client, chosen: NoticeChoices, receiver: Receiver
) -> None:
    page = signed_in.post(TEST, follow=True).content.decode()
    assert "The test has arrived: the answer was 200." in page
    assert b'"type":"webhook.test"' in receiver.got[0][1]
    assert "hello" not in page  # what the receiver wrote is nobody's to see


def test_a_test_that_did_not_arrive_says_why(
    signed_in: Client, chosen: NoticeChoices, receiver: Receiver, settings: Settings
) -> None:
    receiver.status = 404
    page = signed_in.post(TEST, follow=True).content.decode()
    assert "The test did not arrive: answered with an error (404)." in page


def test_a_test_reaches_no_private_address_either(
    signed_in: Client, chosen: NoticeChoices, receiver: Receiver, settings: Settings
) -> None:
    settings.WEBHOOK_NETWORKS = [ip_network("10.0.0.0/8")]
    page = signed_in.post(TEST, follow=True).content.decode()
    assert "lies in a private network" in page
    assert receiver.got == []


def test_tests_come_one_at_a_time(
    signed_in: Client, chosen: NoticeChoices, receiver: Receiver
) -> None:
    signed_in.post(TEST)
    page = signed_in.post(TEST, follow=True).content.decode()
    assert "Wait a few seconds" in page
    assert len(receiver.got) == 1


def test_where_many_are_at_slow_work_the_page_says_so_and_sends_nothing(
    proven: Client,
    user: User,
    chosen: NoticeChoices,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slow_work.room, "most", 0)
    many = "Many people have downloads, photos or the like on their way right now"
    assert many in proven.post(TEST, follow=True).content.decode()
    assert not receiver.got
    page = proven.post(PAGE, {"webhook_url": "https://hooks.example.org/"}).content.decode()
    assert many in page
    assert saved(user).webhook_url == chosen.webhook_url


def test_without_an_address_there_is_nothing_to_test(signed_in: Client, user: User) -> None:
    assert "Save an address first." in signed_in.post(TEST, follow=True).content.decode()


# ending letters


def unsubscribe_page(user: User) -> str:
    return f"/notices/unsubscribe/{letters.unsubscribe_token(user.pk)}/"


def test_a_mail_program_ends_letters_with_one_post_and_no_cookie(user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(unsubscribe_page(user), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert saved(user).email is False


def test_looking_at_the_link_ends_nothing(client: Client, user: User) -> None:
    assert "No more letters?" in client.get(unsubscribe_page(user)).content.decode()
    assert not NoticeChoices.objects.exists()


def test_ending_letters_leaves_the_webhook(client: Client, chosen: NoticeChoices) -> None:
    client.post(unsubscribe_page(chosen.owner))
    assert saved(chosen.owner).webhook_url == chosen.webhook_url


@pytest.mark.parametrize("token", ["1", "MQ:1:wrong", "x" * 300])
def test_a_link_that_is_not_ours_is_not_found(client: Client, user: User, token: str) -> None:
    assert client.post(f"/notices/unsubscribe/{token}/").status_code == 404


def test_the_link_of_a_deleted_account_is_not_found(client: Client, stranger: User) -> None:
    page = unsubscribe_page(stranger)
    stranger.delete()
    assert client.post(page).status_code == 404


# the log of the account, and the letter


def entries() -> list[tuple[str, dict[str, object]]]:
    found = AuditEntry.objects.order_by("pk")
    return [(entry.action, entry.facts) for entry in found]


def test_where_the_webhook_leads_is_recorded_without_the_secrets_in_its_address(
    proven: Client, no_names: None
) -> None:
    url = "https://hooks.example.org/T0/s3cret?key=1"
    for changed in ({"webhook_url": url}, {"webhook_url": url, "email": "on"}):
        proven.post(PAGE, changed)
    proven.post(SECRET)
    proven.post(PAGE, {"webhook_url": ""})
    host = {"host": "hooks.example.org"}
    assert entries() == [
        ("webhook_set", host),
        ("webhook_secret_drawn", host),
        ("webhook_removed", host),
    ]
    assert "Webhook address set" in proven.get("/accounts/activity/").content.decode()


def test_a_letter_tells_of_a_new_address_and_of_a_new_secret(
    proven: Client, user: User, no_names: None
) -> None:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    proven.post(PAGE, {"webhook_url": "https://hooks.example.org/T0/s3cret"})
    proven.post(SECRET)
    proven.post(PAGE, {"webhook_url": ""})
    told = list(Letter.objects.order_by("pk"))
    assert [letter.to for letter in told] == [user.email] * 2
    assert "A program at hooks.example.org" in told[0].body
    assert "A new secret was drawn" in told[1].body
    for letter in told:
        assert "The webhook of your account was changed" in letter.subject
        assert "reset your password right away" in letter.body
        assert "s3cret" not in letter.body
        assert "whsec_" not in letter.body


def test_a_refused_address_is_neither_recorded_nor_told(proven: Client) -> None:
    proven.post(PAGE, {"webhook_url": "http://169.254.169.254/"})
    proven.post(SECRET)
    assert entries() == []
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("action", "page", "said"),
    [
        ("webhook_set", PAGE, {"webhook_url": "https://other.example/"}),
        ("webhook_secret_drawn", SECRET, {}),
    ],
)
def test_a_webhook_is_not_changed_without_end_and_always_removed(
    proven: Client,
    user: User,
    chosen: NoticeChoices,
    no_names: None,
    action: str,
    page: str,
    said: dict[str, str],
) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(action=action, actor=user, account=user) for _time in range(60)
    )
    refused = proven.post(page, said, follow=True).content.decode()
    assert "You have done this as often as may be for now." in refused
    assert said.get("webhook_url", "") in refused
    after = saved(user)
    assert (after.webhook_url, after.webhook_secret) == (
        chosen.webhook_url,
        chosen.webhook_secret,
    )
    proven.post(PAGE, {"webhook_url": ""})
    assert saved(user).webhook_url == ""
    assert AuditEntry.objects.count() == 61
