"""Content images over the API: what the new-transfer page, the camera and scripts upload to."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.quotas import QuotaError
from engine.errors import ImageError
from gallery import uploads
from gallery.forms import title_from_file_name
from transfers.models import ContentImage
from transfers.photos import add_photo


class Refused(APIException):  # type: ignore[misc]  # the package has no types
    """``{"detail": a sentence for people, "reason": a word for programs}``."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, sentence: str, reason: str, status_code: int = 400) -> None:
        super().__init__({"detail": sentence, "reason": reason})
        self.status_code = status_code


class ContentImageList(APIView):  # type: ignore[misc]
    """Send a photo as the multipart field ``image``, with ``source`` and ``title`` if you like."""

    parser_classes = [MultiPartParser]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if uploads.is_too_long(request._request):
            raise _too_large()
        super().initial(request, *args, **kwargs)

    def post(self, request: Request) -> Response:
        file = request.FILES.get("image")
        if uploads.was_too_large(request._request):
            raise _too_large()
        if file is None:
            raise Refused(_("Please send a picture in the field “image”."), "missing")
        source = request.POST.get("source", ContentImage.Source.UPLOAD)
        if source not in ContentImage.Source.values:
            raise Refused(_("“source” must be “upload” or “camera”."), "bad_source")
        title = request.POST.get("title", "")
        if not title and source == ContentImage.Source.UPLOAD:
            title = title_from_file_name(file.name)
        try:
            photo = add_photo(request.user, file, source, title)
        except ImageError as error:
            if error.reason == "too_large":
                raise _too_large() from error
            raise Refused(error.sentence, error.reason) from error
        except QuotaError as error:
            raise Refused(error.sentence, error.reason, status.HTTP_403_FORBIDDEN) from error
        return Response(_as_json(photo), status=status.HTTP_201_CREATED)


def _too_large() -> Refused:
    return Refused(
        uploads.too_large_sentence(), "too_large", status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    )


def _as_json(photo: ContentImage) -> dict[str, str | int]:
    return {
        "id": str(photo.pk),
        "title": photo.title,
        "width": photo.width,
        "height": photo.height,
        "thumbnail": reverse("transfers:photo-file", args=[photo.pk, "thumbnail"]),
        "display": reverse("transfers:photo-file", args=[photo.pk, "display"]),
    }
