"""A real web server with the site's worker, and clients that send as slowly as they can."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from stylesite.web_connections import address_of
from tests.stylesite.slow_clients import connection, page, port, serving

__all__ = ["port"]


@pytest.fixture(scope="module")
def small_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """It has 36 connections at most, and 10 of an address."""
    with serving(
        tmp_path_factory.mktemp("small"), "--worker-connections", "40", "--keep-alive", "30"
    ) as number:
        yield number


def slow(port: int, address: str) -> socket.socket:
    client = connection(port, address)
    client.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx")
    return client


def test_who_sends_slowly_from_one_address_keeps_nobody_else_out(port: int) -> None:
    senders = [slow(port, "127.0.0.2") for _ in range(20)]
    time.sleep(0.5)
    waited = page(port, "127.0.0.3")
    assert waited is not None
    assert waited < 2
    for sender in senders:
        sender.close()


def test_many_slow_senders_are_hung_up_on_but_for_a_few(port: int) -> None:
    """From as many addresses, all threads are theirs for a moment only."""
    senders = [slow(port, f"127.0.0.{n}") for n in range(10, 22)]
    waited = page(port, "127.0.0.3")
    assert waited is not None
    assert waited < 10
    dead = 0
    for sender in senders:
        sender.settimeout(0.1)
        with contextlib.suppress(TimeoutError):
            dead += sender.recv(1) == b""
        sender.close()
    assert 6 <= dead <= 10  # eight threads, of which two may wait


def test_slow_senders_give_way_to_pages_where_most_threads_are_at_slow_work(port: int) -> None:
    """Six of eight are; the two that slow senders may have otherwise are those left for pages."""
    workers = [connection(port, f"127.0.0.{n}") for n in range(10, 16)]
    for client in workers:
        client.sendall(b"GET /work HTTP/1.1\r\nHost: localhost\r\n\r\n")
    time.sleep(0.2)
    senders = [slow(port, f"127.0.0.{n}") for n in (20, 21)]
    time.sleep(0.2)
    waited = page(port, "127.0.0.3")
    assert waited is not None
    assert waited < 10
    for client in (*workers, *senders):
        client.close()


def test_a_slow_upload_is_let_be_where_nobody_needs_the_thread(port: int) -> None:
    client = slow(port, "127.0.0.2")
    for _ in range(9):
        time.sleep(0.5)
        client.sendall(b"y" * 111)
    assert b"200 OK" in client.recv(1000)
    client.close()


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        ("::ffff:203.0.113.7", "203.0.113.7/32"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_who_has_many_addresses_of_a_network_is_one(address: str, whose: str) -> None:
    assert address_of(SimpleNamespace(client=(address, 50_000))) == whose


def test_who_does_not_hang_up_after_an_answer_keeps_nobody_waiting(port: int) -> None:
    """gunicorn waits two seconds for each to do so, in the thread that lets everybody in."""
    clients = [connection(port, f"127.0.0.{n}") for n in range(10, 14)]
    for client in clients:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    time.sleep(0.2)
    waited = page(port, "127.0.0.3")
    assert waited is not None
    assert waited < 1
    for client in clients:
        client.close()


def over(clients: list[socket.socket]) -> list[int]:
    """Which of them were hung up on."""
    found = []
    for at, client in enumerate(clients):
        client.settimeout(0.02)
        try:
            while client.recv(1000):
                pass
        except TimeoutError:
            continue
        except ConnectionError:
            pass
        found.append(at)
    return found


NOTHING, HALF_A_HEAD = b"", b"GET / HTTP/1.1\r\nHost: loc"
NO_BODY = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
ASKED = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
networks = count(1)


@contextlib.contextmanager
def having_said(
    port: int, *said: bytes, each: int = 1, addresses: int = 1
) -> Iterator[list[socket.socket]]:
    """`each` connections for each that is said, from one address after the other, all new."""
    network = next(networks)
    with contextlib.ExitStack() as stack:
        clients = []
        for n in range(each * len(said)):
            clients.append(
                stack.enter_context(connection(port, f"127.1.{network}.{1 + n % addresses}"))
            )
            clients[-1].sendall(said[n // each])
        yield clients


def test_who_says_nothing_more_is_hung_up_on_wherever_they_wait(tmp_path: Path) -> None:
    with (
        serving(tmp_path, SILENCE_S="1") as port,
        having_said(port, NOTHING, HALF_A_HEAD, NO_BODY, ASKED) as clients,
        slow(port, "127.0.0.3") as speaking,
    ):
        assert over(clients) == []
        for _ in range(8):
            speaking.sendall(b"y")
            time.sleep(0.4)
        assert over(clients) == [0, 1, 2, 3]
        assert over([speaking]) == []


@pytest.mark.parametrize("said", [NOTHING, HALF_A_HEAD, NO_BODY])
def test_connections_of_one_address_keep_nobody_else_out(small_port: int, said: bytes) -> None:
    with having_said(small_port, said, each=60) as clients:
        waited = page(small_port, "127.0.0.3")
        assert waited is not None
        assert waited < 2
        assert len(over(clients)) == 50


@pytest.mark.parametrize("said", [NOTHING, HALF_A_HEAD, ASKED])
def test_of_too_many_idle_connections_the_oldest_go_first(small_port: int, said: bytes) -> None:
    with having_said(small_port, said, each=10) as clients:
        address = clients[0].getsockname()[0]
        time.sleep(0.3)
        with connection(small_port, address) as one, connection(small_port, address) as two:
            time.sleep(0.1)
            assert over([one, two]) == []
            assert len(over(clients)) == 2


def test_idle_connections_of_many_addresses_keep_nobody_out(small_port: int) -> None:
    """Nobody has too many, but together they have."""
    with having_said(small_port, NOTHING, each=50, addresses=30) as clients:
        waited = page(small_port, "127.0.0.3")
        assert waited is not None
        assert waited < 2
        assert len(over(clients)) >= 14


def test_where_nobody_is_idle_the_longest_queues_make_room(small_port: int) -> None:
    """All ask for something; of each address, four do not wait for a thread of their own."""
    with (
        having_said(small_port, NO_BODY, each=50, addresses=5) as clients,
        connection(small_port, "127.0.0.3") as newcomer,
    ):
        time.sleep(0.3)
        assert over([newcomer]) == []
        gone = over(clients)
        assert len(gone) >= 15
        assert min(gone) >= 20


def test_a_request_that_comes_in_pieces_is_answered(port: int) -> None:
    """Also with a head that is longer than what is read at once; and three in one piece."""
    long = b"X-Long: " + b"x" * 7000 + b"\r\n"
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\n" + long + b"Y" + long
    whole = head + b"Content-Length: 5\r\n\r\nhello"
    with connection(port, "127.0.0.2") as client:
        for said, cuts in ((ASKED, ()), (ASKED, (9,)), (whole, (20, 9000, len(whole) - 2))):
            for begin, end_ in pairwise((0, *cuts, len(said))):
                client.sendall(said[begin:end_])
                time.sleep(0.1)
            answer = client.recv(1000)
            assert b"200 OK" in answer
        assert answer.endswith(b"5")
        client.sendall(ASKED + whole + ASKED)
        time.sleep(0.5)
        assert client.recv(4000).count(b"200 OK") == 3
