"""What is done with many artworks at once."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from rest_framework import serializers

from gallery import bulk
from gallery.forms import MAX_TAGS
from gallery.models import MOST_STARS, Tag
from transfers.api.serializers.fields import CountedListField, IdField, TextField

ACTIONS = {
    "favourite": "make them favourites",
    "unfavourite": "no longer",
    "rate": "give them `rating` stars",
    "tag": "give them `tags` beside those they have",
    "album": "put them at the end of `album`, or of a new one called `new_album`",
    "trash": "put them in the trash",
    "restore": "take them out of it",
    "delete": "delete those in the trash for good, which nothing undoes",
}

NEEDED = {"rate": ("rating",), "tag": ("tags",), "album": ("album", "new_album")}


class ExactIntegerField(serializers.IntegerField):
    """A whole number of JSON, and not text or a truth that could be read as one."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        number: int = super().to_internal_value(data)
        return number


class ChosenSerializer(serializers.Serializer):
    ids = CountedListField(
        child=IdField(),
        min_length=1,
        max_length=bulk.MOST,
        help_text="Of your own artworks; others are passed over.",
    )


class BulkSerializer(ChosenSerializer):
    action = serializers.ChoiceField(
        choices=list(ACTIONS),
        help_text="; ".join(f"`{name}`: {meaning}" for name, meaning in ACTIONS.items()) + ".",
    )
    rating = ExactIntegerField(min_value=0, max_value=MOST_STARS, required=False)
    tags = CountedListField(
        child=TextField(
            max_length=Tag._meta.get_field("name").max_length,
            validators=[RegexValidator(r"^[^,]+$")],
        ),
        min_length=1,
        max_length=MAX_TAGS,
        required=False,
        help_text="Without commas; stored in small letters, each once.",
    )
    album = IdField(required=False)
    new_album = TextField(max_length=120, required=False)

    def validate_tags(self, tags: list[str]) -> list[str]:
        return list(dict.fromkeys(" ".join(tag.split()).lower() for tag in tags))

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        needed = NEEDED.get(values["action"], ())
        if needed and not any(name in values for name in needed):
            sentence = _("“%(action)s” needs %(fields)s.") % {
                "action": values["action"],
                "fields": _(" or ").join(needed),
            }
            raise serializers.ValidationError({needed[0]: [sentence]})
        return values


class BulkAnswerSerializer(serializers.Serializer):
    count = serializers.IntegerField(help_text="How many artworks it was done to.")
