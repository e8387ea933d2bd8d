"""What the queue itself costs: claims, forecasts, the way to the first step, the live page's poll.

`python -m tests.benchmarks.queue [--database URL] [--rows 100000] [--viewers 200]` works on a data
folder of its own, or on an empty database given by its URL. Run it on an otherwise idle machine.
"""

from __future__ import annotations

import argparse
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SECRET_KEY = "for benchmarks only, known to everyone who reads this"
CLAIMS = 200
IDLE_RUNS = 5
POLL_S = 10.0
CLIENTS = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="URL of an empty database (SQLite)")
    parser.add_argument("--rows", type=int, default=100_000, help="transfers waiting")
    parser.add_argument("--viewers", type=int, default=200, help="people who poll")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stylesite-queue-") as folder:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="stylesite.settings",
            STYLESITE_DATA_DIR=folder,
            STYLESITE_SECRET_KEY=SECRET_KEY,
            STYLESITE_STATIC_HASHED="false",
            STYLESITE_LOG_LEVEL="WARNING",
            OMP_WAIT_POLICY="PASSIVE",
        )
        if options.database:
            os.environ["STYLESITE_DATABASE_URL"] = options.database
        manage("prepare")
        import django

        django.setup()
        print(f"{os.cpu_count()} cores, {options.database.partition(':')[0] or 'sqlite'}\n")
        print("| what | measured |")
        print("| --- | --- |")
        for what, measured in [
            *until_the_first_step(),
            *polls(options.viewers),
            *claims(options.rows),
        ]:
            print(f"| {what} | {measured} |", flush=True)


def manage(*words: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )


@contextmanager
def running(*words: str) -> Iterator[None]:
    """A management command in the background, ended as an operator would end it."""
    process = subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def someone(number: int) -> Any:
    from accounts.models import User

    return User.objects.get_or_create(email=f"bench{number}@example.org")[0]


def photo_of(owner: Any) -> Any:
    from PIL import Image

    from transfers.models import ContentImage

    photo = ContentImage(owner=owner, title="Clouds")
    photo.set_picture(Image.effect_noise((192, 144), 60).convert("RGB"))
    photo.save()
    return photo


def until_the_first_step() -> Iterator[tuple[str, str]]:
    """From submitting to the claim and to the first step, on a machine with nothing else to do."""
    from engine.params import Params
    from gallery.models import Style
    from transfers.models import MachineSpeed, Transfer
    from transfers.queue import submission

    owner = someone(0)
    photo, style = photo_of(owner), Style.objects.presets()[0]
    claimed_ms, first_ms = [], []
    with running("manage.py", "work"):
        while not MachineSpeed.objects.exists():  # calibration, after which it is idle
            time.sleep(0.2)
        time.sleep(2)
        for seed in range(IDLE_RUNS + 1):
            began = time.monotonic()
            params = Params(size_px=192, steps=4, seed=seed)
            row = submission.submit(owner, photo, [(style, 1.0)], params)
            at: dict[str, float] = {}
            while "succeeded" not in at:
                row.refresh_from_db(fields=["state", "step"])
                elapsed = 1000 * (time.monotonic() - began)
                if row.state != Transfer.State.QUEUED:
                    at.setdefault("claimed", elapsed)
                if row.step:
                    at.setdefault("step", elapsed)
                if row.state == Transfer.State.SUCCEEDED:
                    at["succeeded"] = elapsed
                time.sleep(0.005)
            if seed:  # the first one loads the network
                claimed_ms.append(at["claimed"])
                first_ms.append(at["step"])
    yield "submit to claim, idle machine", f"{statistics.median(claimed_ms):.0f} ms"
    yield "submit to the first step on the page, 192 px", f"{statistics.median(first_ms):.0f} ms"


def polls(viewers: int) -> Iterator[tuple[str, str]]:
    """The live page's poll: its queries, and how many a second the web server answers."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from engine.params import Params
    from gallery.models import Style
    from transfers.models import Transfer
    from transfers.queue import submission

    style = Style.objects.presets()[0]
    watched = []
    for number in range(viewers):
        owner = someone(number)
        photo = photo_of(owner)
        row = submission.submit(owner, photo, [(style, 1.0)], Params(size_px=256))
        client = Client()
        client.force_login(owner)
        watched.append((row.pk, client.cookies[settings.SESSION_COOKIE_NAME].value))
    Transfer.objects.filter(pk=watched[0][0]).update(
        state="running", activity="painting", step=5, total_steps=13, seconds_left=9
    )
    for name, (pk, session) in [("painted", watched[0]), ("waiting", watched[1])]:
        client = Client(SERVER_NAME="localhost")
        client.cookies[settings.SESSION_COOKIE_NAME] = session
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/transfers/{pk}/progress/", headers={"HX-Request": "true"})
        yield f"queries of a poll while {name}", str(len(seen))
    port = 8799
    bind = ("--bind", f"127.0.0.1:{port}", "-c", "python:stylesite.web_server")
    with running("-m", "gunicorn", *bind):
        wait_for(port)
        answered = hammer(port, watched)
    yield (
        f"polls a second, {viewers} viewers, all but one waiting (client on the same cores)",
        f"{answered / POLL_S:.0f}",
    )
    Transfer.objects.all().delete()


def wait_for(port: int) -> None:
    for _ in range(100):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.2)
        else:
            return
        finally:
            connection.close()
    raise SystemExit("The web server did not start.")


def hammer(port: int, watched: list[tuple[Any, str]]) -> int:
    """Poll without pause for POLL_S seconds, as CLIENTS browsers that take turns; answers 200
    and 304 count."""
    answered = [0] * CLIENTS
    until = time.monotonic() + POLL_S

    def poll(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        etags: dict[Any, str] = {}
        while time.monotonic() < until:
            for pk, session in watched[number::CLIENTS]:
                headers = {"HX-Request": "true", "Cookie": f"sessionid={session}"}
                headers["If-None-Match"] = etags.get(pk, "")
                connection.request("GET", f"/transfers/{pk}/progress/", headers=headers)
                response = connection.getresponse()
                response.read()
                if response.status not in (200, 304):
                    raise SystemExit(f"A poll was answered {response.status}.")
                etags[pk] = response.headers.get("ETag", "")
                answered[number] += 1
                if time.monotonic() >= until:
                    return

    threads = [threading.Thread(target=poll, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(answered)


def claims(rows: int) -> Iterator[tuple[str, str]]:
    """Claims with so many rows waiting: nine tenths of one person, the rest of a thousand."""
    from django.utils import timezone

    from accounts.models import User
    from engine.params import Params
    from gallery.models import Style
    from transfers.models import Transfer
    from transfers.queue import forecast, lifecycle, own_order, submission

    User.objects.bulk_create(
        [User(email=f"one-of-many{number}@example.org") for number in range(1000)],
        ignore_conflicts=True,
    )
    people = list(User.objects.filter(email__startswith="one-of-many"))
    photo = photo_of(people[0])
    params, now = Params(size_px=256), timezone.now()
    style = Style.objects.presets()[0]
    work = submission.Order(content_image=photo, styles=[(style, 1.0)], params=params).pixel_steps()
    waiting = (
        Transfer(
            owner=people[0] if number < 0.9 * rows else people[number % len(people)],
            content_image=photo,
            params=params.to_json(),
            rank=own_order.usual_rank(work, now),
            pixel_steps_left=work,
            rung_at=now,
        )
        for number in range(rows)
    )
    Transfer.objects.bulk_create(waiting, batch_size=5000)
    took_ms = []
    for _ in range(CLAIMS):
        began = time.perf_counter()
        claimed = lifecycle.claim("bench")
        took_ms.append(1000 * (time.perf_counter() - began))
        if claimed is None:
            raise SystemExit("Nothing was claimed.")
        Transfer.objects.filter(pk=claimed.pk).update(
            state="succeeded", painting_s=5, finished_at=timezone.now()
        )
    median_ms = statistics.median(took_ms)
    yield f"a claim, {rows:,} rows waiting", f"{median_ms:.1f} ms ({1000 / median_ms:.0f} a second)"
    began = time.perf_counter()
    last = Transfer.objects.queued().order_by("-created_at")[0]
    turn = forecast.turn_of(last)
    yield (
        f"playing {rows:,} rows through",
        f"{time.perf_counter() - began:.2f} s (place {turn.place if turn else None:,})",
    )


if __name__ == "__main__":
    main()
