"""Share links, publishing and one's public profile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gallery import shares
from gallery.models import Profile, ShareLink
from gallery.sharing_forms import LEAST_PASSWORD, ProfileForm, refuse_what_is_tried_first
from transfers.api.serializers.fields import AddressField, IdField, TextField


class ShareLinkSerializer(serializers.ModelSerializer):
    artwork = serializers.UUIDField(source="artwork_id", allow_null=True, read_only=True)
    album = serializers.UUIDField(source="album_id", allow_null=True, read_only=True)
    address = serializers.SerializerMethodField(help_text="What others open: no token, no account.")
    has_password = serializers.BooleanField(source="password", read_only=True)
    is_open = serializers.BooleanField(read_only=True, help_text="Whether it leads somewhere now.")

    class Meta:
        model = ShareLink
        fields = [
            "id",
            "artwork",
            "album",
            "name",
            "address",
            "has_password",
            "may_download",
            "shows_before",
            "is_open",
            "created_at",
            "expires_at",
            "revoked_at",
            "views",
            "last_viewed_at",
        ]
        read_only_fields = fields

    @extend_schema_field(AddressField)
    def get_address(self, link: ShareLink) -> str:
        return shares.address(link)


class ExactBooleanField(serializers.BooleanField):
    """true or false of JSON, and no word that could be read as one."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class ShareChangeSerializer(serializers.Serializer):
    """What a link allows. Leave out what stays as it is."""

    name = TextField(max_length=80, required=False, allow_blank=True)
    password = TextField(
        min_length=LEAST_PASSWORD,
        max_length=128,
        required=False,
        allow_null=True,
        trim_whitespace=False,
        help_text="null: none. Whoever typed the last one is asked anew. Neither digits alone nor "
        "one that many people take.",
    )
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="null: never. Otherwise later than now."
    )
    may_download = ExactBooleanField(
        required=False, help_text="Pictures in full size. Allowed at first."
    )
    shows_before = ExactBooleanField(
        required=False, help_text="The photo beside the painting. Not shown at first."
    )

    def validate_password(self, password: str | None) -> str | None:
        refuse_what_is_tried_first(password or "")
        return password

    def validate_expires_at(self, at: datetime | None) -> datetime | None:
        if at is not None and at <= timezone.now():
            raise serializers.ValidationError(_("That is over. Choose a later time."))
        return at


class NewShareSerializer(ShareChangeSerializer):
    """Of one picture or of one album."""

    artwork = IdField(required=False)
    album = IdField(required=False)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if ("artwork" in values) == ("album" in values):
            raise serializers.ValidationError({"artwork": _("Name either a picture or an album.")})
        return values


class PublishSerializer(serializers.Serializer):
    with_photo = ExactBooleanField(
        default=False, help_text="Whether everybody sees the photo it was painted from, too."
    )


class PublishedSerializer(serializers.Serializer):
    artwork = serializers.UUIDField(source="pk")
    published_at = serializers.DateTimeField(allow_null=True)
    with_photo = serializers.BooleanField(source="publishes_before")
    is_seen = serializers.BooleanField(
        source="is_published",
        help_text="False while it is in the trash or taken down. A hidden profile hides it, too.",
    )
    taken_down_at = serializers.DateTimeField(allow_null=True)


class ProfileSerializer(serializers.ModelSerializer):
    class Meta:
        model = Profile
        fields = ["handle", "name", "about", "is_public"]
        read_only_fields = fields


class ProfileChangeSerializer(serializers.Serializer):
    handle = TextField(max_length=40, required=False, help_text="The last part of its address.")
    name = TextField(max_length=80, required=False)
    about = TextField(max_length=1000, required=False, allow_blank=True)
    is_public = ExactBooleanField(required=False)


def profile_form(profile: Profile, values: dict[str, Any]) -> ProfileForm:
    """The page's own form judges what programs send, with the rest as it is."""
    names = ("handle", "name", "about", "is_public")
    return ProfileForm({name: getattr(profile, name) for name in names} | values, instance=profile)
