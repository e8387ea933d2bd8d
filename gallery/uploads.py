"""Keeps oversized uploads from being stored, on every page that takes a file.

A file is dropped as soon as it passes the limit; a body far beyond any photo is given up at its
first file. Whether a file that is small enough is also a picture, ``engine.images`` decides.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import gettext as _

FORM_BYTES = 2**20
"""Room for the other fields of a form and for the multipart headers."""

PATIENCE = 4
"""A body of up to this many times the limit is read on, so that no field of a form is lost."""


class SizeGuard(FileUploadHandler):
    """The site's first upload handler (settings): drops a file that passes ``UPLOAD_MAX_BYTES``.

    ``was_too_large`` tells the view afterwards. Of a body that is given up, the fields before its
    first file are kept.
    """

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.too_large = False
        self.limit_bytes: int = self.most_bytes()
        self.dropped: list[str] = []
        self._name = ""
        self._hopeless = body_bytes(request) > PATIENCE * self.limit_bytes
        self._received = 0

    def most_bytes(self) -> int:
        """The largest file that is kept."""
        return int(settings.UPLOAD_MAX_BYTES)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._received = 0
        self._name = str(self.file_name or "")
        if self._hopeless:
            self.too_large = True
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._received += len(raw_data)
        if self._received > self.limit_bytes:
            self.too_large = True
            self.dropped.append(self._name)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        return None  # Django's own handlers after this one keep the file.


class ArchiveGuard(SizeGuard):
    """The same for a zip of presets, on the one page that takes it."""

    def most_bytes(self) -> int:
        return int(settings.IMPORT_MAX_BYTES)


def was_too_large(request: HttpRequest) -> bool:
    """Whether a file sent with ``request`` was dropped for its size, and so is not in FILES."""
    _body = request.POST  # the handlers know once the body has been read
    return any(isinstance(one, SizeGuard) and one.too_large for one in request.upload_handlers)


def dropped(request: HttpRequest) -> list[str]:
    """The names of the files sent with ``request`` that were dropped, each for its size."""
    _body = request.POST
    guards = [one for one in request.upload_handlers if isinstance(one, SizeGuard)]
    return [name for guard in guards for name in guard.dropped]


def most_bytes_together() -> int:
    """Of one form with all its files; a longer one is given up at its first file."""
    return PATIENCE * int(settings.UPLOAD_MAX_BYTES)


def refuse_too_large(request: HttpRequest, form: BaseForm, field: str) -> None:
    """Say at ``field`` of a bound ``form`` that its file was too large, where it was."""
    if form.is_bound and was_too_large(request):
        form.errors.pop(field, None)  # that there is no file
        form.add_error(field, too_large_sentence())


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
