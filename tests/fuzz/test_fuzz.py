"""A few hundred hostile uploads in every run of the tests; `make fuzz` sends thousands."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from gallery import leftovers
from gallery.models import Style
from gallery.recipe_files import RecipeFile
from tests.fuzz import guided, hostile, hostile_zips
from tests.fuzz.__main__ import API, IMPORT, Answer, Door, form, grown, judged
from tests.fuzz.hostile import MARK, Hostile
from tests.transfers.api.conftest import ApiClient, api, api_of
from transfers.models import ContentImage
from transfers.repeating.bringing import keep

__all__ = ["api", "api_of"]

pytestmark = pytest.mark.django_db

COUNT, GIVEN, ZIPS = 231, 27, 30


def test_hostile_photos_are_taken_apart_or_refused_and_nothing_of_a_refused_one_stays(
    api: ApiClient, media_root: Path, temporary: Path, settings: Settings
) -> None:
    settings.API_WRITES_PER_MINUTE = 10 * COUNT
    statuses: Counter[int] = Counter()
    for one in hostile.files(seed=7, count=COUNT):
        before = {path for path in media_root.rglob("*") if path.is_file()}
        response = api.generic(
            "POST",
            "/content-images/",
            form(one, "image", {}),
            "multipart/form-data; boundary=frontier",
        )
        statuses[response.status_code] += 1
        if response.status_code == 201:
            continue
        assert response.status_code in (400, 413), one.kind
        assert response.json()["detail"].endswith(".")
        assert {path for path in media_root.rglob("*") if path.is_file()} == before
    assert statuses[201] >= COUNT // len(hostile.KINDS)  # the sound ones
    assert statuses[400] > COUNT // 3
    kept = [path for path in media_root.rglob("*") if path.is_file()]
    assert len(kept) == 3 * ContentImage.objects.count()
    assert not [path for path in kept if MARK in path.read_bytes()]
    assert list(temporary.iterdir()) == []


def test_hostile_pictures_for_a_recipe_are_taken_apart_or_refused_with_a_page(
    signed_in: Client, user: User, media_root: Path, temporary: Path
) -> None:
    brought = keep(user, RecipeFile.from_json(guided.EXAMPLE))
    statuses: Counter[int] = Counter()
    for number, one in enumerate(hostile.files(seed=8, count=GIVEN)):
        slot = ("photo", "style-0")[number % 2]
        response = post(signed_in, f"/recipes/{brought.pk}/{slot}/give/", one, "image")
        statuses[response.status_code] += 1
        if response.status_code != 302:
            assert response.status_code in (400, 413, 422), one.kind
            assert "</html>" in response.content.decode()
    assert statuses[302] >= GIVEN // len(hostile.KINDS)
    assert statuses[422] > GIVEN // 3
    assert_only_named_and_unmarked(media_root)
    assert list(temporary.iterdir()) == []


def test_hostile_zips_of_presets_are_imported_or_refused_row_by_row(
    admin_client: Client,
    media_root: Path,
    temporary: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    statuses: Counter[int] = Counter()
    for number in range(ZIPS):
        one = hostile_zips.made(9, number)
        response = post(admin_client, IMPORT, one, "file")
        statuses[response.status_code] += 1
        assert response.status_code in (200, 302, 400, 413), one.kind
        if response.status_code == 302:
            with django_capture_on_commit_callbacks(execute=True):
                ask = (admin_client.get, admin_client.post)
                pages = [method(response["Location"]).getvalue() for method in ask]
            for page in pages:
                assert page.rstrip().endswith(b"</html>"), one.kind
                assert b"went wrong on our side" not in page, one.kind
    assert statuses[302] >= ZIPS // len(hostile_zips.KINDS)
    assert Style.objects.filter(owner=None).count() >= statuses[302]
    assert_only_named_and_unmarked(media_root)
    assert list(temporary.iterdir()) == []


def post(client: Client, address: str, one: Hostile, name: str) -> Any:
    kind = "multipart/form-data; boundary=frontier"
    return client.generic("POST", address, form(one, name, {}), kind)


def assert_only_named_and_unmarked(media_root: Path) -> None:
    stored = [path for path in media_root.rglob("*") if path.is_file()]
    assert leftovers.unnamed(str(path.relative_to(media_root)) for path in stored) == set()
    assert not [path for path in stored if MARK in path.read_bytes()]


@pytest.mark.parametrize("target", guided.targets(), ids=lambda target: target.name)
def test_our_own_parsers_raise_nothing_unforeseen(target: guided.Target) -> None:
    explorer = guided.Explorer(target, seed=3)
    explorer.explore(150)
    assert explorer.faults == []
    assert len(explorer.corpus) > len(target.corpus)


@pytest.mark.parametrize(
    "door", [Door("/new/", "image", who="session"), Door(f"{API}/styles/", "")]
)
def test_an_answer_that_comes_before_the_file_was_looked_at_is_wrong(door: Door) -> None:
    page = b'{"detail": "Too much."}</html>'
    assert judged(door, Answer(429, page))
    assert judged(door, Answer(302, location="/accounts/login/?next=/new/"))
    assert not judged(door, Answer(422, page))
    assert not judged(door, Answer(302, location="/new/"))


def test_memory_that_goes_up_and_down_is_well_and_memory_that_grows_is_not() -> None:
    """The first as it was measured, every 100 files: a process fills, and large pictures stay a
    while. The second leaks 20 KB a file."""
    measured = [
        *(283, 290, 296, 298, 304, 304, 461, 321, 319, 321, 373, 427, 333),
        *(329, 327, 332, 328, 334, 333, 332, 335, 487, 344, 393, 396, 398),
    ]
    assert grown("worker", [held for held in measured for _twice in range(2)]) == []
    assert grown("worker", [300 + 2 * sample for sample in range(48)])
    assert grown("worker", [300, 900]) == [], "too few to tell"
