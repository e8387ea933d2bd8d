"""Settings saved under a name."""

from __future__ import annotations

from rest_framework import serializers

from transfers.api.serializers.fields import TextField
from transfers.api.serializers.transfers import TransferParamsField
from transfers.models import SavedSettings
from transfers.studio.models import NAME_LENGTH


class SavedSettingsSerializer(serializers.ModelSerializer):
    params = TransferParamsField(read_only=True)

    class Meta:
        model = SavedSettings
        fields = ["id", "name", "params", "created_at"]
        read_only_fields = fields


class NewSavedSettingsSerializer(serializers.Serializer):
    name = TextField(max_length=NAME_LENGTH)
    params = TransferParamsField(help_text="What is left out is as the engine does it by itself.")


class SavedSettingsChangeSerializer(serializers.Serializer):
    name = TextField(max_length=NAME_LENGTH, required=False)
    params = TransferParamsField(required=False, help_text="In place of all that was saved.")
