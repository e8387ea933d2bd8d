"""How long the server takes for the pages of the gallery, and how many queries each needs.

`python -m tests.benchmarks.gallery` fills a database of its own (`manage.py make_artworks`) and
asks for each page in this process, without a network: middleware, view, queries and template, as
often as `--times` says, each time for an owner and a page of the list drawn by a seeded chance.
At the end it fetches a zip of many pictures from the site's web server.
Without `--database` it uses SQLite in a folder that is gone afterwards; for PostgreSQL give the
address of an empty database, or run `python -m tests.services python -m tests.benchmarks.gallery`.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

SEED = 7
DEEPEST = 5  # pages into the list that a measured page may lie


def main() -> None:
    arguments = read_arguments()
    with tempfile.TemporaryDirectory(prefix="stylesite-bench-") as folder:
        os.environ.update(
            STYLESITE_DATA_DIR=folder,
            STYLESITE_STATIC_HASHED="false",
            STYLESITE_SECRET_KEY="for this benchmark only",
            DJANGO_SETTINGS_MODULE="stylesite.settings",
        )
        address = arguments.database or os.environ.get("STYLESITE_TEST_DATABASE_URL", "")
        if address:
            os.environ["STYLESITE_DATABASE_URL"] = address
        import django

        django.setup()
        prepare(arguments.owners, arguments.count, arguments.styles)
        pages(arguments.times)
        zip_of_many(arguments.zip, Path(folder))


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Server times of the gallery's pages.")
    parser.add_argument("--database", help="address of an empty database; else SQLite")
    parser.add_argument("--owners", type=int, default=1)
    parser.add_argument("--count", type=int, default=2000, help="artworks of each owner")
    parser.add_argument("--styles", type=int, default=2000, help="presets on the wall of styles")
    parser.add_argument("--times", type=int, default=40, help="requests for each page")
    parser.add_argument("--zip", type=int, default=1000, help="pictures in the zip")
    return parser.parse_args()


def prepare(owners: int, count: int, presets: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    began = time.monotonic()
    call_command("make_artworks", owners=owners, count=count, verbosity=0)
    more_presets(presets)
    publish_the_best()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the database's own housekeeping does in time
    taken = time.monotonic() - began
    print(
        f"{owners * count} artworks of {owners} owners, {presets} presets in {connection.vendor}, "
        f"made in {taken:.0f} s; {os.cpu_count()} cores\n"
    )


def more_presets(count: int) -> None:
    """Rows that share the files of the one that is there."""
    from gallery.models import Style

    first = Style.objects.filter(slug__startswith="bench-").first()
    fields = ("original", "display", "thumbnail", "width", "height", "bytes", "palette")
    same = {name: getattr(first, name) for name in (*fields, "color_groups", "perceptual_hash")}
    Style.objects.bulk_create(
        Style(
            title=f"Preset {number}",
            slug=f"bench-{number}",
            artist=f"Painter {number % 90}",
            tags=[f"tag {number % 40}"],
            position=number,
            sha256=f"{number:064x}",
            **same,
        )
        for number in range(count)
    )


def publish_the_best() -> None:
    """What has four stars or more, each owner under a profile of their own."""
    from django.db.models import F

    from accounts.models import User
    from gallery.models import Artwork, Profile

    Profile.objects.bulk_create(
        Profile(owner=owner, handle=f"bench-{owner.pk}", name=f"Painter {owner.pk}")
        for owner in User.objects.filter(email__startswith="bench-")
    )
    Artwork.objects.filter(rating__gte=4).update(published_at=F("created_at"))


def views_of(owner: Any) -> dict[str, dict[str, str]]:
    """What is asked for, by its name in the table."""
    from gallery.models import Album, Style

    style = Style.objects.filter(slug__startswith="bench-").first()
    album = Album.objects.filter(owner=owner).first()
    return {
        "plain": {},
        "oldest first": {"sort": "oldest"},
        "by title": {"sort": "title"},
        "by stars": {"sort": "rating"},
        "largest first": {"sort": "largest"},
        "a style": {"style": str(style.pk)},
        "an album": {"album": str(album.pk)},
        "an album by stars": {"album": str(album.pk), "sort": "rating"},
        "a tag": {"tag": "sea"},
        "a tag by title": {"tag": "sea", "sort": "title"},
        "favourites": {"favourite": "1"},
        "four stars or more": {"rating": "4"},
        "a month": {"from": "2026-09-01", "until": "2026-09-30"},
        "larger than 1024 px": {"size": "larger"},
        "from the camera": {"camera": "1"},
        "search of two words": {"q": "harbour night"},
        "search that finds nothing": {"q": "zeppelin"},
        "search, style, title": {"q": "mill", "style": str(style.pk), "sort": "title"},
    }


def pages(times: int) -> None:
    from django.test import Client

    from accounts.models import User

    chance = random.Random(SEED)
    owners = list(User.objects.filter(email__startswith="bench-"))
    clients = {}
    for owner in owners[:: max(1, len(owners) // 20)]:
        clients[owner] = Client(headers={"host": "localhost"})
        clients[owner].force_login(owner)
    # The processor's time is this process's own, and says the same on a machine with other work.
    print("| page | queries | p50 | p95 | processor, p50 | p95 |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name in views_of(owners[0]):
        measure(name, times, lambda name=name: a_request(clients, name, chance))
    measure("further pages", times, lambda: a_request(clients, "plain", chance, further=True))
    others(clients, times, chance)
    trash(clients, times)


def others(clients: dict[Any, Any], times: int, chance: random.Random) -> None:
    """The pages around the wall, each time of an owner drawn by chance."""
    from django.test import Client
    from django.urls import reverse

    from gallery.models import Album, Artwork, Style

    visitor = Client(headers={"host": "localhost"})
    style = Style.objects.filter(slug__startswith="bench-", times_used__gt=0).first()
    published = Artwork.objects.published().first()
    addresses: dict[str, Callable[[Any], str]] = {
        "a picture": lambda owner: reverse(
            "gallery:artwork", args=[Artwork.objects.visible_to(owner).order_by("id")[9].pk]
        ),
        "albums": lambda owner: reverse("gallery:albums"),
        "an album's page": lambda owner: reverse(
            "gallery:album", args=[Album.objects.filter(owner=owner).first().pk]
        ),
        "statistics": lambda owner: reverse("gallery:statistics"),
        "styles": lambda owner: reverse("gallery:styles"),
        "styles, a word, by popularity": lambda owner: (
            reverse("gallery:styles") + "?q=painter+12&sort=popular"
        ),
        "a style's page": lambda owner: reverse("gallery:style", args=[style.pk]),
    }
    for name, address in addresses.items():
        measure(name, times, lambda address=address: _of_somebody(clients, address, chance))
    for name, address in {
        "Explore, a visitor": reverse("gallery:explore"),
        "a profile, a visitor": reverse("gallery:profile", args=[published.owner.profile.handle]),
        "a published picture, a visitor": reverse("gallery:explored", args=[published.pk]),
    }.items():
        measure(name, times, lambda address=address: lambda: visitor.get(address))


def _of_somebody(
    clients: dict[Any, Any], address: Callable[[Any], str], chance: random.Random
) -> Callable[[], Any]:
    owner, client = chance.choice(list(clients.items()))
    asked = address(owner)
    return lambda: client.get(asked)


def a_request(
    clients: dict[Any, Any], name: str, chance: random.Random, *, further: bool = False
) -> Callable[[], Any]:
    """Asks for the view's page at some place of the list; the way there is not measured."""
    from gallery import paging
    from gallery.listing import View
    from gallery.models import Artwork

    owner, client = chance.choice(list(clients.items()))
    query = views_of(owner)[name]
    view = View.from_query(query)
    cursor = ""
    for _ in range(chance.randrange(DEEPEST)):
        found = paging.page(
            view.apply(Artwork.objects.visible_to(owner)).only("id"), view.order, cursor, 60
        )
        cursor = found.onward or cursor
    address = "/gallery/more/" if further else "/gallery/"
    asked = {**query, "cursor": cursor} if cursor else query
    return lambda: client.get(address, asked)


def trash(clients: dict[Any, Any], times: int) -> None:
    from django.utils import timezone

    from gallery.models import Artwork

    for owner in clients:
        old = Artwork.objects.visible_to(owner).order_by("created_at")[:100]
        pks = list(old.values_list("pk", flat=True))
        Artwork.objects.filter(pk__in=pks).update(trashed_at=timezone.now())
    some = list(clients.values())
    chance = random.Random(SEED)
    measure("the trash", times, lambda: lambda: chance.choice(some).get("/gallery/trash/"))


def measure(name: str, times: int, make: Callable[[], Callable[[], Any]]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        answer = make()  # the way to the page
        before = len(queries)
        assert answer().status_code == 200
        count = len(queries) - before
    taken, worked = [], []
    for _ in range(times):
        ask = make()
        began, had_worked = time.perf_counter(), time.process_time()
        answer = ask()
        taken.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - had_worked) * 1000)
        assert answer.status_code == 200, (name, answer.status_code)
    figures = [f"{value:.0f} ms" for one in (taken, worked) for value in _middle_and_p95(one)]
    print(f"| {name} | {count} | {' | '.join(figures)} |", flush=True)


def _middle_and_p95(taken: list[float]) -> tuple[float, float]:
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


def zip_of_many(count: int, folder: Path) -> None:
    """Pictures of half a megabyte each through the site's web server, as a browser fetches them.

    Says when the first byte comes, how long the whole takes, and by how much the largest of the
    server's processes grew meanwhile; then reads the archive to see that it is whole.
    """
    from django.conf import settings
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from accounts.models import User
    from gallery.models import Artwork

    noise = random.Random(SEED).randbytes(512 * 1024)
    name = default_storage.save("bench/noise.png", ContentFile(noise))
    owner = User.objects.filter(email__startswith="bench-").first()
    shown = Artwork.objects.visible_to(owner).order_by("id").values_list("pk", flat=True)[:count]
    pks = list(shown)
    Artwork.objects.visible_to(owner).exclude(pk__in=pks).update(trashed_at=timezone.now())
    Artwork.objects.visible_to(owner).update(original=name)
    client = Client()
    client.force_login(owner)
    received = folder / "received.zip"
    with web_server() as (address, memory):
        cookies = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}"}
        urlopen(Request(address + "/gallery/", headers=cookies)).read()  # warm, as after an hour
        before, began = memory(), time.perf_counter()
        asked = Request(address + reverse("gallery:zip"), headers=cookies)
        with urlopen(asked) as answer, received.open("wb") as file:
            file.write(answer.read(1))
            first = time.perf_counter() - began
            shutil.copyfileobj(answer, file)
        taken, grown = time.perf_counter() - began, memory() - before
    with zipfile.ZipFile(received) as archive:
        assert len(archive.namelist()) == len(pks), "the archive lacks pictures"
        assert archive.testzip() is None, "the archive is damaged"
    print(
        f"\nZip of {len(pks)} pictures, {received.stat().st_size / 2**20:.0f} MB, over HTTP: first "
        f"byte after {first * 1000:.0f} ms, whole after {taken:.1f} s; the largest process of the "
        f"web server was at most {grown:.0f} MB larger than before."
    )


@contextmanager
def web_server() -> Iterator[tuple[str, Callable[[], float]]]:
    """The site's own web server: its address, and what its largest process ever held, in MB."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        bound = ["--bind", f"fd://{listener.fileno()}"]
        served = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:stylesite.web_server", *bound],
            pass_fds=[listener.fileno()],
        )

    def largest_mb() -> float:
        children = Path(f"/proc/{served.pid}/task/{served.pid}/children").read_text().split()
        peaks = (
            re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
            for pid in children
        )
        return max(int(peak[1]) for peak in peaks if peak) / 1024

    try:
        yield f"http://localhost:{port}", largest_mb
    finally:
        served.terminate()
        served.wait()


if __name__ == "__main__":
    main()
