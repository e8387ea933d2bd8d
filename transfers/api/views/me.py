"""Who is asking, and what they may."""

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken, User
from gallery.storage_use import MB
from transfers.api.serializers.me import MeSerializer
from transfers.api.serializers.transfers import MAX_BATCH, MAX_STYLES
from transfers.api.views.base import ApiView, person
from transfers.quotas import use_of


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
                "longest_picture_s": settings.LONGEST_PICTURE_S,
            },
            "use": _use(user),
        }
        return Response(MeSerializer(answer).data)


def _use(user: User) -> dict[str, float | None]:
    used = use_of(user)
    minutes, megabytes = used.limits.painting_minutes_a_day, used.limits.storage_mb
    return {
        "running": used.running,
        "running_limit": used.limits.running,
        "waiting": used.waiting,
        "waiting_limit": used.limits.waiting,
        "painting_s": round(used.painting_s, 1),
        "painting_s_limit": None if minutes is None else minutes * 60,
        "storage_bytes": used.storage_bytes,
        "storage_bytes_limit": None if megabytes is None else megabytes * MB,
    }
