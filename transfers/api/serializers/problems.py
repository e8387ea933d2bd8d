"""The shape of every error."""

from rest_framework import serializers


class ProblemSerializer(serializers.Serializer):
    """RFC 9457. `reason` is for programs, `detail` a sentence for people."""

    type = serializers.CharField(help_text="Address that explains the reason.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    reason = serializers.CharField()
    errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Sentences by the path of the field they belong to, such as `styles.0.weight`; "
        "the first 20.",
    )
    reference = serializers.CharField(
        required=False, help_text="Of an error of ours: finds it in the log."
    )
