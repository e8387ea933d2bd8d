"""Who is asking."""

from rest_framework import serializers

from accounts.models import ApiToken


class MyTokenSerializer(serializers.Serializer):
    name = serializers.CharField()
    expires_at = serializers.DateTimeField(source="ends_at", allow_null=True)


class LimitsSerializer(serializers.Serializer):
    upload_max_bytes = serializers.IntegerField()
    upload_max_pixels = serializers.IntegerField()
    reads_per_minute = serializers.IntegerField()
    writes_per_minute = serializers.IntegerField()
    styles_per_transfer = serializers.IntegerField()
    transfers_per_batch = serializers.IntegerField()
    longest_picture_s = serializers.IntegerField()


class UseSerializer(serializers.Serializer):
    """What you use beside what you may; a limit of null is none."""

    running = serializers.IntegerField(help_text="Pictures being painted.")
    running_limit = serializers.IntegerField(allow_null=True)
    waiting = serializers.IntegerField(help_text="Pictures waiting.")
    waiting_limit = serializers.IntegerField()
    painting_s = serializers.FloatField(
        help_text="Seconds of painting in the last 24 hours, with what is not finished yet."
    )
    painting_s_limit = serializers.FloatField(allow_null=True)
    storage_bytes = serializers.IntegerField()
    storage_bytes_limit = serializers.IntegerField(allow_null=True)


class MeSerializer(serializers.Serializer):
    email = serializers.EmailField()
    name = serializers.CharField(allow_blank=True)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=ApiToken.Scope.choices))
    token = MyTokenSerializer(allow_null=True)
    limits = LimitsSerializer()
    use = UseSerializer()
