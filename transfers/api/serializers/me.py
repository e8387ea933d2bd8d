"""Who is asking."""

from rest_framework import serializers

from accounts.models import ApiToken


class MyTokenSerializer(serializers.Serializer):
    name = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)


class LimitsSerializer(serializers.Serializer):
    upload_max_bytes = serializers.IntegerField()
    upload_max_pixels = serializers.IntegerField()
    reads_per_minute = serializers.IntegerField()
    writes_per_minute = serializers.IntegerField()
    styles_per_transfer = serializers.IntegerField()
    transfers_per_batch = serializers.IntegerField()


class MeSerializer(serializers.Serializer):
    email = serializers.EmailField()
    name = serializers.CharField(allow_blank=True)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=ApiToken.Scope.choices))
    token = MyTokenSerializer(allow_null=True)
    limits = LimitsSerializer()
