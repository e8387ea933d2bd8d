"""Keeps uploads that nobody asked for from being stored, and those that are too large.

Files are kept for views that say so (``takes_files``), and only of people who are signed in. A file
is dropped as soon as it passes the limit; a body far beyond any photo is given up at its first
file. Whether a file that is small enough is also a picture, ``engine.images`` decides.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import gettext as _

FORM_BYTES = 2**20
"""Room for the other fields of a form and for the multipart headers."""

READ_ON_BYTES = 4 * 2**20
"""Of a body with a file that nobody takes."""

PATIENCE = 4
"""A body of up to this many times the limit is read on, so that no field of a form is lost."""


View = TypeVar("View", bound=Callable[..., Any])
MaySend = Callable[[HttpRequest], bool]


def takes_files(view: View) -> View:
    """Mark a view that people who are signed in may send files to."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def takes_files_of_guests(view: View) -> View:
    """The same for a view that says itself who may, such as a booth's."""
    view.takes_files_of_guests = True  # type: ignore[attr-defined]
    return takes_files(view)


def takes_archives(may: MaySend) -> Callable[[View], View]:
    """The same for a view that takes zips of presets, which may be larger than other files, of
    those of whom ``may`` says so."""

    def mark(view: View) -> View:
        view.takes_archives_of = may  # type: ignore[attr-defined]
        return takes_files(view)

    return mark


def view_takes_files(view: Callable[..., Any] | None) -> bool:
    """Of a class, its attribute counts."""
    return bool(getattr(getattr(view, "cls", view), "takes_files", False))


class SizeGuard(FileUploadHandler):
    """The site's first upload handler (settings): drops a file that passes ``UPLOAD_MAX_BYTES``.

    ``was_too_large`` tells the view afterwards. Of a body that is given up, the fields before its
    first file are kept. ``came_unasked`` tells of a file that nobody takes here.
    """

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.too_large = False
        self.unasked = False
        self.limit_bytes: int = self.most_bytes()
        self.dropped: list[str] = []
        self._name = ""
        self._announced = body_bytes(request)
        self._hopeless = self._announced > PATIENCE * self.limit_bytes
        self._received = 0

    def most_bytes(self) -> int:
        """The largest file that is kept."""
        match = getattr(self.request, "resolver_match", None)
        may: MaySend | None = getattr(match and match.func, "takes_archives_of", None)
        is_archive = may is not None and self.request is not None and may(self.request)
        return int(settings.IMPORT_MAX_BYTES if is_archive else settings.UPLOAD_MAX_BYTES)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._received = 0
        self._name = str(self.file_name or "")
        if not self._is_wanted():
            self.unasked = True
            # Read on where little is left: what is not read costs the client its connection.
            raise StopUpload(connection_reset=self._announced > READ_ON_BYTES)
        if self._hopeless:
            self.too_large = True
            raise StopUpload(connection_reset=True)

    def _is_wanted(self) -> bool:
        match = getattr(self.request, "resolver_match", None)
        if match is None:  # called by itself, as tests do
            return True
        if not view_takes_files(match.func):
            return False
        person = getattr(self.request, "user", None)
        is_known = person is not None and person.is_authenticated
        return is_known or bool(getattr(match.func, "takes_files_of_guests", False))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._received += len(raw_data)
        if self._received > self.limit_bytes:
            self.too_large = True
            self.dropped.append(self._name)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        return None  # The handlers after this one keep the file.


class NamelessFiles(FileUploadHandler):
    """Keeps a file that is too large for memory where no name leads: on the disk, without one.

    Django's own handler gives it a name, and under that it stays, with all that a camera wrote into
    it, when the process is killed or told to stop. What has no name goes with its process.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        nameless = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115
        self.file = UploadedFile(
            nameless, self.file_name, self.content_type, 0, self.charset, self.content_type_extra
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()


def was_too_large(request: HttpRequest) -> bool:
    """Whether a file sent with ``request`` was dropped for its size, and so is not in FILES."""
    _body = request.POST  # the handlers know once the body has been read
    return any(isinstance(one, SizeGuard) and one.too_large for one in request.upload_handlers)


def came_unasked(request: HttpRequest) -> bool:
    """Whether a file came that this address does not take, or not of a visitor. None is kept."""
    _body = request.POST
    return any(isinstance(one, SizeGuard) and one.unasked for one in request.upload_handlers)


def let_go(request: HttpRequest) -> None:
    """Remove what has arrived of a file whose body broke off; Django does when it gets round to."""
    for handler in request.upload_handlers:
        if (file := getattr(handler, "file", None)) is not None:
            file.close()


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
