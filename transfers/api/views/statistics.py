"""What one's gallery adds up to."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gallery import statistics
from transfers.api.views.base import ApiView, person


class MonthSerializer(serializers.Serializer):
    month = serializers.DateField(source="first_day", help_text="Its first day.")
    count = serializers.IntegerField()


class FavouriteSerializer(serializers.Serializer):
    style = serializers.UUIDField(source="style.pk")
    title = serializers.CharField(source="style.title")
    pictures = serializers.IntegerField()


class StatisticsSerializer(serializers.Serializer):
    """Of what is on your wall, without the trash."""

    pictures = serializers.IntegerField()
    painting_s = serializers.FloatField(help_text="Seconds of painting.")
    favourites = serializers.IntegerField()
    from_camera = serializers.IntegerField()
    megapixels = serializers.FloatField()
    months = MonthSerializer(many=True, help_text="The last twelve.")
    styles = FavouriteSerializer(many=True, help_text="Those used most.")
    longest = serializers.UUIDField(
        source="longest.pk", allow_null=True, default=None, help_text="The longest painting."
    )
    longest_s = serializers.FloatField(
        source="longest.painting_s", allow_null=True, default=None, help_text="Its seconds."
    )


class MyStatistics(ApiView):
    @extend_schema(operation_id="statistics", responses=StatisticsSerializer)
    def get(self, request: Request) -> Response:
        """Pictures made, time painted, favourite styles, month by month."""
        return Response(StatisticsSerializer(statistics.of(person(request))).data)
