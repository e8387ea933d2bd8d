"""Time-lapses: frames, one of them as a picture, all of them as an animation."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from gallery import kept_frames, time_lapses
from gallery.animations import KINDS, SECONDS, Wish
from gallery.files import file_response
from gallery.time_lapses import own_time_lapse
from gallery.views.time_lapses import animation_response, frame_response
from transfers.api.access import Scope
from transfers.api.problems import RefusedError
from transfers.api.serializers.artworks import ArtworkSerializer
from transfers.api.serializers.time_lapses import TimeLapseSerializer
from transfers.api.views.base import ApiView, flag, person, picture_answers

USUAL = Wish()


class TimeLapseDetail(ApiView):
    write_scope = Scope.GALLERY

    @extend_schema(operation_id="artworks_time_lapse", responses=TimeLapseSerializer)
    def get(self, request: Request, artwork_id: UUID) -> Response:
        """How a picture came to be: the frames that were kept, with their steps."""
        return Response(TimeLapseSerializer(own_time_lapse(person(request), artwork_id)).data)

    @extend_schema(operation_id="artworks_time_lapse_delete", responses={204: None})
    def delete(self, request: Request, artwork_id: UUID) -> Response:
        """Delete the frames for good, to make room; the picture stays."""
        time_lapses.delete(own_time_lapse(person(request), artwork_id))
        return Response(status=204)


class TimeLapseFile(ApiView):
    @extend_schema(
        operation_id="artworks_time_lapse_file", responses=picture_answers("application/zip")
    )
    def get(self, request: Request, artwork_id: UUID) -> HttpResponseBase:
        """All frames in one file: a zip of WebP pictures, without compression."""
        return file_response(request._request, own_time_lapse(person(request), artwork_id).file)


class TimeLapseFrame(ApiView):
    @extend_schema(
        operation_id="artworks_time_lapse_frame", responses=picture_answers("image/webp")
    )
    def get(self, request: Request, artwork_id: UUID, step: int) -> HttpResponseBase:
        """The frame of one step."""
        return frame_response(own_time_lapse(person(request), artwork_id), step)


class TimeLapseKeep(ApiView):
    write_scope = Scope.GALLERY

    @extend_schema(
        operation_id="artworks_time_lapse_keep",
        request=None,
        responses={200: ArtworkSerializer, 201: ArtworkSerializer},
    )
    def post(self, request: Request, artwork_id: UUID, step: int) -> Response:
        """Keep a frame as a picture of its own, as small as the frame is. Kept before, it is the
        picture that is there: 200."""
        time_lapse = own_time_lapse(person(request), artwork_id)
        kept, is_new = kept_frames.keep_frame(time_lapse, step)
        return Response(ArtworkSerializer(kept).data, status=201 if is_new else 200)


class TimeLapseAnimation(ApiView):
    @extend_schema(
        operation_id="artworks_time_lapse_animation",
        parameters=[
            OpenApiParameter("kind", str, enum=KINDS, default=USUAL.kind),
            OpenApiParameter("seconds", int, enum=SECONDS, default=USUAL.seconds),
            OpenApiParameter("photo", bool, description="Begin with the photo."),
        ],
        responses=picture_answers("video/mp4", "image/webp"),
    )
    def get(self, request: Request, artwork_id: UUID) -> HttpResponseBase:
        """The frames as a film or an animated WebP, made now: one at a time, six a minute."""
        time_lapse = own_time_lapse(person(request), artwork_id)
        wish = Wish(
            kind=_one_of(request, "kind", KINDS, USUAL.kind),
            seconds=int(_one_of(request, "seconds", map(str, SECONDS), str(USUAL.seconds))),
            photo=flag(request, "photo"),
        )
        return animation_response(time_lapse, wish)


def _one_of(request: Request, name: str, choices: Iterable[str], usual: str) -> str:
    """A word in the query; RefusedError for one that is not among `choices`."""
    said: str = request.query_params.get(name, usual)
    allowed = list(choices)
    if said not in allowed:
        sentence = _("%(name)s is one of: %(choices)s.")
        words = sentence % {"name": name, "choices": ", ".join(allowed)}
        raise RefusedError("invalid", words, errors={name: [words]})
    return said
