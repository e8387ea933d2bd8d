"""Guessing a password, and telling who has an account: what a real site with many processes says.

`python -m tests.benchmarks.guessing [--database URL] [--attempts 1000] [--workers 3]` works on a
data folder of its own, or on an empty database given by its URL: real gunicorn, real limits in the
shared cache, real hashes. Each try comes from an address of its own, so that only the account's
limit stands in the way. `tests/chaos/test_guessing.py` holds the outcome.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
OWNER, PASSWORD = "owner@example.org", "correct horse battery"
PEOPLE = 60
TIMED = 60
AT_ONCE = 12

PEOPLE_OF_THE_SITE = """
from allauth.account.models import EmailAddress
from accounts.models import User
from django.contrib.auth.hashers import make_password
password = make_password({password!r})
emails = [{owner!r}, *(f"person{{n}}@example.org" for n in range({people}))]
User.objects.bulk_create(User(email=email, password=password) for email in emails)
EmailAddress.objects.bulk_create(
    EmailAddress(user=user, email=user.email, verified=True, primary=True)
    for user in User.objects.filter(email__in=emails)
)
"""
CHECKED = """
from accounts.models import AuditEntry
print(AuditEntry.objects.filter(action="sign_in_failed").count())
"""


@dataclass
class Outcome:
    """What came of guessing."""

    answers: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    passwords_checked: int = 0
    guesser_got_in: bool = False
    owner_at_home_got_in: bool = False


class Visitor:
    """A browser with a cookie jar, whose requests seem to come from `address`."""

    def __init__(self, site: str, address: str) -> None:
        self.site, self.address = site, address
        self.jar = http.cookiejar.CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar)).open

    def get(self, path: str) -> str:
        return self._ask(urllib.request.Request(self.site + path))

    def post(self, path: str, **form: str) -> tuple[str, float]:
        """The page that came of it and the seconds it took, that of the form not counted."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path))
        assert token
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **form}).encode()
        began = time.perf_counter()
        page = self._ask(urllib.request.Request(self.site + path, body))
        return page, time.perf_counter() - began

    def sign_in(self, email: str, password: str) -> tuple[str, float]:
        page, seconds = self.post("/accounts/login/", login=email, password=password)
        if "several times in a row" in page:
            return "refused", seconds
        if "don’t go together" in page:
            return "wrong", seconds
        return ("in" if "/accounts/logout/" in page else "else"), seconds

    def _ask(self, request: urllib.request.Request) -> str:
        request.add_header("X-Forwarded-For", self.address)
        try:
            with self._open(request, timeout=60) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return error.read().decode()


def address(number: int) -> str:
    """One of many networks; none is met twice."""
    return f"10.{number >> 8 & 255}.{number & 255}.1"


def guess(site: str, attempts: int, environment: dict[str, str]) -> Outcome:
    """Try `attempts` wrong passwords of the owner, then the right one, from here and from home."""
    outcome = Outcome()
    home = Visitor(site, "192.0.2.7")
    assert home.sign_in(OWNER, PASSWORD)[0] == "in"
    home.post("/accounts/logout/")

    def once(number: int) -> str:
        return Visitor(site, address(number)).sign_in(OWNER, f"wrong {number}")[0]

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcome.answers.update(pool.map(once, range(attempts)))
    outcome.seconds = time.perf_counter() - began
    outcome.passwords_checked = int(shell(CHECKED, environment))
    outcome.guesser_got_in = Visitor(site, address(65_000)).sign_in(OWNER, PASSWORD)[0] == "in"
    outcome.owner_at_home_got_in = home.sign_in(OWNER, PASSWORD)[0] == "in"
    return outcome


def telling_apart(site: str) -> Iterator[tuple[str, list[float], list[float]]]:
    """Seconds for addresses with an account, and for others, in turns."""
    numbers = iter(range(1_000, 60_000))

    def sign_in(email: str) -> float:
        return Visitor(site, address(next(numbers))).sign_in(email, "wrong")[1]

    def reset(email: str) -> float:
        visitor = Visitor(site, address(next(numbers)))
        return visitor.post("/accounts/password/reset/", email=email)[1]

    def sign_up(email: str) -> float:
        visitor = Visitor(site, address(next(numbers)))
        return visitor.post("/accounts/signup/", email=email, password1="three quiet walls")[1]

    ways: list[tuple[str, Callable[[str], float]]] = [
        ("signing in", sign_in),
        ("resetting", reset),
        ("signing up", sign_up),
    ]
    for what, way in ways:
        known: list[float] = []
        unknown: list[float] = []
        for number in range(TIMED):
            pair = [
                (known, f"person{number % PEOPLE}@example.org"),
                (unknown, f"nobody{number}-{what[-2:]}@example.org"),
            ]
            # Each comes first every other time: the second finds what the first warmed up.
            for times, email in pair if number % 2 else reversed(pair):
                times.append(way(email))
        yield what, known, unknown


@contextmanager
def running_site(environment: dict[str, str], workers: int, port: int) -> Iterator[str]:
    """gunicorn with `workers` processes, without the workers that paint and the sender."""
    command = [sys.executable, "-m", "gunicorn", "-c", "stylesite/web_server.py"]
    command += ["-b", f"127.0.0.1:{port}", "-w", str(workers)]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    site = f"http://localhost:{port}"
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                Visitor(site, "192.0.2.1").get("/healthz")
                break
            except OSError:
                time.sleep(0.2)
        yield site
    finally:
        server.terminate()
        server.wait(30)


def prepared(folder: Path, database: str = "") -> dict[str, str]:
    """The environment of a site with people, on which letters are written down and not sent."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("STYLESITE_", "DJANGO_"))}
    environment = kept | {
        "DJANGO_SETTINGS_MODULE": "stylesite.settings",
        "STYLESITE_DATA_DIR": str(folder),
        "STYLESITE_SECRET_KEY": "for benchmarks only, known to everyone who reads this",
        "STYLESITE_STATIC_HASHED": "false",
        "STYLESITE_LOG_LEVEL": "ERROR",
        "STYLESITE_EMAIL_URL": "smtp://localhost:9",
        "STYLESITE_EMAIL_VERIFICATION": "mandatory",
        "STYLESITE_TRUSTED_PROXIES": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
    }
    if database:
        environment["STYLESITE_DATABASE_URL"] = database
    for words in (["migrate", "-v0"], ["createcachetable"]):
        command = [sys.executable, "manage.py", *words]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=300)
    shell(
        PEOPLE_OF_THE_SITE.format(password=PASSWORD, owner=OWNER, people=PEOPLE),
        environment,
    )
    return environment


def shell(code: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
    run = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, timeout=120, capture_output=True, text=True
    )
    return run.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="URL of an empty database (SQLite)")
    parser.add_argument("--attempts", type=int, default=1000, help="0: times only")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--port", type=int, default=8765)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stylesite-guessing-") as folder:
        environment = prepared(Path(folder), options.database)
        with running_site(environment, options.workers, options.port) as site:
            if options.attempts:
                outcome = guess(site, options.attempts, environment)
                print(f"{options.workers} processes, {AT_ONCE} at once: {outcome}", flush=True)
            for what, known, unknown in telling_apart(site):
                medians = [1000 * statistics.median(times) for times in (known, unknown)]
                spread = [1000 * statistics.quantiles(times, n=4)[2] for times in (known, unknown)]
                print(
                    f"{what}: median {medians[0]:.1f} ms with an account, {medians[1]:.1f} ms "
                    f"without; third quartiles {spread[0]:.1f} and {spread[1]:.1f} ms",
                    flush=True,
                )


if __name__ == "__main__":
    main()
