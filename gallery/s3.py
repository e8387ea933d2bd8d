"""Files in an S3 bucket, for sites of several hosts; settings choose it with STYLESITE_S3_BUCKET.

What callers know of files on a disk holds here too: a missing one raises FileNotFoundError, and a
bucket that does not answer or refuses raises FilesUnavailableError, an OSError. The client's own
errors never leave this module. Nor does it wait long: a worker has better things to do.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from gallery.files import CONTENT_TYPES, FilesUnavailableError, StoredFile

# With two attempts, a bucket that cannot be reached costs a caller about seven seconds, and one
# that takes a request and never answers about twenty.
CONNECT_S = 3
ANSWER_S = 10
ATTEMPTS = 2

# A file being read lies in memory up to this size, beyond it on the disk.
IN_MEMORY_BYTES = 8 * 2**20

# Whatever else is "not found" is the bucket itself, and choosing the photo again mends no bucket.
MISSING_FILE = ("404", "NoSuchKey", "NotFound")


class S3Files(S3Storage):  # type: ignore[misc]  # the package has no types
    """Files written once under a name of their own, and read whole."""

    def __init__(self, **options: Any) -> None:
        # Other makes of server are addressed by path; they rarely have a name for each bucket, nor
        # all know the checksums that Amazon's newer clients send along.
        by_path = bool(options.get("endpoint_url"))
        self._pid = os.getpid()
        super().__init__(
            file_overwrite=False,
            client_config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path" if by_path else "virtual"},
                connect_timeout=CONNECT_S,
                read_timeout=ANSWER_S,
                retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
            transfer_config=TransferConfig(use_threads=False, num_download_attempts=ATTEMPTS),
            **options,
        )

    @property
    def connection(self) -> Any:
        """This thread's connection; a forked process never speaks through its parent's."""
        if self._pid != os.getpid():
            state = {**self.__dict__, "_pid": os.getpid()}
            self.__setstate__(state)
        return super().connection

    @property
    def bucket(self) -> Any:
        """The bucket through this thread's connection, as a bucket is not for sharing."""
        return self.connection.Bucket(self.bucket_name)

    def check(self) -> None:
        """Raise FilesUnavailableError unless the bucket is there and lets us in."""
        with as_os_errors(self.bucket_name, may_be_missing=False):
            self.connection.meta.client.head_bucket(Bucket=self.bucket_name)

    def exists(self, name: str) -> bool:
        with as_os_errors(name):
            return bool(super().exists(name))

    def size(self, name: str) -> int:
        with as_os_errors(name):
            return int(super().size(name))

    def get_modified_time(self, name: str) -> datetime:
        with as_os_errors(name):
            modified_at: datetime = super().get_modified_time(name)
            return modified_at

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with as_os_errors(name):
            folders, files = super().listdir(name)
            return folders, files

    def walk(self, folder: str) -> Iterator[StoredFile]:
        """All files below ``folder``, by name, a thousand with each request."""
        listed = self.connection.meta.client.get_paginator("list_objects_v2")
        pages = iter(listed.paginate(Bucket=self.bucket_name, Prefix=f"{folder}/"))
        while True:
            with as_os_errors(folder, may_be_missing=False):
                page = next(pages, None)
            if page is None:
                return
            for one in page.get("Contents", []):
                yield StoredFile(one["Key"], one["Size"], one["LastModified"])

    def delete(self, name: str) -> None:
        with as_os_errors(name):
            super().delete(name)

    def signed_url(
        self, name: str, *, expire_s: int, method: str, answer_headers: dict[str, str]
    ) -> str:
        """An address at which a browser gets the file without us until `expire_s` have passed.

        `answer_headers` are those the bucket shall send, by their names in S3's parameters.
        """
        with as_os_errors(name):
            url: str = self.url(
                name, parameters=answer_headers, expire=expire_s, http_method=method
            )
            return url

    def get_object_parameters(self, name: str) -> dict[str, str]:
        """What is stored beside a file: its type, by the extension that we gave it."""
        suffix = PurePosixPath(name).suffix
        return {"ContentType": CONTENT_TYPES.get(suffix, "application/octet-stream")}

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        """The whole file, fetched with one request, so that no error is left for later."""
        if mode != "rb":
            raise ValueError("Files are written once, whole, with save().")
        key = self._normalize_name(clean_name(name))
        spool = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115  # the caller's
        try:
            with as_os_errors(name):
                answer = self.connection.meta.client.get_object(Bucket=self.bucket_name, Key=key)
                shutil.copyfileobj(answer["Body"], spool)
        except BaseException:
            spool.close()
            raise
        spool.seek(0)
        return File(spool, name)

    def _save(self, name: str, content: File[bytes]) -> str:
        with as_os_errors(name, may_be_missing=False):
            saved: str = super()._save(name, content)
            return saved


@contextmanager
def as_os_errors(name: str, *, may_be_missing: bool = True) -> Iterator[None]:
    """Turn what the S3 client raises into what a disk would have raised for the file `name`.

    Where no file is asked for, "not found" is no answer of a bucket that works.
    """
    try:
        yield
    except ClientError as error:
        answer = error.response.get("Error", {})
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        not_found = status == HTTPStatus.NOT_FOUND and may_be_missing
        if not_found and answer.get("Code") in MISSING_FILE:
            raise FileNotFoundError(errno.ENOENT, "No such file in the bucket", name) from error
        raise FilesUnavailableError(errno.EIO, str(error), name) from error
    except (BotoCoreError, Boto3Error, RetriesExceededError) as error:
        raise FilesUnavailableError(errno.EIO, str(error), name) from error
