"""The sender of notices, killed and hung while a receiver hangs: what was promised arrives."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic

import pytest

from tests.chaos.installation import START_S, Installation

pytestmark = pytest.mark.chaos

SENDER = "notify.sender"

CHOOSE = """
from accounts.models import User
from allauth.account.models import EmailAddress
from transfers.models import NoticeChoices
user = User.objects.get(email="ada@example.org")
EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
NoticeChoices.objects.create(owner=user, email={email}, webhook_url={url!r})
"""

AGE = """
from datetime import timedelta
from django.db.models import F
from transfers.models import Transfer
Transfer.objects.update(created_at=F("created_at") - timedelta(minutes=2))
"""


class Receiver(ThreadingHTTPServer):
    """Hangs until told to answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answering = threading.Event()
        self.asked: list[str] = []
        self.told: list[dict[str, object]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.asked.append(self.headers["webhook-id"])
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.answering.wait(60)
        self.server.told.append(json.loads(body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.answering.set()
    server.shutdown()
    thread.join()
    server.server_close()


def choose(site: Installation, *, url: str = "", email: bool = False) -> None:
    site.env["STYLESITE_WEBHOOK_NETWORKS"] = "127.0.0.0/8"
    site.manage("shell", "-v0", "-c", CHOOSE.format(url=url, email=email))


def notices(site: Installation) -> list[tuple[str, int]]:
    rows = site.ask("SELECT state, attempts FROM transfers_notice ORDER BY created_at")
    return [(str(state), int(attempts)) for state, attempts in rows]


def test_a_sender_killed_while_the_receiver_hangs_is_replaced_and_the_notice_arrives(
    any_site: Installation, receiver: Receiver
) -> None:
    site = any_site
    choose(site, url=receiver.url)
    (pk,) = site.submit(seconds=0.5)
    site.start("work")
    site.wait_for_state(pk, "succeeded", 60)
    asked_s = site.wait_for(lambda: receiver.asked, 10, "the first try")
    (victim,) = site.pids(SENDER)
    os.kill(victim, signal.SIGKILL)
    receiver.answering.set()
    arrived_s = site.wait_for(lambda: notices(site) == [("sent", 2)], 30, "the second try")
    print(f"first tried after {asked_s:.1f} s, arrived {arrived_s:.1f} s after the kill")
    assert site.pids(SENDER) != {victim}
    assert len(receiver.asked) == 2
    assert len(set(receiver.asked)) == 1  # the same number, by which the receiver knows it
    assert receiver.told[-1]["type"] == "transfer.succeeded"


@pytest.mark.long
def test_a_sender_that_hangs_is_replaced(site: Installation, receiver: Receiver) -> None:
    receiver.answering.set()
    choose(site, url=receiver.url)
    site.start("work")
    site.wait_for(lambda: site.pids(SENDER), START_S, "the sender")
    (victim,) = site.pids(SENDER)
    os.kill(victim, signal.SIGSTOP)
    replaced_s = site.wait_for(
        lambda: site.pids(SENDER) and victim not in site.pids(SENDER), 70, "another sender"
    )
    print(f"replaced after {replaced_s:.1f} s")
    (pk,) = site.submit(seconds=0.5)
    site.wait_for_state(pk, "succeeded", 60)
    site.wait_for(lambda: notices(site) == [("sent", 1)], 10, "the notice")


@pytest.mark.long
def test_it_stops_in_time_and_without_a_trace_while_a_receiver_hangs(
    site: Installation, receiver: Receiver
) -> None:
    choose(site, url=receiver.url)
    (pk,) = site.submit(seconds=0.5)
    supervisor = site.start("work")
    site.wait_for_state(pk, "succeeded", 60)
    site.wait_for(lambda: receiver.asked, 10, "the first try")
    began = monotonic()
    supervisor.terminate()
    assert supervisor.wait(10) == 0
    print(f"stopped after {monotonic() - began:.1f} s")
    assert site.processes() == {}
    assert notices(site) == [("pending", 1)]
    receiver.answering.set()
    site.start("work")
    site.wait_for(lambda: notices(site) == [("sent", 2)], 30, "the notice")


@pytest.mark.long
def test_many_pictures_are_one_letter_and_the_sender_has_no_torch(
    site: Installation, tmp_path: Path
) -> None:
    letters = tmp_path / "letters"
    site.env["STYLESITE_EMAIL_URL"] = f"file:///{letters}"
    choose(site, email=True)
    site.submit(seconds=0.5, count=3)
    site.manage("shell", "-v0", "-c", AGE)
    site.start("work")
    site.wait_for(lambda: [state for state, _ in notices(site)] == ["sent"] * 3, 90, "the letter")
    (letter,) = letters.iterdir()
    assert "Subject: [Stylesite] 3 pictures are ready" in letter.read_text()
    (sender,) = site.pids(SENDER)
    assert "libtorch" not in Path(f"/proc/{sender}/maps").read_text()
    resident = Path(f"/proc/{sender}/status").read_text().split("VmRSS:")[1].split()[0]
    print(f"the sender takes {int(resident) / 1024:.0f} MB")
