"""Finished pictures as files to keep: PNG, every pixel as painted, or a JPEG made of it now."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from PIL import Image

from gallery.files import bytes_response, file_response
from gallery.models import Artwork
from gallery.pictures import encode

FORMATS = ("png", "jpg")


def download_response(request: HttpRequest, artwork: Artwork, file_format: str) -> HttpResponseBase:
    """``artwork`` under its title. Raises Http404 for formats other than "png" and "jpg"."""
    if file_format == "png":
        name = _file_name(artwork, ".png")
        return file_response(request, artwork.original, download_as=name)
    if file_format != "jpg":
        raise Http404
    try:
        with artwork.original.open() as file, Image.open(file, formats=["PNG"]) as painted:
            data = encode(painted, "JPEG")
    except FileNotFoundError as missing:
        raise Http404 from missing
    return bytes_response(data, download_as=_file_name(artwork, ".jpg"))


def _file_name(artwork: Artwork, suffix: str) -> str:
    """The title as a file name that every system takes."""
    name = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*]+', " ", artwork.title)
    return (" ".join(name.split()).strip(" .") or "picture") + suffix
