"""Recipe files, and the recipes that somebody brought."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gallery.recipe_files import FORMAT, MOST_STYLES, SCHEMA, SCHEMA_WITHOUT_MASKS
from transfers.api.schema import params_schema
from transfers.api.serializers.fields import CountedListField, IdField
from transfers.models import Transfer
from transfers.repeating.check import OUTCOMES
from transfers.repeating.inputs import Need, needs_of
from transfers.repeating.models import BroughtRecipe


@extend_schema_field(params_schema())
class RecipeParamsField(serializers.DictField):
    pass


@extend_schema_field(OpenApiTypes.OBJECT)
class ObjectField(serializers.DictField):
    pass


class RecipeInputSerializer(serializers.Serializer):
    title = serializers.CharField(allow_blank=True)
    sha256 = serializers.CharField(help_text="Of the file, as the site stored it.")
    pixels_sha256 = serializers.CharField(
        allow_blank=True, help_text="Of the pixels, before they were encoded."
    )
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class RecipeMaskSerializer(serializers.Serializer):
    pixels_sha256 = serializers.CharField(help_text="Of its grey pixels.")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    png = serializers.CharField(
        required=False,
        help_text="The mask in base64; in a recipe that you brought left out, as it is yours now.",
    )


class RecipeStyleSerializer(RecipeInputSerializer):
    artist = serializers.CharField(allow_blank=True)
    weight = serializers.FloatField()
    mask = RecipeMaskSerializer(required=False, help_text="Where it paints.")


class RecipeInputsSerializer(serializers.Serializer):
    photo = RecipeInputSerializer()
    styles = CountedListField(child=RecipeStyleSerializer(), max_length=MOST_STYLES)
    earlier = RecipeInputSerializer(allow_null=True, help_text="What painting went on from.")
    protect = RecipeMaskSerializer(required=False, help_text="Where the photo stays.")


class RecipeResultSerializer(serializers.Serializer):
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    sha256 = serializers.CharField(help_text="Of its PNG.")
    pixels_sha256 = serializers.CharField(allow_blank=True)
    steps = serializers.IntegerField()
    planned_steps = serializers.IntegerField()


class RecipeFileSerializer(serializers.Serializer):
    """What docs/recipes.md describes. What is read is judged by gallery.recipe_files, strictly."""

    format = serializers.ChoiceField(choices=[FORMAT])
    schema = serializers.ChoiceField(choices=[SCHEMA_WITHOUT_MASKS, SCHEMA])
    title = serializers.CharField(allow_blank=True)
    inputs = RecipeInputsSerializer()
    params = RecipeParamsField()
    seed = serializers.IntegerField()
    result = RecipeResultSerializer()
    made_with = ObjectField()


class RecipeUploadSerializer(serializers.Serializer):
    file = serializers.FileField(
        allow_empty_file=True, help_text="JSON, or a PNG, JPEG or WebP with the recipe inside."
    )


class NeedSerializer(serializers.Serializer):
    """An input of a recipe."""

    slot = serializers.CharField(help_text="`photo`, `style-0` and so on, or `earlier`.")
    title = serializers.CharField(source="said.title", allow_blank=True)
    sha256 = serializers.CharField(source="said.sha256")
    pixels_sha256 = serializers.CharField(source="said.pixels_sha256", allow_blank=True)
    width = serializers.IntegerField(source="said.width")
    height = serializers.IntegerField(source="said.height")
    found = serializers.UUIDField(
        source="row.pk",
        allow_null=True,
        default=None,
        help_text="Your photo, a style or a picture of yours that it is; null: send it.",
    )
    is_same = serializers.BooleanField(help_text="Whether that is the recipe’s own.")


class BroughtRecipeSerializer(serializers.ModelSerializer):
    recipe = RecipeFileSerializer(read_only=True)
    needs = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField(help_text="Slots for which nothing was found.")
    transfers = serializers.SerializerMethodField(help_text="What was painted by it.")

    class Meta:
        model = BroughtRecipe
        fields = ["id", "recipe", "needs", "missing", "transfers", "created_at"]
        read_only_fields = fields

    def to_representation(self, instance: BroughtRecipe) -> dict[str, Any]:
        self._needs = needs_of(instance)
        shown: dict[str, Any] = super().to_representation(instance)
        return shown

    @extend_schema_field(NeedSerializer(many=True))
    def get_needs(self, brought: BroughtRecipe) -> list[dict[str, Any]]:
        return [_shown(need) for need in self._needs]

    def get_missing(self, brought: BroughtRecipe) -> list[str]:
        return [need.slot for need in self._needs if not need.is_met]

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_transfers(self, brought: BroughtRecipe) -> list[str]:
        rows = Transfer.objects.filter(repeats=brought).order_by("-created_at")
        return [str(pk) for pk in rows.values_list("pk", flat=True)]


class BroughtRecipeRowSerializer(serializers.ModelSerializer):
    """In a list: without looking for its inputs."""

    title = serializers.SerializerMethodField()

    class Meta:
        model = BroughtRecipe
        fields = ["id", "title", "created_at"]
        read_only_fields = fields

    def get_title(self, brought: BroughtRecipe) -> str:
        return str(brought.recipe.get("title", ""))


class RepeatSerializer(serializers.Serializer):
    """What is left out is what was found. Another picture than the recipe’s makes another one."""

    content_image = IdField(required=False)
    styles = CountedListField(
        child=IdField(),
        required=False,
        min_length=1,
        max_length=MOST_STYLES,
        help_text="As many as the recipe has, in its order; its weights stay.",
    )


class CheckSerializer(serializers.Serializer):
    outcome = serializers.ChoiceField(
        choices=list(OUTCOMES),
        help_text="`same_to_the_eye`: a mean difference of at most 2 of 255. `unknown`: not "
        "identical, and there is no picture to compare with.",
    )
    mean_difference = serializers.FloatField(allow_null=True)
    sentence = serializers.CharField()
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text="What may have made the difference."
    )


def _shown(need: Need) -> dict[str, Any]:
    shown: dict[str, Any] = NeedSerializer(need).data
    return shown
