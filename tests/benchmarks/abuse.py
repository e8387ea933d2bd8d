"""What 50 abusers at the limits cost 20 people who use the site as it is meant.

`python -m tests.benchmarks.abuse` starts a whole site (`manage.py up` on SQLite, or on PostgreSQL
with `--database`), lets the 20 use it alone, then beside the abusers, and prints how long they
waited, side by side. Everybody has an address of their own out of 127.0.0.0/8. Clients and site
share the machine's cores, so the abusers also cost what it takes to be them.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import re
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from statistics import quantiles

NORMAL, ABUSERS, THINK_S = 20, 50, (0.5, 2.0)
HELD = 1200
ROOT = Path(__file__).parents[2]


@dataclass
class Person:
    """Somebody with an account, an address of their own, and what they own."""

    number: int
    address: str
    session: str = ""
    token: str = ""
    artworks: list[str] = field(default_factory=list)
    photo: str = ""
    style: str = ""
    transfer: str = ""


class Site:
    """The site's port, and how long each kind of request took in the phase that runs."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.times: dict[str, list[float]] = defaultdict(list)
        self.answers: Counter[str] = Counter()
        self.stop = threading.Event()

    def ask(
        self,
        who: Person,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        by: str = "session",
        content_type: str = "application/json",
        limit_s: float = 60,
    ) -> tuple[int, bytes]:
        headers = {"Host": "localhost", "Connection": "close", "Content-Type": content_type}
        if by == "session":
            headers["Cookie"] = f"sessionid={who.session}"
        elif by == "token":
            headers["Authorization"] = f"Bearer {who.token}"
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=limit_s, source_address=(who.address, 0)
        )
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def timed(self, kind: str, *given: object, **options: object) -> bytes:
        began = time.monotonic()
        status, data = self.ask(*given, **options)  # type: ignore[arg-type]
        self.times[kind].append(time.monotonic() - began)
        good = 200 <= status < 400
        self.answers["good" if good else f"{kind}: {status or 'no answer'}"] += 1
        return data


def multipart(picture: bytes) -> tuple[bytes, str]:
    head = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n'
    head += b"Content-Type: image/jpeg\r\n\r\n"
    return head + picture + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"


def use(site: Site, who: Person, picture: bytes) -> None:
    """As people do: look at the wall, open a picture, watch one, now and then send a photo."""
    chance = random.Random(who.number)
    while not site.stop.wait(chance.uniform(*THINK_S)):
        site.timed("wall", who, "GET", "/gallery/")
        artwork = chance.choice(who.artworks)
        site.timed("picture", who, "GET", f"/gallery/{artwork}/")
        site.timed("file", who, "GET", f"/gallery/{artwork}/thumbnail/")
        site.timed("live page", who, "GET", f"/transfers/{who.transfer}/progress/")
        if chance.random() < 0.15:
            body, kind = multipart(picture)
            path = "/api/v1/content-images/"
            site.timed("upload", who, "POST", path, body, by="token", content_type=kind)
        if chance.random() < 0.1:
            site.timed("zip", who, "GET", f"/gallery/zip/?ids={artwork}")
        if chance.random() < 0.1:
            site.timed("submit", who, "POST", "/api/v1/transfers/", order(who), by="token")


def order(who: Person, count: int = 1) -> bytes:
    said: dict[str, object] = {"styles": [{"style": who.style}], "settings": {"size_px": 64}}
    said |= {"content_image": who.photo} if count == 1 else {"content_images": [who.photo] * count}
    return json.dumps(said).encode()


# the abusers: each does one thing as often as it is let


def guess(site: Site, who: Person) -> None:
    site.ask(who, "GET", "/accounts/login/", by="nobody")
    body = f"login=bench-{random.randrange(1, 21)}@example.org&password=guess".encode()
    kind = "application/x-www-form-urlencoded"
    site.ask(who, "POST", "/accounts/login/", body, by="nobody", content_type=kind)


def upload(site: Site, who: Person) -> None:
    body, kind = multipart(BIG)
    site.ask(who, "POST", "/api/v1/content-images/", body, by="token", content_type=kind)


def giant(site: Site, who: Person) -> None:
    with contextlib.suppress(OSError), opened(site, who) as client:
        client.sendall(head(f"Cookie: sessionid={who.session}", 2 * 2**30))
        while not site.stop.is_set():
            client.sendall(b"x" * 2**18)


def drip(site: Site, who: Person) -> None:
    """Four connections that send a byte every half second."""
    clients = []
    with contextlib.suppress(OSError):
        for _ in range(4):
            clients.append(opened(site, who))
            clients[-1].sendall(head("Accept: */*", 100_000))
        while not site.stop.wait(0.5):
            for client in clients:
                client.sendall(b"x")
    for client in clients:
        client.close()


def drip_headers(site: Site, who: Person) -> None:
    with contextlib.suppress(OSError), opened(site, who) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        while not site.stop.wait(0.5):
            client.sendall(b"X-A: b\r\n")


def hammer(site: Site, who: Person) -> None:
    site.ask(who, "GET", "/api/v1/artworks/?page_size=100", by="token")


def fetch_zip(site: Site, who: Person) -> None:
    site.ask(who, "GET", "/api/v1/artworks/zip/", by="token")


def sip(site: Site, who: Person) -> None:
    """Four connections that take large answers, zip or file, byte by byte."""
    clients = []
    with contextlib.suppress(OSError):
        for path in ("/gallery/zip/", f"/gallery/{who.artworks[0]}/original/") * 2:
            clients.append(opened(site, who, takes=4096))
            asked = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid={who.session}"
            clients[-1].sendall(asked.encode() + b"\r\n\r\n")
        while not site.stop.wait(0.5):
            for client in clients:
                client.recv(500)
    for client in clients:
        client.close()


def convert(site: Site, who: Person) -> None:
    """Much work for a short request."""
    site.ask(who, "GET", f"/gallery/{random.choice(who.artworks)}/download/webp/")


def search(site: Site, who: Person) -> None:
    words = "+".join(random.choices(["harbour", "mill", "a", "e", "%25"], k=6))
    site.ask(who, "GET", f"/gallery/?q={words}")


def submit(site: Site, who: Person) -> None:
    site.ask(who, "POST", "/api/v1/transfers/batch/", order(who, 100), by="token")


def garbage(site: Site, who: Person) -> None:
    with contextlib.suppress(OSError), opened(site, who) as client:
        client.sendall(random.randbytes(2000) + b"\r\n\r\n")
        client.settimeout(5)
        client.recv(1000)
    site.ask(who, "BREW", f"/{'%2e%2e/' * 20}{random.random()}", by="nobody")


def hold(site: Site, who: Person) -> None:
    """As many connections as an address gets and more; half say nothing, half begin to."""
    with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
        for number in range(HELD):
            client = stack.enter_context(opened(site, who))
            client.sendall(b"GET / HTTP/1.1\r\nHo" if number % 2 else b"")
        site.stop.wait(20)


KINDS: list[Callable[[Site, Person], None]] = [
    *(guess, upload, giant, drip, drip_headers, sip, hammer, fetch_zip, search, submit, garbage),
    *(hold, convert),
]
BIG = random.Random(7).randbytes(8 * 2**20)


def opened(site: Site, who: Person, takes: int = 0) -> socket.socket:
    """`takes` is how much the client lets lie before it is read; 0 as systems do."""
    client = socket.socket()
    if takes:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, takes)
    client.settimeout(20)
    client.bind((who.address, 0))
    client.connect(("127.0.0.1", site.port))
    return client


def head(more: str, size: int) -> bytes:
    lines = ["POST /new/ HTTP/1.1", "Host: localhost", more, f"Content-Length: {size}", "", ""]
    return "\r\n".join(lines).encode()


def abuse(site: Site, who: Person, done: Counter[str]) -> None:
    act = KINDS[who.number % len(KINDS)]
    while not site.stop.is_set():
        act(site, who)
        done[act.__name__] += 1


def phase(
    site: Site, people: list[Person], abusers: list[Person], picture: bytes, seconds: float
) -> tuple[dict[str, list[float]], Counter[str], Counter[str]]:
    site.times, site.answers, site.stop = defaultdict(list), Counter(), threading.Event()
    done: Counter[str] = Counter()
    threads = [threading.Thread(target=abuse, args=(site, who, done)) for who in abusers]
    threads += [threading.Thread(target=use, args=(site, who, picture)) for who in people]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    site.stop.set()
    for thread in threads:
        thread.join(90)
    return site.times, site.answers, done


def table(alone: dict[str, list[float]], beside: dict[str, list[float]]) -> None:
    print("| request | n | alone p50 | p95 | p99 | n | beside them p50 | p95 | p99 |")
    print("| --- " * 9 + "|")
    alone["all"], beside["all"] = (list(chain(*times.values())) for times in (alone, beside))
    for kind in alone:
        cells = [kind]
        for times in (alone[kind], beside.get(kind, [])):
            cells.append(str(len(times)))
            cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else []
            cells += [f"{cuts[at - 1]:.2f} s" for at in (50, 95, 99)] if cuts else ["–"] * 3
        print("| " + " | ".join(cells) + " |")


def prepare(count: int) -> tuple[list[Person], list[Person], bytes]:
    """People with pictures, sessions and tokens, made in this process."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from accounts import tokens
    from accounts.models import ApiToken, User
    from engine.params import Params
    from gallery.models import Artwork, Style
    from tests.transfers.drawings import as_file, quadrants
    from transfers.photos import add_photo
    from transfers.queue import submission

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("make_artworks", owners=NORMAL + ABUSERS, count=count, verbosity=0)
    picture = as_file(quadrants(1600, 1200))
    style = Style.objects.filter(owner=None).first() or Style.objects.first()
    assert style is not None
    people = []
    for number in range(1, NORMAL + ABUSERS + 1):
        user = User.objects.get(email=f"bench-{number}@example.org")
        client = Client()
        client.force_login(user)
        who = Person(number, f"127.0.{1 + (number > NORMAL)}.{number}")
        who.session = client.cookies["sessionid"].value
        _token, who.token = tokens.issue(user, "bench", ApiToken.Scope.values)
        who.artworks = [
            str(pk) for pk in Artwork.objects.filter(owner=user).values_list("pk", flat=True)[:50]
        ]
        with tempfile.TemporaryFile() as file:
            file.write(picture)
            file.seek(0)
            photo = add_photo(user, file, "upload", "Photo")
        who.photo, who.style = str(photo.pk), str(style.pk)
        params = Params(size_px=64, steps=4)
        who.transfer = str(submission.submit(user, photo, [(style, 1.0)], params).pk)
        people.append(who)
    return people[:NORMAL], people[NORMAL:], picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="of each phase")
    parser.add_argument("--count", type=int, default=200, help="artworks of each person")
    parser.add_argument("--database", default="", help="address of an empty PostgreSQL database")
    arguments = parser.parse_args()
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(prefix="stylesite-abuse-") as folder:
        os.environ.update(
            STYLESITE_DATA_DIR=folder,
            STYLESITE_STATIC_HASHED="false",
            STYLESITE_SECRET_KEY="for this benchmark only, and known to everyone who reads it",
            STYLESITE_LOG_LEVEL="ERROR",
            DJANGO_SETTINGS_MODULE="stylesite.settings",
        )
        if arguments.database:
            os.environ["STYLESITE_DATABASE_URL"] = arguments.database
        people, abusers, picture = prepare(arguments.count)
        log = Path(folder) / "log"
        with log.open("wb") as output:
            command = [sys.executable, "manage.py", "up", "--port", "0"]
            server = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
        try:
            while not (found := re.search(r"http://127.0.0.1:(\d+)/", log.read_text())):
                time.sleep(0.2)
            site = Site(int(found[1]))
            alone, answers, _done = phase(site, people, [], picture, arguments.seconds)
            print(f"alone: {dict(answers)}", flush=True)
            beside, answers, done = phase(site, people, abusers, picture, arguments.seconds)
            print(f"beside {ABUSERS} abusers: {dict(answers)}; these did {dict(done)}")
            table(alone, beside)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
