"""What the transitions write into the outbox, who may send it, and when it is tried again."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from gallery.models import Style
from tests.transfers.notify.conftest import Clock, End, Receiver, artwork_of, photo_of, submitted
from transfers.models import ContentImage, Notice, NoticeChoices, Transfer
from transfers.notify import outbox
from transfers.notify.outbox import Answer
from transfers.queue import lifecycle, rescue, steering

pytestmark = pytest.mark.django_db

Channel, Outcome, State = Notice.Channel, Notice.Outcome, Notice.State
REFUSED = Answer(Outcome.REFUSED)


def noted() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("channel").values_list("channel", "event"))


# what is noted


def test_success_is_noted_for_each_way_that_its_owner_chose(
    end: End, webhook: NoticeChoices
) -> None:
    webhook.email = True
    webhook.save()
    transfer = end()
    assert noted() == [("email", "transfer.succeeded"), ("webhook", "transfer.succeeded")]
    assert set(Notice.objects.values_list("transfer", "owner")) == {
        (transfer.pk, transfer.owner_id)
    }


def test_failure_is_noted_too(end: End, webhook: NoticeChoices) -> None:
    end("It went wrong.")
    assert noted() == [("webhook", "transfer.failed")]


def test_a_transfer_whose_workers_died_again_and_again_is_noted_as_failed(
    photo: ContentImage, style: Style, webhook: NoticeChoices, settings: Settings
) -> None:
    transfer = submitted(photo, style)
    long_ago = timezone.now() - timedelta(seconds=settings.TRANSFER_LEASE_S + 1)
    lifecycle.claim("here")
    Transfer.objects.update(heartbeat_at=long_ago, attempts=settings.TRANSFER_MAX_ATTEMPTS)
    rescue.from_the_dead()
    transfer.refresh_from_db()
    assert transfer.state == "failed"
    assert noted() == [("webhook", "transfer.failed")]


def test_by_default_a_site_that_sends_mail_writes_about_what_took_over_a_minute(end: End) -> None:
    end(took_s=50)
    assert noted() == []
    end(took_s=70)
    assert noted() == [("email", "transfer.succeeded")]


def test_a_site_without_mail_notes_none(end: End, settings: Settings) -> None:
    settings.SENDS_MAIL = False
    end()
    assert noted() == []


def test_what_its_owner_cancelled_is_not_noted(
    photo: ContentImage, style: Style, webhook: NoticeChoices
) -> None:
    steering.request_cancel(submitted(photo, style, ago_s=90))
    assert noted() == []


@pytest.mark.django_db(transaction=True)
def test_a_transition_that_is_rolled_back_takes_its_notice_with_it(
    photo: ContentImage, style: Style, webhook: NoticeChoices
) -> None:
    submitted(photo, style)
    transfer = lifecycle.claim("here")
    assert transfer is not None
    with transaction.atomic():
        lifecycle.fail(transfer, "It went wrong.")
        assert noted() == [("webhook", "transfer.failed")]
        transaction.set_rollback(True)
    assert noted() == []
    assert Transfer.objects.get().state == "running"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ending", ["succeed", "fail"])
def test_a_notice_that_cannot_be_written_keeps_the_transition_from_happening(
    photo: ContentImage,
    style: Style,
    webhook: NoticeChoices,
    ending: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    submitted(photo, style)
    transfer = lifecycle.claim("here")
    assert transfer is not None
    artwork = artwork_of(photo.owner)
    monkeypatch.setattr(Notice.objects, "bulk_create", lambda rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        getattr(lifecycle, ending)(transfer, artwork if ending == "succeed" else "It went wrong.")
    assert Transfer.objects.get().state == "running"


def test_a_superseded_worker_notes_nothing(
    photo: ContentImage, style: Style, webhook: NoticeChoices
) -> None:
    submitted(photo, style)
    transfer = lifecycle.claim("here")
    assert transfer is not None
    steering.put_back(transfer)
    with pytest.raises(lifecycle.LeaseLostError):
        lifecycle.fail(transfer, "Too late.")
    assert noted() == []


# webhooks: one at a time, again after growing pauses, and given up


def test_a_claimed_delivery_is_nobody_elses_until_its_lease_ends(
    end: End, webhook: NoticeChoices, clock: Clock
) -> None:
    end()
    first = outbox.claim_webhook("one")
    assert first is not None
    assert outbox.claim_webhook("two") is None
    clock.forward(outbox.LEASE_S[Channel.WEBHOOK] + 1)
    second = outbox.claim_webhook("two")
    assert second is not None
    assert (second.pk, second.attempts) == (first.pk, 2)
    assert not outbox.settle([first], Answer(Outcome.OK, 200))
    assert outbox.settle([second], Answer(Outcome.OK, 204))
    row = Notice.objects.get()
    assert (row.state, row.status_code, row.sender, row.leased_until) == (State.SENT, 204, "", None)


def test_an_owners_deliveries_go_one_at_a_time_and_hold_up_nobody_else(
    end: End, webhook: NoticeChoices, stranger: User, receiver: Receiver
) -> None:
    NoticeChoices.objects.create(owner=stranger, webhook_url=receiver.url)
    for _picture in range(6):
        end()
    end(of=photo_of(stranger))
    # The stranger's is the seventh in line, and has its turn although five before it wait.
    claimed = [outbox.claim_webhook("one") for _time in range(3)]
    owners = [notice and notice.owner_id for notice in claimed]
    assert owners == [webhook.owner_id, stranger.pk, None]


def test_it_is_tried_again_after_growing_pauses_for_a_day_and_then_given_up(
    end: End, webhook: NoticeChoices, clock: Clock
) -> None:
    end()
    began, pauses = clock.now(), []
    while (notice := outbox.claim_webhook("one")) is not None:
        outbox.settle([notice], REFUSED)
        row = Notice.objects.get()
        if row.state != State.PENDING:
            break
        pause_s = (row.due_at - clock.now()).total_seconds()
        clock.forward(pause_s - 1)
        assert outbox.claim_webhook("one") is None
        clock.forward(2)
        pauses.append(pause_s)
    assert row.state == State.GIVEN_UP
    assert row.outcome == Outcome.REFUSED
    assert row.attempts == len(pauses) + 1
    usual = [5, 300, 1800, 7200, 18_000, 28_800, 28_800]
    assert all(0.8 * s - 1 <= p <= 1.2 * s for p, s in zip(pauses, usual, strict=True))
    assert 18 * 3600 < (clock.now() - began).total_seconds() < 30 * 3600
    clock.forward(7 * 86_400)
    assert outbox.claim_webhook("one") is None


def test_pauses_differ_a_little_from_each_other() -> None:
    drawn = [outbox.pause_s(4) for _time in range(50)]
    assert len(set(drawn)) > 40
    assert all(0.8 * 7200 <= pause_s <= 1.2 * 7200 for pause_s in drawn)


def test_a_receiver_that_says_gone_is_not_asked_again(end: End, webhook: NoticeChoices) -> None:
    end()
    notice = outbox.claim_webhook("one")
    assert notice is not None
    outbox.settle([notice], Answer(Outcome.STATUS, 410))
    assert Notice.objects.get().state == State.GIVEN_UP


def test_what_nobody_wants_any_more_is_removed(end: End, webhook: NoticeChoices) -> None:
    end()
    notice = outbox.claim_webhook("one")
    assert notice is not None
    outbox.settle([notice], Answer(Outcome.NOWHERE))
    assert not Notice.objects.exists()


def test_what_a_dead_sender_of_this_machine_held_is_free_at_once(
    end: End, webhook: NoticeChoices, monkeypatch: pytest.MonkeyPatch
) -> None:
    end()
    assert outbox.claim_webhook("dead") is not None
    monkeypatch.setattr(outbox.workers, "is_dead", lambda name: name == "dead")
    assert outbox.free_from_the_dead() == 1
    again = outbox.claim_webhook("alive")
    assert again is not None
    assert again.attempts == 2
    assert outbox.free_from_the_dead() == 0


def test_a_notice_that_kills_its_senders_ends(
    end: End, webhook: NoticeChoices, monkeypatch: pytest.MonkeyPatch
) -> None:
    end()
    monkeypatch.setattr(outbox.workers, "is_dead", lambda name: True)
    tries = 0
    while outbox.claim_webhook("dead") is not None:
        tries += 1
        outbox.free_from_the_dead()
    row = Notice.objects.get()
    assert (tries, row.state, row.outcome) == (outbox.MOST_TRIES, State.GIVEN_UP, Outcome.CRASH)


# letters: gathered, and never twice


def tell_later(clock: Clock) -> None:
    """Past the time in which the live page may say that the end was seen."""
    clock.forward(outbox.SEEN_S + 1)


def test_all_that_ended_go_into_one_letter_once_nothing_is_unfinished(
    end: End, photo: ContentImage, style: Style, clock: Clock
) -> None:
    for _picture in range(5):
        end()
    last = submitted(photo, style, ago_s=90)
    tell_later(clock)
    assert outbox.claim_letter("one") == []
    steering.request_cancel(last)
    told = outbox.claim_letter("one")
    assert len(told) == 5
    assert len({notice.batch for notice in told}) == 1


def test_a_letter_waits_for_unfinished_ones_a_quarter_of_an_hour_at_most(
    end: End, photo: ContentImage, style: Style, clock: Clock
) -> None:
    end()
    submitted(photo, style)
    clock.forward(14 * 60)
    assert outbox.claim_letter("one") == []
    clock.forward(2 * 60)
    assert len(outbox.claim_letter("one")) == 1


def test_a_letter_waits_until_the_live_page_could_say_that_the_end_was_seen(
    end: End, clock: Clock
) -> None:
    end()
    clock.forward(5)
    assert outbox.claim_letter("one") == []
    tell_later(clock)
    assert len(outbox.claim_letter("one")) == 1


def test_what_was_seen_is_not_written_about(end: End, clock: Clock) -> None:
    seen, missed = end(), end()
    outbox.note_seen(seen)
    tell_later(clock)
    assert [notice.transfer for notice in outbox.claim_letter("one")] == [missed]


def test_a_letter_is_of_one_owner(
    end: End, photo: ContentImage, stranger: User, clock: Clock
) -> None:
    end()
    end(of=photo_of(stranger))
    tell_later(clock)
    told = [outbox.claim_letter("one"), outbox.claim_letter("one")]
    assert [len(notices) for notices in told] == [1, 1]
    assert {notices[0].owner for notices in told} == {photo.owner, stranger}
    assert outbox.claim_letter("one") == []


def test_a_letter_that_was_not_taken_goes_again_with_the_same_notices(
    end: End, clock: Clock
) -> None:
    end()
    tell_later(clock)
    first = outbox.claim_letter("one")
    outbox.settle(first, Answer(Outcome.MAIL))
    assert outbox.claim_letter("one") == []
    another = end()
    clock.forward(60)
    letters = [outbox.claim_letter("one"), outbox.claim_letter("one")]
    again = next(letter for letter in letters if letter[0].batch == first[0].batch)
    other = next(letter for letter in letters if letter[0].batch != first[0].batch)
    assert [notice.pk for notice in again] == [notice.pk for notice in first]
    assert again[0].attempts == 2
    assert [notice.transfer for notice in other] == [another]


def test_a_letter_whose_sender_died_goes_again_at_once(
    end: End, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    end()
    tell_later(clock)
    first = outbox.claim_letter("dead")
    monkeypatch.setattr(outbox.workers, "is_dead", lambda name: name == "dead")
    outbox.free_from_the_dead()
    again = outbox.claim_letter("alive")
    assert [notice.batch for notice in again] == [first[0].batch]


@pytest.mark.django_db(transaction=True)
def test_of_two_senders_at_once_one_gets_the_letter(end: End, clock: Clock) -> None:
    for _picture in range(4):
        end()
    tell_later(clock)
    together = threading.Barrier(2)
    got: list[int] = []

    def claim(name: str) -> None:
        together.wait()
        got.append(len(outbox.claim_letter(name)))
        connection.close()

    senders = [threading.Thread(target=claim, args=[name]) for name in ("one", "two")]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(got) == [0, 4]


@pytest.mark.django_db(transaction=True)
def test_of_two_senders_at_once_one_gets_the_delivery(end: End, webhook: NoticeChoices) -> None:
    end()
    together = threading.Barrier(2)
    got: list[bool] = []

    def claim(name: str) -> None:
        together.wait()
        got.append(outbox.claim_webhook(name) is not None)
        connection.close()

    senders = [threading.Thread(target=claim, args=[name]) for name in ("one", "two")]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(got) == [False, True]


# what an operator sees, and what is forgotten


def test_the_outbox_tells_its_length_its_age_and_what_was_given_up(
    end: End, webhook: NoticeChoices, clock: Clock
) -> None:
    end()
    end()
    notice = outbox.claim_webhook("one")
    assert notice is not None
    outbox.settle([notice], Answer(Outcome.STATUS, 410))
    clock.forward(300)
    letters, webhooks = outbox.waiting()
    assert (letters.channel, letters.pending, letters.late_s) == ("email", 0, 0)
    assert (webhooks.pending, webhooks.given_up) == (1, 1)
    assert 300 <= webhooks.late_s < 310
    assert webhooks.is_late


def test_what_ended_long_ago_is_forgotten_and_what_waits_is_not(
    end: End, webhook: NoticeChoices, clock: Clock
) -> None:
    end()
    end()
    notice = outbox.claim_webhook("one")
    assert notice is not None
    outbox.settle([notice], Answer(Outcome.OK, 200))
    clock.forward(31 * 86_400)
    assert outbox.forget_old() == 1
    assert Notice.objects.get().state == State.PENDING
