"""Who is asking, and what they may."""

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from transfers.api.serializers.me import MeSerializer
from transfers.api.serializers.transfers import MAX_BATCH, MAX_STYLES
from transfers.api.views.base import ApiView, person


class Me(ApiView):
    read_scope = None

    @extend_schema(operation_id="me", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Whose token this is, what it may do, and the limits that hold for you."""
        user, token = person(request), request.auth
        answer = {
            "email": user.email,
            "name": user.name,
            "scopes": ApiToken.Scope.values if token is None else token.scopes,
            "token": token,
            "limits": {
                "upload_max_bytes": settings.UPLOAD_MAX_BYTES,
                "upload_max_pixels": settings.UPLOAD_MAX_PIXELS,
                "reads_per_minute": settings.API_READS_PER_MINUTE,
                "writes_per_minute": settings.API_WRITES_PER_MINUTE,
                "styles_per_transfer": MAX_STYLES,
                "transfers_per_batch": MAX_BATCH,
            },
        }
        return Response(MeSerializer(answer).data)
