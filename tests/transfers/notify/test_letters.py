"""The letter about pictures that ended."""

import smtplib
from email.utils import parseaddr

import pytest
from allauth.account.models import EmailAddress
from django.core.mail.backends.locmem import EmailBackend
from pytest_django import Settings

from accounts.models import User
from tests.transfers.notify.conftest import Clock, End
from transfers.models import ContentImage, Notice, NoticeChoices
from transfers.notify import letters, outbox
from transfers.notify.outbox import Answer

pytestmark = pytest.mark.django_db

Outcome = Notice.Outcome


def sent(clock: Clock) -> Answer:
    clock.forward(outbox.SEEN_S + 1)
    notices = outbox.claim_letter("here")
    answer = letters.send(notices)
    outbox.settle(notices, answer)
    return answer


def test_one_picture_is_told_with_its_title_and_its_address(
    end: End, confirmed: User, clock: Clock, mailoutbox: list
) -> None:
    transfer = end()
    assert sent(clock) == Answer(Outcome.OK)
    (letter,) = mailoutbox
    assert letter.to == ["ada@example.org"]
    assert letter.subject == "[Stylesite] “Harbour” is ready"
    assert f"https://pictures.example.org/gallery/{transfer.artwork_id}/" in letter.body
    assert "https://pictures.example.org/notices/\n" in letter.body
    assert "<" not in letter.body
    assert parseaddr(letter.from_email)[0] == "Stylesite"


def test_a_failure_is_told_with_its_sentence(
    end: End, confirmed: User, clock: Clock, mailoutbox: list
) -> None:
    transfer = end("The photo & the style don’t go together.")
    sent(clock)
    (letter,) = mailoutbox
    assert letter.subject == "[Stylesite] “Harbour” could not be painted"
    assert "The photo & the style don’t go together." in letter.body
    assert f"https://pictures.example.org/transfers/{transfer.pk}/" in letter.body


def test_a_hundred_pictures_are_one_letter(
    end: End, confirmed: User, clock: Clock, mailoutbox: list
) -> None:
    for number in range(30):
        end("It went wrong." if number < 2 else "")
    sent(clock)
    (letter,) = mailoutbox
    assert letter.subject == "[Stylesite] 28 pictures are ready, 2 pictures could not be painted"
    assert letter.body.count("Harbour") == letters.MOST_NAMED == 20
    assert "And 10 more:\nhttps://pictures.example.org/transfers/" in letter.body
    assert outbox.claim_letter("here") == []


def test_a_letter_can_be_ended_with_one_click(
    end: End, confirmed: User, clock: Clock, mailoutbox: list
) -> None:
    end()
    sent(clock)
    headers = mailoutbox[0].message()
    address = headers["List-Unsubscribe"].strip("<>")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address.startswith("https://pictures.example.org/notices/unsubscribe/")
    assert address in mailoutbox[0].body
    token = address.rstrip("/").rpartition("/")[2]
    assert letters.owner_of_token(token) == confirmed.pk


def test_every_try_of_a_letter_has_the_same_number(
    end: End, confirmed: User, clock: Clock, mailoutbox: list
) -> None:
    end()
    clock.forward(outbox.SEEN_S + 1)
    notices = outbox.claim_letter("here")
    letters.send(notices)
    letters.send(notices)
    one, two = (letter.message()["Message-ID"] for letter in mailoutbox)
    assert one == two == f"<{notices[0].batch}@pictures.example.org>"


def test_a_title_of_several_lines_is_one_subject(
    end: End, photo: ContentImage, confirmed: User, clock: Clock, mailoutbox: list
) -> None:
    photo.title = "Harbour\nBcc: everybody@example.org"
    photo.save()
    end()
    sent(clock)
    assert "“Harbour Bcc: everybody@example.org” is ready" in mailoutbox[0].subject
    assert mailoutbox[0].message()["Bcc"] is None


def test_a_mail_server_that_refuses_is_asked_again_later(
    end: End,
    confirmed: User,
    clock: Clock,
    mailoutbox: list,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    end()

    def refuse(*_args: object) -> int:
        raise smtplib.SMTPServerDisconnected("gone")

    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", refuse)
        assert sent(clock) == Answer(Outcome.MAIL)
    row = Notice.objects.get()
    assert (row.state, row.outcome) == (Notice.State.PENDING, Outcome.MAIL)
    assert mailoutbox == []
    assert sent(clock) == Answer(Outcome.OK)
    assert len(mailoutbox) == 1


def test_who_wants_none_any_more_gets_none(
    end: End, confirmed: User, clock: Clock, mailoutbox: list
) -> None:
    end()
    NoticeChoices.objects.create(owner=confirmed, email=False)
    assert sent(clock) == Answer(Outcome.NOWHERE)
    assert mailoutbox == []
    assert not Notice.objects.exists()


def test_nobody_is_written_to_at_an_address_that_may_be_a_strangers(
    end: End, user: User, clock: Clock, mailoutbox: list, settings: Settings
) -> None:
    EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)
    end()
    assert sent(clock) == Answer(Outcome.NOWHERE)
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    end()
    assert sent(clock) == Answer(Outcome.OK)
    assert len(mailoutbox) == 1


def test_a_closed_account_gets_none(
    end: End, confirmed: User, clock: Clock, mailoutbox: list
) -> None:
    end()
    confirmed.is_active = False
    confirmed.save()
    assert sent(clock) == Answer(Outcome.NOWHERE)
