"""Settings saved under a name, for orders to come."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from engine.params import Params
from transfers.api.access import Scope
from transfers.api.problems import field_refused
from transfers.api.serializers.saved_settings import (
    NewSavedSettingsSerializer,
    SavedSettingsChangeSerializer,
    SavedSettingsSerializer,
)
from transfers.api.views.base import ApiView, NewestFirst, paginated, person, valid
from transfers.models import SavedSettings
from transfers.studio import saved
from transfers.studio.saved import SavedSettingsError


class SavedSettingsList(ApiView):
    write_scope = Scope.TRANSFERS
    pagination_class = NewestFirst

    @extend_schema(responses=SavedSettingsSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The settings that you saved, newest first."""
        own = SavedSettings.objects.owned_by(person(request))
        return paginated(
            self, request, own, lambda page: SavedSettingsSerializer(page, many=True).data
        )

    @extend_schema(request=NewSavedSettingsSerializer, responses={201: SavedSettingsSerializer})
    def post(self, request: Request) -> Response:
        """Save settings under a name. Send their `params` along with an order to use them."""
        values = valid(NewSavedSettingsSerializer, request)
        params = Params.from_json(values["params"])
        try:
            new = saved.save(person(request), values["name"], params)
        except SavedSettingsError as error:
            raise field_refused("name", error.sentence) from error
        return Response(SavedSettingsSerializer(new).data, status=201)


class SavedSettingsDetail(ApiView):
    write_scope = Scope.TRANSFERS

    @extend_schema(responses=SavedSettingsSerializer)
    def get(self, request: Request, settings_id: UUID) -> Response:
        """Settings that you saved."""
        return Response(SavedSettingsSerializer(_own(request, settings_id)).data)

    @extend_schema(request=SavedSettingsChangeSerializer, responses=SavedSettingsSerializer)
    def patch(self, request: Request, settings_id: UUID) -> Response:
        """Rename them, or set them anew."""
        own = _own(request, settings_id)
        values = valid(SavedSettingsChangeSerializer, request)
        try:
            if "name" in values:
                saved.rename(own, values["name"])
        except SavedSettingsError as error:
            raise field_refused("name", error.sentence) from error
        if "params" in values:
            saved.set_anew(own, Params.from_json(values["params"]))
        return Response(SavedSettingsSerializer(own).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, settings_id: UUID) -> Response:
        """Delete them. For a day they can be put back."""
        saved.trash(_own(request, settings_id))
        return Response(status=204)


class SavedSettingsRestore(ApiView):
    write_scope = Scope.TRANSFERS

    @extend_schema(operation_id="settings_restore", request=None, responses=SavedSettingsSerializer)
    def post(self, request: Request, settings_id: UUID) -> Response:
        """Put deleted ones back, under their name or the next that is free; harmless for those
        that are there."""
        trashed = SavedSettings.objects.trashed(person(request)).filter(pk=settings_id).first()
        if trashed:
            try:
                saved.put_back(trashed)
            except SavedSettingsError as error:
                raise field_refused("name", error.sentence) from error
        return Response(SavedSettingsSerializer(trashed or _own(request, settings_id)).data)


def _own(request: Request, settings_id: UUID) -> SavedSettings:
    return get_object_or_404(SavedSettings.objects.owned_by(person(request)), pk=settings_id)
