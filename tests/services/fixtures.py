"""The servers as fixtures: each starts when a test first asks for it and ends with the session."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from pytest_django import Settings

if TYPE_CHECKING:
    from tests.services.postgres import Postgres
    from tests.services.redis import RedisServer
    from tests.services.s3 import S3


@pytest.fixture(scope="session")
def postgres() -> "Iterator[Postgres]":
    from tests.services.postgres import Postgres

    server = Postgres()
    yield server
    server.close()


@pytest.fixture(scope="session")
def s3() -> "Iterator[S3]":
    from tests.services.s3 import S3

    server = S3()
    yield server
    server.close()


@pytest.fixture(scope="session")
def redis_server() -> "Iterator[RedisServer]":
    from tests.services.redis import RedisServer

    server = RedisServer()
    yield server
    server.close()


@pytest.fixture
def bucket(s3: "S3", settings: Settings) -> str:
    """The site keeps its files in this new bucket of a real S3 server."""
    name = f"files-{uuid4().hex[:8]}"
    named = s3.settings(name)
    options = {
        "bucket_name": name,
        "endpoint_url": named["STYLESITE_S3_ENDPOINT_URL"],
        "region_name": "us-east-1",
        "access_key": named["STYLESITE_S3_ACCESS_KEY"],
        "secret_key": named["STYLESITE_S3_SECRET_KEY"],
    }
    files = {"BACKEND": "gallery.s3.S3Files", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": files}
    return name
