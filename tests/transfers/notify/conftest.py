"""Transfers that end, people who want to be told, and a receiver that listens for real."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from time import sleep

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from engine.params import Params
from gallery.artworks import frame_artwork
from gallery.models import Artwork, Style
from transfers.models import ContentImage, NoticeChoices, Transfer
from transfers.queue import lifecycle, submission

End = Callable[..., Transfer]


class Receiver(ThreadingHTTPServer):
    """Answers `status` and keeps what it was sent; `pause_s` before it answers, or by the byte."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.pause_s = 0.0
        self.drips = False
        self.location = ""
        self.got: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?key=1"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.got.append((headers | {":path": self.path}, body))
        sleep(self.server.pause_s)
        if self.server.drips:
            for _byte in range(100):
                self.wfile.write(b"H")
                sleep(0.05)
            return
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def site_sends_mail(settings: Settings) -> None:
    settings.SENDS_MAIL = True
    settings.PUBLIC_URL = "https://pictures.example.org"


@pytest.fixture
def confirmed(user: User) -> User:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def style(db: None) -> Style:
    style = Style(title="Stripes", slug="stripes")
    style.set_picture(Image.radial_gradient("L").convert("RGB").resize((80, 80)))
    style.save()
    return style


@pytest.fixture
def photo(user: User) -> ContentImage:
    return photo_of(user)


def photo_of(user: User) -> ContentImage:
    photo = ContentImage(owner=user, title="Harbour")
    photo.set_picture(Image.linear_gradient("L").convert("RGB").resize((96, 64)))
    photo.save()
    return photo


def artwork_of(user: User) -> Artwork:
    picture = Image.new("RGB", (64, 48), "teal")
    return frame_artwork(owner=user, image=picture, before=picture, title="Harbour", recipe={})


def submitted(photo: ContentImage, style: Style, *, ago_s: float = 0) -> Transfer:
    transfer = submission.submit(photo.owner, photo, [(style, 1.0)], Params(size_px=64))
    transfer.created_at = timezone.now() - timedelta(seconds=ago_s)
    Transfer.objects.filter(pk=transfer.pk).update(created_at=transfer.created_at)
    return transfer


@pytest.fixture
def end(photo: ContentImage, style: Style) -> End:
    """Submits a transfer `took_s` ago and lets it succeed, or fail with a sentence."""

    def end_one(failed: str = "", took_s: float = 90, of: ContentImage | None = None) -> Transfer:
        submitted(of or photo, style, ago_s=took_s)
        transfer = lifecycle.claim("here")
        assert transfer is not None
        if failed:
            lifecycle.fail(transfer, failed)
        else:
            lifecycle.succeed(transfer, artwork_of(transfer.owner))
        return Transfer.objects.get(pk=transfer.pk)

    return end_one


@pytest.fixture
def webhook(user: User, receiver: Receiver) -> NoticeChoices:
    return NoticeChoices.objects.create(owner=user, email=False, webhook_url=receiver.url)


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self._now = timezone.now

    def now(self) -> datetime:
        return self._now() + self.ahead

    def forward(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock.now)
    return clock
