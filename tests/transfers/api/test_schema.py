"""The OpenAPI document is exact: complete, and true of what the API really answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from engine.params import Params
from gallery.models import Album, Artwork, Mask, ShareLink, Style
from tests.gallery.films import add_time_lapse
from tests.transfers.api.conftest import ApiClient
from transfers.api import schema
from transfers.api.schema import document
from transfers.models import BroughtRecipe, ContentImage, SavedSettings, Sweep, Transfer
from transfers.queue import submission

ROOT = Path(__file__).parent.parent.parent.parent

# The bodies of these hold all settings of the engine, whose edges, one by one, are thousands of
# requests: only "everything" sends those, and sequences of requests that follow ids from answer to
# answer.
LARGE_BODIES = (
    "transfers_create",
    "transfers_batch",
    "transfers_estimate",
    "settings_create",
    "settings_partial_update",
    "sheets_create",
)
MADE_UP = ("--phases", "fuzzing", "--max-examples", "6")
EDGES = (
    *("--phases", "coverage"),
    *(word for name in LARGE_BODIES for word in ("--exclude-operation-id", name)),
)
EVERYTHING = ("--phases", "coverage,fuzzing,stateful", "--max-examples", "40")

# What is in the trash is not gone, so schemathesis cannot expect 404 of it ("use_after_free").
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "ignored_auth",
    "unsupported_method",
    "allow_header_conformance",
)


def test_the_document_is_valid_and_nothing_in_it_was_guessed() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


@pytest.mark.django_db
def test_it_is_served_to_everybody_and_names_no_other_site(client: Client) -> None:
    response = client.get("/api/v1/openapi.json")
    document = response.json()
    assert document["openapi"].startswith("3.")
    assert len(document["paths"]) == 71
    assert "http" not in json.dumps(document).replace('"http"', "")
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_the_first_two_visitors_at_once_get_the_same_document() -> None:
    schema._drawn.cache_clear()
    with ThreadPoolExecutor(4) as threads:
        documents = list(threads.map(lambda _number: document(), range(4)))
    assert len(set(documents)) == 1


@pytest.fixture
def things(
    user: User,
    stranger: User,
    photo: ContentImage,
    preset: Style,
    own_style: Style,
    artwork: Artwork,
    album: Album,
    link: ShareLink,
    whole: Artwork,
    brought: BroughtRecipe,
    mask: Mask,
    kept: SavedSettings,
    sweep: Sweep,
) -> dict[str, list[str]]:
    """Ids that requests may name: one's own in several states, and a stranger's."""
    rows = [submission.submit(user, photo, [(preset, 1.0)], Params(size_px=64)) for _n in range(3)]
    for row, state in zip(rows, ("queued", "failed", "succeeded"), strict=True):
        Transfer.objects.filter(pk=row.pk).update(state=state)
    Transfer.objects.filter(pk=rows[2].pk).update(artwork=artwork)
    add_time_lapse(artwork)
    theirs = submission.submit(stranger, photo, [(preset, 1.0)], Params(size_px=64))
    return {
        "photo_id": [str(photo.pk)],
        "style_id": [str(preset.pk), str(own_style.pk)],
        "transfer_id": [str(row.pk) for row in (*rows, theirs)],
        "album_id": [str(album.pk)],
        "link_id": [str(link.pk)],
        "artwork_id": [str(artwork.pk), str(whole.pk)],
        "other_id": [str(whole.pk)],
        "recipe_id": [str(brought.pk)],
        "mask_id": [str(mask.pk)],
        "settings_id": [str(kept.pk)],
        "sheet_id": [str(sweep.pk)],
    }


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(MADE_UP, id="made-up requests"),
        pytest.param(EDGES, id="the edges of each operation", marks=pytest.mark.long),
        pytest.param(EVERYTHING, id="everything", marks=pytest.mark.long),
    ],
)
def test_no_request_breaks_it_and_every_answer_is_documented(
    options: tuple[str, ...],
    live_server: LiveServer,
    settings: Settings,
    api: ApiClient,
    things: dict[str, list[str]],
    tmp_path: Path,
) -> None:
    settings.API_READS_PER_MINUTE = settings.API_WRITES_PER_MINUTE = 10**9
    paths = json.loads(document())["paths"].values()
    operations = sum(len(path) for path in paths)
    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"{live_server.url}/api/v1/openapi.json",
            *("--header", f"Authorization: {api.token}"),
            *("--checks", ",".join(CHECKS)),
            *options,
            *("--seed", "1", "--generation-database", "none", "--suppress-health-check", "all"),
            *("--warnings", "off", "--no-color"),
        ],
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": "tests.transfers.api.real_things",
            "REAL_THINGS": json.dumps(things),
            "PYTHONPATH": str(ROOT),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    print(run.stdout[-20_000:])
    assert run.returncode == 0, run.stderr
    assert f"Tested: {operations - options.count('--exclude-operation-id')}" in run.stdout
