"""The pool's messages, with a database that goes away."""

import pytest
from django.db import InterfaceError, OperationalError
from django_q.brokers import get_broker
from django_q.brokers.orm import ORM
from django_q.models import OrmQ

from transfers.queue import broker
from transfers.queue.broker import PatientBroker

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_pool_uses_it() -> None:
    assert isinstance(get_broker(), PatientBroker)


def test_a_message_is_taken_once_and_gone_when_it_is_done() -> None:
    get_broker().enqueue("one")
    ((key, message),) = get_broker().dequeue()
    assert message == "one"
    assert not get_broker().dequeue()
    get_broker().acknowledge(key)
    assert not OrmQ.objects.exists()


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_away_ends_neither_pusher_nor_monitor(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def away(*_: object) -> None:
        raise error("the connection is closed")

    pool = get_broker()
    pool.enqueue("one")
    monkeypatch.setattr(broker, "AWAY_PAUSE_S", 0.0)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(ORM, "get_connection", away)
        assert pool.dequeue() is None
        pool.acknowledge(1)
    ((_key, message),) = pool.dequeue()
    assert message == "one"
