"""What others get to see: share links, published pictures and one's public profile."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from gallery import publishing, recorded
from gallery.access import own_artwork, own_link
from gallery.models import Album, Artwork, Profile, ShareLink
from transfers.api.access import Scope
from transfers.api.problems import RefusedError, field_refused
from transfers.api.serializers.shares import (
    NewShareSerializer,
    ProfileChangeSerializer,
    ProfileSerializer,
    PublishedSerializer,
    PublishSerializer,
    ShareChangeSerializer,
    ShareLinkSerializer,
    profile_form,
)
from transfers.api.views.base import ApiView, NewestFirst, paginated, person, valid


class ShareList(ApiView):
    write_scope = Scope.SHARES
    pagination_class = NewestFirst

    @extend_schema(responses=ShareLinkSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Your share links, ended ones too, newest first."""
        own = ShareLink.objects.filter(owner=person(request))
        return paginated(self, request, own, lambda page: ShareLinkSerializer(page, many=True).data)

    @extend_schema(request=NewShareSerializer, responses={201: ShareLinkSerializer})
    def post(self, request: Request) -> Response:
        """Share a picture or an album: whoever has the address sees it, until it ends."""
        values = valid(NewShareSerializer, request)
        owner = person(request)
        kinds: dict[str, Any] = {
            "artwork": Artwork.objects.visible_to(owner),
            "album": Album.objects.filter(owner=owner),
        }
        for kind, own in kinds.items():
            if kind in values:
                values[kind] = own.filter(pk=values[kind]).first()
                if values[kind] is None:
                    raise field_refused(kind, _("There is no such thing of yours."))
        values["password"] = values.get("password") or ""
        link = recorded.share(request._request, owner, **values)
        return Response(ShareLinkSerializer(link).data, status=201)


class ShareDetail(ApiView):
    write_scope = Scope.SHARES

    @extend_schema(responses=ShareLinkSerializer)
    def get(self, request: Request, link_id: UUID) -> Response:
        """One share link."""
        return Response(ShareLinkSerializer(own_link(person(request), link_id)).data)

    @extend_schema(request=ShareChangeSerializer, responses=ShareLinkSerializer)
    def patch(self, request: Request, link_id: UUID) -> Response:
        """Change what a link allows and when it ends: its address stays."""
        link = own_link(person(request), link_id)
        values = valid(ShareChangeSerializer, request)
        if "password" in values:
            values["password"] = values["password"] or ""
        if values:
            recorded.change(request._request, link, **values)
        return Response(ShareLinkSerializer(link).data)


class ShareWithdraw(ApiView):
    write_scope = Scope.SHARES

    @extend_schema(operation_id="shares_withdraw", request=None, responses=ShareLinkSerializer)
    def post(self, request: Request, link_id: UUID) -> Response:
        """End a link now. Harmless for one that was withdrawn."""
        link = own_link(person(request), link_id)
        recorded.withdraw(request._request, link)
        return Response(ShareLinkSerializer(link).data)


class ShareRestore(ApiView):
    write_scope = Scope.SHARES

    @extend_schema(operation_id="shares_restore", request=None, responses=ShareLinkSerializer)
    def post(self, request: Request, link_id: UUID) -> Response:
        """Let a withdrawn link lead there again. Harmless for one that does."""
        link = own_link(person(request), link_id)
        recorded.restore(request._request, link)
        return Response(ShareLinkSerializer(link).data)


class ArtworkPublish(ApiView):
    write_scope = Scope.SHARES
    problem_statuses = {"POST": (409,)}

    @extend_schema(
        operation_id="artworks_publish", request=PublishSerializer, responses=PublishedSerializer
    )
    def post(self, request: Request, artwork_id: UUID) -> Response:
        """Show a picture to everybody: under your profile, which must be there."""
        artwork = own_artwork(person(request), artwork_id)
        publishing.require_public_gallery()
        values = valid(PublishSerializer, request)
        if publishing.profile_of(person(request)) is None:
            raise RefusedError("wrong_state", _("Make your public profile first."))
        if artwork.taken_down_at:
            raise RefusedError("wrong_state", _("It was taken down, so it cannot be published."))
        recorded.publish(
            request._request, person(request), [artwork], with_photo=values["with_photo"]
        )
        artwork.refresh_from_db()
        return Response(PublishedSerializer(artwork).data)


class ArtworkUnpublish(ApiView):
    write_scope = Scope.SHARES

    @extend_schema(operation_id="artworks_unpublish", request=None, responses=PublishedSerializer)
    def post(self, request: Request, artwork_id: UUID) -> Response:
        """Keep a picture to yourself again, at once. Harmless for one that is not published."""
        artwork = own_artwork(person(request), artwork_id)
        recorded.unpublish(request._request, person(request), [artwork])
        artwork.refresh_from_db()
        return Response(PublishedSerializer(artwork).data)


class MyProfile(ApiView):
    write_scope = Scope.SHARES
    problem_statuses = {"GET": (404,), "PATCH": (404,)}

    @extend_schema(operation_id="profile_retrieve", responses=ProfileSerializer)
    def get(self, request: Request) -> Response:
        """Your public profile; 404 before you have made one."""
        return Response(ProfileSerializer(get_object_or_404(_profiles(request))).data)

    @extend_schema(
        operation_id="profile_change",
        request=ProfileChangeSerializer,
        responses=ProfileSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Make your public profile, or change it. `is_public` hides it, with all it shows."""
        values = valid(ProfileChangeSerializer, request)
        profile = _profiles(request).first() or Profile(owner=person(request))
        form = profile_form(profile, values)
        if not form.is_valid() or not recorded.save_profile(request._request, form):
            errors = {
                name: [str(said) for said in all_said] for name, all_said in form.errors.items()
            }
            first = next(iter(errors.values()))[0]
            raise RefusedError("invalid", first, errors=errors)
        return Response(ProfileSerializer(form.instance).data)


def _profiles(request: Request) -> Any:
    publishing.require_public_gallery()
    return Profile.objects.filter(owner=person(request))
