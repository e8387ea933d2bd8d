"""Sends hostile files to a real site over HTTP and says what became of them: `make fuzz`.

Ends with 1 where a process of the server died or was replaced, an answer was not an answer, took
too long or had no sentence, a file was not looked at, a file stayed that no row names, or the
memory grew.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import queue
import statistics
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Literal

from tests.fuzz import guided, hostile, hostile_zips
from tests.fuzz.hostile import MARK, Hostile
from tests.fuzz.site import Person, Site

LIMIT_S = 60
WARM = 300
"""So many first: a process takes what it needs anyway."""

GROWN_MB = 40
"""From the second quarter to the last, by the least in each: the allocator keeps some of a large
picture for a while, which moves medians by 70; what leaks never gets less."""

SAMPLE_EVERY = 100
LEAST_SAMPLES = 40
"""Of memory: fewer tell nothing."""

HEAVY_EVERY = 250
AT_ONCE = 3
CSRF = "f" * 32

API = "/api/v1"
LOGIN = "/accounts/login/"
IMPORT = "/admin/gallery/style/import/"


@dataclass(frozen=True)
class Door:
    """A way in: its address, the field of the file, other fields, who may come in, what it answers
    where it takes a file, and where it does not: anything from 400 on, if nothing else is said."""

    address: str
    name: str
    fields: tuple[tuple[str, str], ...] = ()
    who: Literal["token", "session", "device", "curator"] = "token"
    taken: frozenset[int] = frozenset({201, 302})
    refused: frozenset[int] = frozenset({*range(400, 500), 503})


WHOLE = (
    *(("title", "A style"), ("crop_left", "0"), ("crop_top", "0")),
    *(("crop_width", "100"), ("crop_height", "100")),
)

DOORS = [
    Door(f"{API}/content-images/", "image"),
    Door(f"{API}/styles/", "image", (("title", "A style"),)),
    Door(f"{API}/content-images/{{photo}}/masks/", "image"),
    Door(f"{API}/recipes/upload/", "file"),
    Door(f"{API}/styles/{{style}}/picture/", "image", taken=frozenset({200})),
    Door("/styles/add/", "image", who="session"),
    Door("/styles/{style}/edit/", "image", WHOLE, who="session"),
    Door("/new/", "image", who="session"),
    Door("/recipes/import/", "file", who="session"),
    Door("/recipes/{recipe}/photo/give/", "image", who="session"),
    Door("/recipes/{recipe}/style-0/give/", "image", who="session"),
    Door("/profile/", "image", who="session"),  # takes no file
    Door("/booth/take/", "photo", (("style", "{style}"),), who="device"),
    Door(IMPORT, "file", who="curator", refused=frozenset({200, 400, 413, 503})),  # takes zips
]


Sent = tuple[Door, Hostile]


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    location: str = ""


@dataclass
class Answers:
    """What came back, of all threads."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    by_kind: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def note(self, one: Hostile, door: Door, status: int, seconds: float, wrong: str) -> None:
        with self.lock:
            self.seconds.append(seconds)
            self.statuses[status] += 1
            self.by_kind[one.kind, "taken" if status in door.taken else "refused"] += 1
            if wrong or seconds > LIMIT_S:
                self.wrong.append(f"{one.kind} at {door.address}: {status} {wrong} {seconds:.1f} s")


class Sender(threading.Thread):
    """One person, with a connection that is kept."""

    def __init__(self, site: Site, person: Person, todo: queue.Queue[Sent], said: Answers) -> None:
        super().__init__(daemon=True)
        self._site, self._person, self._todo, self._said = site, person, todo, said
        self._connection = self._connect()
        self._is_new = True

    def run(self) -> None:
        while True:
            try:
                door, one = self._todo.get_nowait()
            except queue.Empty:
                return
            began = monotonic()
            try:
                answer = self._again(lambda door=door, one=one: self._send(one, door))
                status, wrong = answer.status, judged(door, answer)
                if door.address == IMPORT and status in door.taken:
                    wrong = wrong or self._import(door, answer.location)
            except (OSError, http.client.HTTPException) as error:
                status, wrong = 0, repr(error)
                self._connection = self._connect()
            self._said.note(one, door, status, monotonic() - began, wrong)

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._site.port, timeout=LIMIT_S + 15)

    def _again(self, send: Callable[[], Answer]) -> Answer:
        """As browsers do on a kept connection that turns out to be closed."""
        try:
            return send()
        except ConnectionError:
            if self._is_new:
                raise
            self._connection = self._connect()
            return send()

    def _send(self, one: Hostile, door: Door) -> Answer:
        own = vars(self._person)
        fields = {name: value.format(**own) for name, value in door.fields}
        if door.who != "token":
            fields["csrfmiddlewaretoken"] = CSRF
        kind = "multipart/form-data; boundary=frontier"
        return self._ask(door.who, door.address.format(**own), kind, form(one, door.name, fields))

    def _import(self, door: Door, address: str) -> str:
        """What is wrong with the pages that say what a zip would do, and that do it."""
        token = f"csrfmiddlewaretoken={CSRF}".encode()
        kind = "application/x-www-form-urlencoded"
        for body in (b"", token):
            answer = self._again(lambda body=body: self._ask(door.who, address, kind, body))
            if answer.status != 200 or not answer.body.rstrip().endswith(b"</html>"):
                return f"was imported to {answer.status} {answer.body[-200:]!r}"
            if b"went wrong on our side" in answer.body:
                return "a row failed for a reason of ours"
        return ""

    def _ask(self, who: str, address: str, content_type: str, body: bytes) -> Answer:
        """POST; GET without a body."""
        self._is_new = self._connection.sock is None
        headers = {"Content-Type": content_type, "Content-Length": str(len(body))}
        if who == "token":
            headers["Authorization"] = f"Bearer {self._person.token}"
        elif who == "device":
            headers["Cookie"] = f"booth={next(self._person.devices)}; csrftoken={CSRF}"
            headers["Accept"] = "application/json"
        else:
            headers["Cookie"] = f"sessionid={getattr(self._person, who)}; csrftoken={CSRF}"
        self._connection.putrequest("POST" if body else "GET", address)
        for header, value in headers.items():
            self._connection.putheader(header, value)
        self._connection.endheaders()
        with suppress(BrokenPipeError, ConnectionResetError):  # answered before all was sent
            self._connection.send(body)
        response = self._connection.getresponse()
        location = response.getheader("Location", "")
        answer = Answer(response.status, response.read(), location)
        if response.will_close:
            self._connection.close()
        return answer


def form(one: Hostile, name: str, fields: dict[str, str]) -> bytes:
    """The body as a client without manners writes it: names are sent as they are."""
    parts = [
        f'--frontier\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    file_name = one.name.replace(b'"', b"%22")
    head = b'--frontier\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n'
    parts.append(head % (name.encode(), file_name))
    parts.append(b"Content-Type: " + one.content_type + b"\r\n\r\n" + one.data + b"\r\n")
    return b"".join([*parts, b"--frontier--\r\n"])


def judged(door: Door, answer: Answer) -> str:
    """What is wrong with it; nothing, where the file was taken or refused with a sentence."""
    status, body = answer.status, answer.body
    if status == 429 or answer.location.startswith(LOGIN):
        return "did not look at the file"
    if status in door.taken:
        return ""
    if status not in door.refused:
        return "is no answer to a bad file"
    if door.who in ("session", "curator"):
        return "" if b"</html>" in body else "is no page"
    said = b'"detail":"' if door.who == "token" else b'"sentence":"'
    return "" if said in body.replace(b'": "', b'":"') else "has no sentence"


def sent(seed: int, count: int, doors: list[Door]) -> Iterator[Sent]:
    """All kinds of files at all doors, and zips at the one that takes zips."""
    for number, one in enumerate(hostile.files(seed, count, HEAVY_EVERY)):
        door = doors[(number // len(hostile.KINDS) + number) % len(doors)]
        zips = door.address == IMPORT
        yield door, hostile_zips.made(seed, number // len(doors)) if zips else one


def feed(site: Site, files: list[Sent], said: Answers) -> float:
    """Send all of them, a few people at the same time; the most that one file took in memory."""
    todo: queue.Queue[Sent] = queue.Queue()
    for one in files:
        todo.put(one)
    senders = [Sender(site, person, todo, said) for person in site.people]
    for sender in senders:
        sender.start()
    largest = 0.0
    while any(sender.is_alive() for sender in senders):
        largest = max(largest, site.resident_mb()["a file"])
        sleep(0.1)
    return largest


def report(said: Answers, count: int, took_s: float) -> None:
    seconds = sorted(said.seconds)
    print(f"{count} files in {took_s:.0f} s on {os.cpu_count()} cores, {AT_ONCE} at a time")
    print(f"  answers: {dict(sorted(said.statuses.items()))}")
    p95 = seconds[int(0.95 * len(seconds))]
    median, longest = statistics.median(seconds), seconds[-1]
    print(f"  median {median:.3f} s, p95 {p95:.3f} s, longest {longest:.3f} s")
    for kind in (*hostile.KINDS, "heavy", *hostile_zips.KINDS):
        taken, refused = said.by_kind[kind, "taken"], said.by_kind[kind, "refused"]
        print(f"  {kind:20} {taken:5} taken {refused:5} refused")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--guided", type=int, default=20_000, help="inputs for our own parsers")
    parser.add_argument("--door", action="append", help="a part of its address; all, without one")
    asked = parser.parse_args()
    doors = [one for one in DOORS if any(part in one.address for part in asked.door or [""])]
    wrong = guided.main(asked.seed, asked.guided)
    site = Site(AT_ONCE)
    try:
        wrong += fuzz(site, asked.seed, asked.files, doors)
    finally:
        site.close()
    for one in wrong:
        print(f"WRONG: {one}")
    print("all is well" if not wrong else f"{len(wrong)} things are wrong")
    return 1 if wrong else 0


def fuzz(site: Site, seed: int, count: int, doors: list[Door]) -> list[str]:
    files = sent(seed, count + WARM, doors)
    feed(site, list(itertools.islice(files, WARM)), Answers())
    processes, began = site.processes(), monotonic()
    said, largest, samples = Answers(), 0.0, [site.resident_mb()]
    while some := list(itertools.islice(files, SAMPLE_EVERY)):
        largest = max(largest, feed(site, some, said))
        samples.append(site.resident_mb())
    report(said, count, monotonic() - began)
    for role in ("worker", "decoder"):
        held = ", ".join(f"{one[role]:.0f}" for one in samples[:: len(samples) // 20 or 1])
        print(f"  {role}s: {held} MB, from before to after")
    print(f"  the largest process of one file: {largest:.0f} MB")
    return said.wrong + left_behind(site) + changed(site, processes, samples)


def left_behind(site: Site) -> list[str]:
    """Files that no row names, temporary ones, and any that holds what rode along."""
    named, rows = site.named()
    stored = site.stored()
    print(f"  {len(stored)} files stored, {sum(rows.values())} rows")
    wrong = [f"{name} stayed" for name in sorted(stored - named)]
    wrong += [f"{name} is missing" for name in sorted(named - stored)]
    wrong += [f"{path} stayed" for path in site.temporary.iterdir() if not _of_gunicorn(path.name)]
    media = site.data_dir / "media"
    return wrong + [f"{name}: marked" for name in stored if MARK in (media / name).read_bytes()]


def _of_gunicorn(name: str) -> bool:
    return name.startswith("wgunicorn-")


def changed(site: Site, processes: dict[int, str], samples: list[dict[str, float]]) -> list[str]:
    wrong = [f"log: {line}" for line in site.complaints()]
    if site.processes() != processes:
        wrong.append(f"processes were {processes} and are {site.processes()}")
    for role in ("worker", "decoder"):
        wrong += grown(role, [one[role] for one in samples])
    return wrong


def grown(role: str, held_mb: list[float]) -> list[str]:
    """What is wrong with memory that was held one after another."""
    if len(held_mb) < LEAST_SAMPLES:
        return []
    quarter = len(held_mb) // 4
    earlier = min(held_mb[quarter : 2 * quarter])
    later = min(held_mb[-quarter:])
    if later - earlier <= GROWN_MB:
        return []
    return [f"{role}s grew from {earlier:.0f} to {later:.0f} MB"]


if __name__ == "__main__":
    sys.exit(main())
