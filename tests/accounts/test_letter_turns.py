"""Whose letter is next: of everybody who waits one in turn, and cheaply however many wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts import letter_turns, letters
from accounts.models import Letter, User

pytestmark = pytest.mark.django_db

ADA = "ada@example.org"


@pytest.fixture(autouse=True)
def by_mail(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SENDS_MAIL = True
    monkeypatch.setattr(letters, "_round", letter_turns.Round())


@pytest.fixture
def bob(confirmed: User) -> str:
    return with_confirmed_address("bob@example.org")


def with_confirmed_address(email: str) -> str:
    user = User.objects.create_user(email)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return email


def write(to: str, asking: str | None = None) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=asking) if asking else None
    letters.post(EmailMessage("A", "b", to=[to]), request)


def sent() -> list[str]:
    return [letter.to[0] for letter in mail.outbox]


def test_somebodys_only_letter_waits_for_one_of_whoever_has_hundreds(bob: str) -> None:
    for _number in range(300):
        write(ADA)
    write(bob)
    letters.send_due()
    assert bob in sent()[:2]


def test_each_address_has_its_turn_again_once_all_others_had_it(confirmed: User) -> None:
    everybody = {ADA, *(with_confirmed_address(f"p{number}@example.org") for number in range(7))}
    for to in sorted(everybody) * 3:
        write(to)
    letters.send_due()
    rounds = [sent()[start : start + 8] for start in (0, 8, 16)]
    assert [set(one) for one in rounds] == [everybody] * 3


def test_the_next_look_goes_on_where_the_last_one_ended(
    confirmed: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "AT_ONCE", 2)
    everybody = {ADA, *(with_confirmed_address(f"p{number}@example.org") for number in range(5))}
    for to in sorted(everybody) * 2:
        write(to)
    for _look in range(3):
        letters.send_due()
    assert set(sent()) == everybody


def test_of_one_address_the_oldest_letter_is_first(confirmed: User) -> None:
    for subject in ("first", "second", "third"):
        letters.post(EmailMessage(subject, "b", to=[ADA]))
    letters.send_due()
    assert [letter.subject for letter in mail.outbox] == ["first", "second", "third"]


def test_a_hundred_made_up_addresses_of_one_network_are_one_turn() -> None:
    for number in range(100):
        write(f"x{number}@example.com", "192.0.2.1")
    write("eve@example.org", "198.51.100.7")
    letters.send_due()
    assert "eve@example.org" in sent()[:2]


def test_whoever_has_a_whole_network_of_ipv6_is_one_turn() -> None:
    for number in range(100):
        write(f"x{number}@example.com", f"2001:db8:1:{number:x}::1")
    write("eve@example.org", "2001:db8:2::1")
    letters.send_due()
    assert "eve@example.org" in sent()[:2]


def test_where_nobody_asked_each_address_has_its_turn() -> None:
    for _number in range(100):
        write("x@example.com")
    write("eve@example.org")
    letters.send_due()
    assert "eve@example.org" in sent()[:2]


def test_the_request_that_asks_says_of_which_network_it_is(user: User) -> None:
    for number, address in enumerate(["192.0.2.1", "192.0.2.1", "198.51.100.7"]):
        visitor = Client(REMOTE_ADDR=address)
        visitor.post("/accounts/password/reset/", {"email": f"x{number}@example.com"})
    one, other, another = Letter.objects.order_by("pk").values_list("turn", flat=True)
    assert one == other != another
    assert "192.0.2" not in one


def test_hundreds_of_confirmed_addresses_do_not_keep_others_from_confirming_theirs(
    confirmed: User,
) -> None:
    for number in range(100):
        write(with_confirmed_address(f"p{number}@example.org"))
    write("eve@example.com")
    letters.send_due()
    assert sent().index("eve@example.com") == letter_turns.TURN_OF_STRANGERS - 1


def test_a_letter_that_was_not_taken_keeps_nobody_waiting(bob: str) -> None:
    write(bob)
    Letter.objects.update(tries=1, due_at=timezone.now() + timedelta(hours=1))
    write(ADA)
    letters.send_due()
    assert sent() == [ADA]
    assert Letter.objects.get().to == bob


def test_letters_of_before_there_were_turns_are_sent(confirmed: User) -> None:
    write(ADA)
    Letter.objects.create(to="old@example.org", subject="A", body="b")
    assert letters.send_due() == 2


def test_the_next_is_found_by_a_jump_in_the_index_however_many_wait(bob: str) -> None:
    """Not by reading all that wait, nor by asking of each whether its address is confirmed."""
    turns = ({"to": f"x{n}@example.com", "turn": f"{n % 500:064x}"} for n in range(2000))
    Letter.objects.bulk_create(Letter(subject="A", body="b", **one) for one in turns)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert letters._claim() is not None
    reads = [query["sql"] for query in asked if query["sql"].startswith("SELECT")]
    assert 1 <= len(reads) <= 4
    for read in reads:
        with connection.cursor() as cursor:
            plan = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
            cursor.execute(plan + read)
            told = " ".join(str(row) for row in cursor.fetchall())
        assert "letter_in_turn" in told
        assert "TEMP B-TREE" not in told
