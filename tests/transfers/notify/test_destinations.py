"""Where webhooks may go. Nothing here asks a real name server."""

import ipaddress
import socket
from typing import Any

import pytest
from pytest_django import Settings

from transfers.notify import destinations
from transfers.notify.destinations import BadAddressError, Destination, UndeliverableError
from transfers.notify.models import Notice

Outcome = Notice.Outcome

real_getaddrinfo = socket.getaddrinfo


def answering(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name resolve to these."""

    def resolve(host: str, port: int, **wanted: Any) -> list[Any]:
        return [
            (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port))
            for a in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def checked(url: str) -> list[str]:
    return destinations.checked_addresses(destinations.parse(url), 2)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.0.8",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0xa9.254.43518",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fd00::1]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[::127.0.0.1]",
        "[2002:7f00:1::]",
        "[64:ff9b::a00:1]",
        "[64:ff9b:1::a00:1]",
        "[2001:db8::1]",
        "[2001:0:7f00:1::1]",
        "localhost",
    ],
)
def test_what_is_not_public_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(UndeliverableError) as refused:
        checked(f"http://{host}:8000/hook")
    assert refused.value.outcome == Outcome.PRIVATE


@pytest.mark.parametrize("host", ["93.184.216.34", "[2606:2800:220:1::1]", "[64:ff9b::5db8:d822]"])
def test_public_addresses_are_allowed(host: str) -> None:
    assert checked(f"https://{host}/hook") == [host.strip("[]")]


@pytest.mark.parametrize(
    "answers",
    [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:10.0.0.1"], ["fe80::1%eth0"]],
)
def test_a_name_that_leads_inside_is_refused_also_when_it_leads_outside_too(
    answers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, *answers)
    with pytest.raises(UndeliverableError) as refused:
        checked("https://hooks.example.org/")
    assert refused.value.outcome == Outcome.PRIVATE


def test_an_operators_own_networks_are_allowed_and_no_others(settings: Settings) -> None:
    settings.WEBHOOK_NETWORKS = [ipaddress.ip_network("10.1.0.0/16")]
    assert checked("http://10.1.2.3/") == ["10.1.2.3"]
    assert checked("http://[::ffff:10.1.2.3]/") == ["::ffff:10.1.2.3"]
    for host in ("10.2.0.1", "169.254.169.254", "127.0.0.1"):
        with pytest.raises(UndeliverableError):
            checked(f"http://{host}/")


def test_a_name_that_nobody_knows_is_said_to_be_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: Any, **_wanted: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(UndeliverableError) as refused:
        checked("https://hooks.example.org/")
    assert refused.value.outcome == Outcome.NO_HOST


def test_a_name_server_that_does_not_answer_is_waited_for_only_so_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from threading import Event

    released = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **w: released.wait(10) and [])
    with pytest.raises(UndeliverableError) as refused:
        destinations.checked_addresses(destinations.parse("https://hooks.example.org/"), 0.1)
    released.set()
    assert refused.value.outcome == Outcome.TIMEOUT


def test_an_address_is_taken_apart() -> None:
    assert destinations.parse("https://Hooks.Example.org/a b/ü?x=1&y=é#top") == Destination(
        is_https=True, host="hooks.example.org", port=443, target="/a%20b/%C3%BC?x=1&y=%C3%A9"
    )
    assert destinations.parse("http://bücher.example:8080") == Destination(
        is_https=False, host="xn--bcher-kva.example", port=8080, target="/"
    )


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.org",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "unix:/run/docker.sock",
        "https://",
        "https:///path",
        "https://user:password@example.org/",
        "https://user@example.org/",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://[::1/",
        "https://" + "a" * 70 + ".example/",
    ],
)
def test_what_is_no_address_of_the_web_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(BadAddressError) as refused:
        destinations.parse(url)
    assert refused.value.sentence.endswith(".")
