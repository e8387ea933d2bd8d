"""Where data are kept, as the environment says: database, cache, and the bucket of pictures.

Each function reads its variables and answers with what Django's setting of that name takes;
``settings`` puts them there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environs import EnvError

from stylesite import permissions
from stylesite.environment import env, web_address, yes_or_no


def database(data_dir: Path) -> dict[str, Any]:
    """PostgreSQL where its address is set, else SQLite in the data folder.

    SQLite in WAL mode lets pages read while a worker writes; IMMEDIATE transactions wait for their
    turn instead of failing when two processes write at once. What is deleted is overwritten: not
    every build of SQLite does that unasked.
    """
    try:
        chosen: dict[str, Any] = dict(
            env.dj_db_url("STYLESITE_DATABASE_URL", f"sqlite:///{data_dir / 'db.sqlite3'}")
        )
    except (EnvError, ValueError):
        chosen = {"ENGINE": ""}
    if chosen["ENGINE"] == "django.db.backends.sqlite3":
        # The files beside it, which SQLite makes and removes, take their permissions from it.
        mode = permissions.of_files(permissions.of_folders(data_dir))
        if chosen["NAME"] != ":memory:":
            permissions.create(Path(chosen["NAME"]), mode)
        chosen["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            " PRAGMA secure_delete=ON;",
        }
    elif chosen["ENGINE"] == "django.db.backends.postgresql":
        # Threads keep their connection; one that a restarted server has cut is noticed and
        # replaced at the next request. A server that vanished without a word is given up after
        # 20 s.
        chosen["CONN_MAX_AGE"] = 600
        chosen["CONN_HEALTH_CHECKS"] = True
        chosen["OPTIONS"] = {
            "connect_timeout": 5,
            "keepalives_idle": 20,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 20_000,
            **chosen.get("OPTIONS", {}),
        }
    else:
        raise ImproperlyConfigured(
            "Set STYLESITE_DATABASE_URL to an address such as postgres://user:password@host/name, "
            "or to sqlite:////folder/file; other databases are not supported."
        )
    return chosen


def redis_url() -> str:
    example = "redis://host:6379/0"
    url = web_address("STYLESITE_REDIS_URL", ("redis", "rediss"), example)
    try:
        redis_parts(url)
    except ValueError:
        raise ImproperlyConfigured(
            f"Set STYLESITE_REDIS_URL to an address such as {example}."
        ) from None
    return url


def redis_parts(url: str) -> dict[str, Any]:
    """What the client of Redis makes of its address: user, password and so on; ValueError."""
    if not url:
        return {}
    from redis.connection import parse_url  # only here: most sites have none

    parts: dict[str, Any] = parse_url(url)  # type: ignore[no-untyped-call]
    return parts


def caches(redis: str) -> dict[str, dict[str, Any]]:
    """Limits must hold across processes, so never a cache in a process's own memory."""
    in_database = {
        "BACKEND": "stylesite.counting_cache.CountingDatabaseCache",
        "LOCATION": "cache",
        # Beyond this a third is forgotten at random, counts of failed sign-ins among them.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
    if not redis:
        return {"default": in_database}
    in_redis = {
        "BACKEND": "stylesite.steady_cache.SteadyRedisCache",
        "LOCATION": redis,
        "KEY_PREFIX": "stylesite",
        "OPTIONS": {
            "socket_connect_timeout": 2,
            "socket_timeout": 2,
            "health_check_interval": 30,
        },
    }
    return {"default": in_redis, "while_away": in_database}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """The S3 bucket that pictures are kept in; without a `name`, they are in the data folder."""

    name: str
    endpoint_url: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    signed_urls: bool
    """Whether pages send browsers there, with addresses that work for minutes."""

    @property
    def storage(self) -> dict[str, Any]:
        """What STORAGES says of the pictures."""
        if not self.name:
            return {"BACKEND": "gallery.disk.DiskFiles"}
        options: dict[str, Any] = {
            "bucket_name": self.name,
            "endpoint_url": self.endpoint_url or None,
            "region_name": self.region or ("us-east-1" if self.endpoint_url else None),
        }
        if self.access_key:
            options |= {"access_key": self.access_key, "secret_key": self.secret_key}
        return {"BACKEND": "gallery.s3.S3Files", "OPTIONS": options}

    @property
    def origins(self) -> list[str]:
        """From where browsers fetch pictures when pages send them there."""
        if not self.signed_urls:
            return []
        if self.endpoint_url:
            return ["/".join(self.endpoint_url.split("/")[:3])]
        # Amazon's oldest region is addressed without its name.
        return [f"https://{self.name}.s3{dot}.amazonaws.com" for dot in ("", f".{self.region}")]


def bucket() -> Bucket:
    """The bucket of the environment. A contradiction stops the start with a sentence."""
    chosen = Bucket(
        name=env.str("STYLESITE_S3_BUCKET", "").strip(),
        endpoint_url=web_address(
            "STYLESITE_S3_ENDPOINT_URL", ("http", "https"), "https://s3.example.org"
        ),
        region=env.str("STYLESITE_S3_REGION", "").strip(),
        access_key=env.str("STYLESITE_S3_ACCESS_KEY", ""),
        secret_key=env.str("STYLESITE_S3_SECRET_KEY", ""),
        signed_urls=yes_or_no("STYLESITE_S3_SIGNED_URLS", False),
    )
    others = (chosen.endpoint_url, chosen.region, chosen.access_key, chosen.secret_key)
    if not chosen.name and (any(others) or chosen.signed_urls):
        raise ImproperlyConfigured(
            "Set STYLESITE_S3_BUCKET to the name of a bucket, or unset the other settings of a "
            "bucket."
        )
    if bool(chosen.access_key) != bool(chosen.secret_key):
        raise ImproperlyConfigured(
            "Set both STYLESITE_S3_ACCESS_KEY and STYLESITE_S3_SECRET_KEY, or neither when the "
            "usual AWS variables or the machine's role give access."
        )
    if chosen.signed_urls and not (chosen.endpoint_url or chosen.region):
        raise ImproperlyConfigured(
            "Set STYLESITE_S3_REGION or STYLESITE_S3_ENDPOINT_URL too: with "
            "STYLESITE_S3_SIGNED_URLS, pages must know from where browsers fetch pictures."
        )
    return chosen


def x_accel_prefix(bucket: Bucket) -> str:
    """Below which address nginx has the folder of the pictures; empty where the site sends them."""
    prefix = env.str("STYLESITE_X_ACCEL_PREFIX", "").strip()
    if prefix and not re.fullmatch(r"/[A-Za-z0-9_-]+/", prefix):
        raise ImproperlyConfigured(
            "Set STYLESITE_X_ACCEL_PREFIX to the address of nginx’s internal location, such as "
            "/protected/, or unset it."
        )
    if prefix and bucket.name:
        raise ImproperlyConfigured(
            "Unset STYLESITE_X_ACCEL_PREFIX: nginx cannot send files that are in a bucket. "
            "STYLESITE_S3_SIGNED_URLS=true lets browsers fetch them there."
        )
    return prefix
