"""What a webhook says and how it is signed, delivered to a receiver that listens for real."""

import base64
import hashlib
import hmac
import json
import logging
import re
import socket
import ssl
import subprocess
import threading
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from pytest_django import Settings

from tests.transfers.notify.conftest import End, Receiver
from transfers.models import Notice, NoticeChoices, Transfer
from transfers.notify import outbox, post, webhooks
from transfers.notify.models import draw_secret
from transfers.notify.outbox import Answer

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[3]
Outcome = Notice.Outcome


def deliver() -> Answer:
    notice = outbox.claim_webhook("here")
    assert notice is not None
    return webhooks.deliver(notice)


def test_success_is_told_with_the_pictures_addresses(
    end: End, webhook: NoticeChoices, receiver: Receiver
) -> None:
    transfer = end()
    assert deliver() == Answer(Outcome.OK, 200)
    ((headers, body),) = receiver.got
    told = json.loads(body)
    site = "https://pictures.example.org"
    assert told["type"] == "transfer.succeeded"
    assert told["id"] == headers["webhook-id"] == str(Notice.objects.get().pk)
    assert datetime.fromisoformat(told["timestamp"]) == Notice.objects.get().created_at
    assert told["data"] == {
        "transfer_id": str(transfer.pk),
        "transfer_url": f"{site}/transfers/{transfer.pk}/",
        "state": "succeeded",
        "artwork_id": str(transfer.artwork_id),
        "artwork_url": f"{site}/gallery/{transfer.artwork_id}/",
        "error": None,
        "submitted_at": transfer.created_at.isoformat(),
        "finished_at": transfer.finished_at.isoformat(),
    }
    assert headers[":path"] == "/hook?key=1"
    assert headers["content-type"] == "application/json"
    assert headers["host"] == f"127.0.0.1:{receiver.server_port}"


def test_failure_is_told_with_its_sentence(
    end: End, webhook: NoticeChoices, receiver: Receiver
) -> None:
    end("The photo is too narrow – please choose another.")
    deliver()
    told = json.loads(receiver.got[0][1])
    assert told["type"] == "transfer.failed"
    assert told["data"]["error"] == "The photo is too narrow – please choose another."
    assert told["data"]["artwork_id"] is None


def test_the_signature_is_that_of_the_specification() -> None:
    # The example of the specification's own reference libraries.
    given = webhooks.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert given == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_signature_is_over_what_arrived(
    end: End, webhook: NoticeChoices, receiver: Receiver
) -> None:
    end()
    deliver()
    ((headers, body),) = receiver.got
    key = base64.b64decode(webhook.webhook_secret[len("whsec_") :])
    assert 24 <= len(key) <= 64
    message = b".".join(
        [headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body]
    )
    expected = base64.b64encode(hmac.digest(key, message, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - datetime.now().timestamp()) < 5


def test_receivers_can_verify_it_as_the_documentation_says(
    end: End, webhook: NoticeChoices, receiver: Receiver
) -> None:
    end()
    deliver()
    ((headers, body),) = receiver.got
    written = (ROOT / "docs" / "notifications.md").read_text()
    (program,) = re.findall(r"```python\n(.*?)```", written, re.DOTALL)
    known: dict[str, Any] = {}
    exec(program, known)
    is_genuine = known["is_genuine"]
    assert is_genuine(webhook.webhook_secret, headers, body)
    assert not is_genuine(webhook.webhook_secret, headers, body + b" ")
    assert not is_genuine(draw_secret(), headers, body)
    old = headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 600)}
    assert not is_genuine(webhook.webhook_secret, old, body)


def test_a_repetition_has_the_same_number_and_body(
    end: End, webhook: NoticeChoices, receiver: Receiver
) -> None:
    end()
    receiver.status = 503
    notice = outbox.claim_webhook("here")
    assert notice is not None
    assert webhooks.deliver(notice) == Answer(Outcome.STATUS, 503)
    assert webhooks.deliver(notice) == Answer(Outcome.STATUS, 503)
    (one, two) = receiver.got
    assert one[0]["webhook-id"] == two[0]["webhook-id"]
    assert one[1] == two[1]


def test_it_goes_to_the_address_that_is_chosen_now_or_nowhere(
    end: End, webhook: NoticeChoices, receiver: Receiver
) -> None:
    end()
    NoticeChoices.objects.update(webhook_url="")
    assert deliver() == Answer(Outcome.NOWHERE)
    assert receiver.got == []


@pytest.mark.parametrize("location", ["http://169.254.169.254/", "http://127.0.0.1:1/", "/other"])
def test_a_redirect_is_not_followed(
    end: End, webhook: NoticeChoices, receiver: Receiver, location: str
) -> None:
    end()
    receiver.status, receiver.location = 302, location
    assert deliver() == Answer(Outcome.REDIRECT, 302)
    assert len(receiver.got) == 1


def test_a_receiver_that_hangs_is_left_when_the_time_is_over(
    end: End, webhook: NoticeChoices, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    end()
    monkeypatch.setattr(webhooks, "DELIVERY_S", 0.4)
    receiver.pause_s = 2
    began = monotonic()
    assert deliver() == Answer(Outcome.TIMEOUT)
    assert monotonic() - began < 1.5


def test_a_receiver_that_sends_a_byte_now_and_then_is_left_as_well(
    end: End, webhook: NoticeChoices, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    end()
    monkeypatch.setattr(webhooks, "DELIVERY_S", 0.4)
    receiver.drips = True
    began = monotonic()
    assert deliver() == Answer(Outcome.TIMEOUT)
    assert monotonic() - began < 1.5


def test_a_receiver_that_is_not_there_is_said_to_be_so(end: End, webhook: NoticeChoices) -> None:
    end()
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        NoticeChoices.objects.update(webhook_url=url)
        assert deliver() == Answer(Outcome.REFUSED)


def test_what_does_not_speak_http_is_said_to_be_so(end: End, webhook: NoticeChoices) -> None:
    end()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _address = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"220 mail.example.org ESMTP\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        NoticeChoices.objects.update(webhook_url=f"http://127.0.0.1:{server.getsockname()[1]}/")
        assert deliver() == Answer(Outcome.BROKEN)
        thread.join()


def test_a_private_address_is_not_even_connected_to(
    end: End, webhook: NoticeChoices, receiver: Receiver, settings: Settings
) -> None:
    end()
    settings.WEBHOOK_NETWORKS = []
    assert deliver() == Answer(Outcome.PRIVATE)
    assert receiver.got == []


def test_a_second_answer_of_the_name_server_changes_nothing(
    end: End, webhook: NoticeChoices, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is asked for once, and what was checked then is what is connected to."""
    end()
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: str, *rest: Any, **wanted: Any) -> Any:
        if host != "hooks.example.org":
            return real(host, *rest, **wanted)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "10.0.0.1", *rest, **wanted)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    url = f"http://hooks.example.org:{receiver.server_port}/hook"
    NoticeChoices.objects.update(webhook_url=url)
    assert deliver() == Answer(Outcome.OK, 200)
    assert asked == ["hooks.example.org"]
    assert receiver.got[0][0]["host"] == f"hooks.example.org:{receiver.server_port}"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    path = tmp_path / "certificate.pem"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    words += ["-subj", "/CN=hooks.example.org", "-addext", "subjectAltName=DNS:hooks.example.org"]
    words += ["-keyout", str(path), "-out", str(tmp_path / "only.pem")]
    subprocess.run(["openssl", *words], check=True, capture_output=True)
    path.write_text(path.read_text() + (tmp_path / "only.pem").read_text())
    return path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hooks.example.org", Answer(Outcome.OK, 200)),
        ("other.example.org", Answer(Outcome.TLS)),
    ],
)
def test_https_checks_the_certificate_against_the_name_that_was_chosen(
    end: End,
    webhook: NoticeChoices,
    receiver: Receiver,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    expected: Answer,
) -> None:
    end()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    receiver.socket = server.wrap_socket(receiver.socket, server_side=True)
    receiver.handle_error = lambda *_args: None  # type: ignore[method-assign]
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(post, "_tls", lambda: trusting)
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _host, *rest, **wanted: real("127.0.0.1", *rest, **wanted)
    )
    NoticeChoices.objects.update(webhook_url=f"https://{name}:{receiver.server_port}/hook")
    assert deliver() == expected


def test_an_unknown_certificate_is_not_trusted(
    end: End, webhook: NoticeChoices, receiver: Receiver, certificate: Path
) -> None:
    end()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    receiver.socket = server.wrap_socket(receiver.socket, server_side=True)
    receiver.handle_error = lambda *_args: None  # type: ignore[method-assign]
    NoticeChoices.objects.update(webhook_url=receiver.url.replace("http:", "https:"))
    assert deliver() == Answer(Outcome.TLS)


def test_neither_secret_nor_address_is_logged(
    end: End, webhook: NoticeChoices, caplog: pytest.LogCaptureFixture
) -> None:
    end()
    with caplog.at_level(logging.DEBUG):
        deliver()
    key = webhook.webhook_secret.removeprefix("whsec_")
    assert "webhook, try 1: ok 200" in caplog.text
    assert key not in caplog.text
    assert "key=1" not in caplog.text
    assert Transfer.objects.get().pk
