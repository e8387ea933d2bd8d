"""Keeps oversized uploads from being read to their end.

A file is dropped as soon as it passes the limit; a body far beyond any photo is not read at all.
Whether a file that is small enough is also a picture, ``transfers.photos`` decides.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest
from django.utils.translation import gettext as _

FORM_BYTES = 2**20
"""Room for the other fields of a form and for the multipart headers."""

PATIENCE = 4
"""A form whose body is up to this many times the limit is read on, so that no field is lost."""


class SizeGuard(FileUploadHandler):
    """First upload handler of a view: drops a file that passes ``UPLOAD_MAX_BYTES``.

    ``too_large`` tells the view afterwards. A body that would take long to read is given up at
    its first file: the fields before that file are kept.
    """

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.too_large = False
        self._hopeless = body_bytes(request) > PATIENCE * settings.UPLOAD_MAX_BYTES
        self._received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._received = 0
        if self._hopeless:
            self.too_large = True
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._received += len(raw_data)
        if self._received > settings.UPLOAD_MAX_BYTES:
            self.too_large = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        return None  # Django's own handlers after this one keep the file.


def guard_size(request: HttpRequest) -> SizeGuard:
    """Watch the uploads of ``request``; call it before anything reads ``request.POST``."""
    guard = SizeGuard(request)
    request.upload_handlers.insert(0, guard)
    return guard


def body_bytes(request: HttpRequest) -> int:
    """What the client announced; 0 where it announced nothing."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def is_too_long(request: HttpRequest) -> bool:
    """Whether the announced body holds a file over the limit, told without reading any of it."""
    return body_bytes(request) > settings.UPLOAD_MAX_BYTES + FORM_BYTES


def too_large_sentence() -> str:
    return _(
        "This file is larger than %(megabytes)s MB. Please save the picture smaller, "
        "or as a JPEG, and try again."
    ) % {"megabytes": settings.UPLOAD_MAX_BYTES // 2**20}
