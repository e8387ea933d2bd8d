"""How every stored picture leaves the site: private, typed by us, and inert.

Views ask first who may see a file and then hand it here. Nothing else serves media; there is no
public media address.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import TypeVar

from django.conf import settings
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.encoding import filepath_to_uri
from django.utils.http import content_disposition_header, http_date

# By the extension that we gave the file; an uploader's name or type is never asked.
CONTENT_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".zip": "application/zip",
}

YEAR_S = 365 * 24 * 3600
CHANGEABLE_S = 60
CHUNK_BYTES = 64 * 1024

# How long a browser may go to a signed address of the bucket without asking us again, and how much
# longer the address works, so that nobody arrives too late.
FOLLOWED_S = 240
LATE_S = 60


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What a store says of a file that it holds."""

    name: str
    bytes: int
    modified_at: datetime


class FilesUnavailableError(OSError):
    """The store of files does not answer, or refuses. Nothing was changed; it may soon be over."""


def file_response(
    request: HttpRequest,
    file: FieldFile,
    *,
    download_as: str | None = None,
    public: bool = False,
    immutable: bool = True,
    through_site: bool = False,
) -> HttpResponseBase:
    """Stream ``file`` from whatever storage holds it, or answer 304 when the browser has it.

    ``download_as`` is the name under which it is saved instead of shown. ``public`` lets shared
    caches keep it: only for what every visitor may see. ``immutable`` is for addresses whose
    content never changes; others are asked about again after a minute. Raises Http404 when there is
    no such file.

    With STYLESITE_S3_SIGNED_URLS the answer is a redirect to the bucket instead, which then streams
    the file, says whether it is there, and serves parts of it; unless ``through_site``, for what a
    script reads: it may not read from elsewhere. With STYLESITE_X_ACCEL_PREFIX, nginx is told which
    file to send.
    """
    if not file:
        raise Http404
    if settings.S3_SIGNED_URLS and not through_site:
        return _redirect(request, file, download_as=download_as, public=public, immutable=immutable)
    try:
        modified_at = file.storage.get_modified_time(str(file.name))
    except FileNotFoundError as missing:
        raise Http404 from missing
    etag = f'"{hashlib.sha256(str(file.name).encode()).hexdigest()[:32]}"'
    response: HttpResponseBase | None = get_conditional_response(
        request, etag, int(modified_at.timestamp())
    )
    if response is None:
        response = _answer(request, file)
        response["Last-Modified"] = http_date(modified_at.timestamp())
        if download_as:
            response["Content-Disposition"] = content_disposition_header(True, download_as)
    response["ETag"] = etag
    return harden(response, public=public, max_age_s=YEAR_S if immutable else CHANGEABLE_S)


def bytes_response(data: bytes, *, download_as: str) -> HttpResponseBase:
    """Hand out a picture that was made for this request, such as a JPEG of a stored PNG."""
    content_type = CONTENT_TYPES[PurePosixPath(download_as).suffix]
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, download_as)
    return harden(response, max_age_s=0)


Answer = TypeVar("Answer", bound=HttpResponseBase)


def harden(response: Answer, *, public: bool = False, max_age_s: int | None = 0) -> Answer:
    """Make sure that a browser treats the file as what it is, and caches it as it may.

    ``max_age_s``: None where nobody may keep it at all. Pages of other sites cannot show it.
    """
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    if max_age_s is None:
        response["Cache-Control"] = "private, no-store"
        return response
    who = "public" if public else "private"
    forever = ", immutable" if max_age_s >= YEAR_S else ""
    response["Cache-Control"] = f"{who}, max-age={max_age_s}{forever}"
    return response


def _answer(request: HttpRequest, file: FieldFile) -> HttpResponseBase:
    if settings.X_ACCEL_PREFIX:
        response = HttpResponse(content_type=_content_type(file))
        response["X-Accel-Redirect"] = settings.X_ACCEL_PREFIX + filepath_to_uri(str(file.name))
        return response
    return _described(file) if request.method == "HEAD" else _opened(file)


def _opened(file: FieldFile) -> FileResponse:
    try:
        opened = file.storage.open(str(file.name))
    except FileNotFoundError as missing:
        raise Http404 from missing
    response = FileResponse(opened, content_type=_content_type(file))
    response.block_size = CHUNK_BYTES
    return response


def _described(file: FieldFile) -> HttpResponse:
    """The answer to HEAD: everything but the file, which a bucket would send us for nothing."""
    response = HttpResponse(content_type=_content_type(file))
    response["Content-Length"] = str(file.storage.size(str(file.name)))
    return response


def _redirect(
    request: HttpRequest,
    file: FieldFile,
    *,
    download_as: str | None,
    public: bool,
    immutable: bool,
) -> HttpResponseBase:
    """Without an ETag: a browser that compared it would keep an address that no longer works."""
    followed_s, kept_s = (FOLLOWED_S, YEAR_S) if immutable else (CHANGEABLE_S, CHANGEABLE_S)
    kept = f"private, max-age={kept_s}" + (", immutable" if immutable else "")
    headers = {"ResponseContentType": _content_type(file)}
    if download_as:
        headers["ResponseContentDisposition"] = content_disposition_header(True, download_as) or ""
    address = file.storage.signed_url(  # type: ignore[attr-defined]  # gallery.s3.S3Files
        str(file.name),
        expire_s=followed_s + LATE_S,
        method=str(request.method),
        answer_headers=headers | {"ResponseCacheControl": kept},
    )
    return harden(HttpResponseRedirect(address), public=public, max_age_s=followed_s)


def _content_type(file: FieldFile) -> str:
    return CONTENT_TYPES[PurePosixPath(str(file.name)).suffix]
