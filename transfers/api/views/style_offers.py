"""What belongs to styles: their collections, and offers of one's own to everybody."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from gallery import style_offers
from gallery.models import Collection, Style, StyleOffer
from transfers.api.access import Scope
from transfers.api.problems import RefusedError
from transfers.api.serializers.styles import (
    CollectionSerializer,
    NewStyleOfferSerializer,
    StyleOfferSerializer,
)
from transfers.api.views.base import ApiView, person, valid


class CollectionList(ApiView):
    @extend_schema(operation_id="collections_list", responses=CollectionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The collections that presets hang in, in their order."""
        held = Collection.objects.filter(styles__in=Style.objects.presets().order_by()).distinct()
        return Response(CollectionSerializer(held, many=True).data)


class StyleOfferDetail(ApiView):
    write_scope = Scope.GALLERY
    problem_statuses = {"POST": (409,)}

    @extend_schema(operation_id="styles_offer", responses=StyleOfferSerializer)
    def get(self, request: Request, style_id: UUID) -> Response:
        """The latest offer of a style of yours, and what became of it."""
        offers = StyleOffer.objects.filter(style__owner=person(request), style=style_id)
        latest = offers.order_by("-offered_at").first()
        return Response(StyleOfferSerializer(latest or get_object_or_404(offers)).data)

    @extend_schema(
        operation_id="styles_offer_make",
        request=NewStyleOfferSerializer,
        responses={201: StyleOfferSerializer},
    )
    def post(self, request: Request, style_id: UUID) -> Response:
        """Offer a style of yours to everybody."""
        style = get_object_or_404(Style.objects.owned_by(person(request)), pk=style_id)
        values = valid(NewStyleOfferSerializer, request)
        del values["consent"]
        try:
            made = style_offers.offer(style, **values)
        except style_offers.AlreadyOfferedError as error:
            raise RefusedError(
                "wrong_state", _("This style is offered already, and not answered yet.")
            ) from error
        return Response(StyleOfferSerializer(made).data, status=201)

    @extend_schema(operation_id="styles_offer_withdraw", responses={204: None})
    def delete(self, request: Request, style_id: UUID) -> Response:
        """Take the offer back; harmless where none waits for an answer."""
        style = get_object_or_404(Style.objects.owned_by(person(request)), pk=style_id)
        style_offers.withdraw(style)
        return Response(status=204)
