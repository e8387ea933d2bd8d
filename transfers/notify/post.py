"""One HTTP POST to an address that was checked, within a time that holds.

On `http.client`, because what matters here is which socket is connected: this module connects to
the checked address itself, speaks TLS in the name that was asked for, follows no redirect, asks no
proxy, and cuts the line when the time is over, also for a receiver that sends a byte a second.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from functools import cache
from time import monotonic

from transfers.notify.destinations import Destination, UndeliverableError, checked_addresses
from transfers.notify.models import Notice

Outcome = Notice.Outcome

# Of an answer only the status counts. So much of it is read, so that the line ends in good order,
# and thrown away.
MOST_READ_BYTES = 4096


def post(destination: Destination, body: bytes, headers: dict[str, str], limit_s: float) -> int:
    """The status of the answer. Raises UndeliverableError, after `limit_s` seconds at most."""
    deadline = monotonic() + limit_s
    addresses = checked_addresses(destination, limit_s)
    connection = _Connection(destination, addresses, deadline)
    late = threading.Event()
    clock = threading.Timer(max(0.0, deadline - monotonic()), lambda: connection.cut(late))
    clock.daemon = True
    clock.start()
    try:
        connection.request("POST", destination.target, body, headers)
        answer = connection.getresponse()
        answer.read(MOST_READ_BYTES)
        return answer.status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UndeliverableError(Outcome.TIMEOUT if late.is_set() else _kind_of(error)) from error
    finally:
        clock.cancel()
        connection.close()


def _kind_of(error: Exception) -> Notice.Outcome:
    if isinstance(error, TimeoutError):
        return Outcome.TIMEOUT
    if isinstance(error, ssl.SSLError):
        return Outcome.TLS
    return Outcome.REFUSED if isinstance(error, OSError) else Outcome.BROKEN


class _Connection(http.client.HTTPConnection):
    """A connection to checked addresses, whatever the name resolves to meanwhile."""

    def __init__(self, destination: Destination, addresses: list[str], deadline: float) -> None:
        super().__init__(destination.host, destination.port)
        # What the Host header leaves out.
        self.default_port = 443 if destination.is_https else 80
        self._destination = destination
        self._addresses = addresses
        self._deadline = deadline
        self.sock: socket.socket | None = None

    def connect(self) -> None:
        self.sock = self._connected()
        if self._destination.is_https:
            secured = _tls().wrap_socket(
                self.sock,
                server_hostname=self._destination.host,
                do_handshake_on_connect=False,
            )
            self.sock = secured
            secured.do_handshake()

    def _connected(self) -> socket.socket:
        """A socket to the first address that answers; the others get what time is left."""
        errors: list[OSError] = []
        for number, address in enumerate(self._addresses):
            left_s = max(0.01, self._deadline - monotonic())
            share_s = left_s / (len(self._addresses) - number)
            try:
                connected = socket.create_connection(
                    (address, self._destination.port), timeout=share_s
                )
            except OSError as error:
                errors.append(error)
                continue
            connected.settimeout(max(0.01, self._deadline - monotonic()))
            return connected
        raise errors[-1]

    def cut(self, late: threading.Event) -> None:
        """End it from another thread: whoever reads or writes wakes with an error."""
        late.set()
        if self.sock is not None:
            with contextlib.suppress(OSError):
                # Not the TLS socket's own, which would take the session from under its reader.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
