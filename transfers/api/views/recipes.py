"""Recipes: brought, judged, painted again, and held against what came out."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from gallery.access import own_artwork
from gallery.recipe_files import RecipeFile, RecipeFileError
from transfers.api import idempotency, orders
from transfers.api.problems import RefusedError, field_refused
from transfers.api.serializers.recipes import (
    BroughtRecipeRowSerializer,
    BroughtRecipeSerializer,
    CheckSerializer,
    RecipeFileSerializer,
    RecipeUploadSerializer,
    RepeatSerializer,
)
from transfers.api.serializers.transfers import TransferSerializer
from transfers.api.views.base import ApiView, NewestFirst, paginated, person, sent_file, valid
from transfers.api.views.ordering import made
from transfers.queue import submission
from transfers.repeating import bringing, inputs
from transfers.repeating.check import check
from transfers.repeating.models import BroughtRecipe


class RecipeList(ApiView):
    pagination_class = NewestFirst
    problem_statuses = {"POST": (422,)}

    @extend_schema(responses=BroughtRecipeRowSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Recipes that you brought, newest first."""
        own = BroughtRecipe.objects.owned_by(person(request))
        return paginated(
            self, request, own, lambda page: BroughtRecipeRowSerializer(page, many=True).data
        )

    @extend_schema(request=RecipeFileSerializer, responses={201: BroughtRecipeSerializer})
    def post(self, request: Request) -> Response:
        """Bring a recipe: it is judged strictly, and its inputs are looked for among your photos
        and the styles that you may use. `missing` names those that you have to send first."""
        try:
            recipe = RecipeFile.from_json(request.data, person(request).pk)
        except RecipeFileError as error:
            raise RefusedError("bad_recipe", error.sentence) from error
        kept = bringing.keep(person(request), recipe)
        return Response(BroughtRecipeSerializer(kept).data, status=201)


class RecipeUpload(ApiView):
    parser_classes = [MultiPartParser]
    problem_statuses = {"POST": (422,)}

    @extend_schema(
        operation_id="recipes_upload",
        request=RecipeUploadSerializer,
        responses={201: BroughtRecipeSerializer},
    )
    def post(self, request: Request) -> Response:
        """The same from a file: JSON, or a picture that carries its recipe. That picture is kept,
        to hold the repetition against it."""
        sent_file(request)
        file = valid(RecipeUploadSerializer, request)["file"]
        try:
            kept = bringing.bring(person(request), file)
        except RecipeFileError as error:
            raise RefusedError("bad_recipe", error.sentence) from error
        return Response(BroughtRecipeSerializer(kept).data, status=201)


class RecipeDetail(ApiView):
    problem_statuses = {"DELETE": (409,)}

    @extend_schema(responses=BroughtRecipeSerializer)
    def get(self, request: Request, recipe_id: UUID) -> Response:
        """A recipe that you brought, and which of its inputs are here now."""
        return Response(BroughtRecipeSerializer(_own(request, recipe_id)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, recipe_id: UUID) -> Response:
        """Forget a recipe. One by which something was painted stays, and answers 409."""
        if not bringing.forget(_own(request, recipe_id)):
            raise RefusedError("in_use", _("This recipe stays: a picture was painted by it."))
        return Response(status=204)


class RecipeRepeat(ApiView):
    problem_statuses = {"POST": (409, 422)}

    @extend_schema(
        operation_id="recipes_repeat",
        parameters=[idempotency.PARAMETER],
        request=RepeatSerializer,
        responses={201: TransferSerializer},
    )
    def post(self, request: Request, recipe_id: UUID) -> Response:
        """Do it again, with what was found, or with other pictures of yours in its place."""
        kept = _own(request, recipe_id)
        values = valid(RepeatSerializer, request)
        owner = person(request)
        needs = inputs.needs_of(kept)
        with transaction.atomic():
            if "content_image" in values:
                photo = orders.photos(owner, [values["content_image"]], "content_image")[0]
                inputs.give(kept, needs, "photo", photo)
            if "styles" in values:
                if len(values["styles"]) != len(kept.file.styles):
                    raise field_refused("styles", _("Name as many styles as the recipe has."))
                given = orders.styles(owner, values["styles"], "styles.{}")
                for number, style in enumerate(given):
                    inputs.give(kept, needs, f"style-{number}", style)
        order = inputs.order_of(kept, inputs.needs_of(kept))
        return made(request, lambda: submission.submit_all(owner, [order]))


class RecipeCheck(ApiView):
    @extend_schema(operation_id="artworks_check", responses=CheckSerializer)
    def get(self, request: Request, artwork_id: UUID) -> Response:
        """Whether a repetition is the picture that its recipe promised. 404 for a picture that
        repeats nothing."""
        artwork = own_artwork(person(request), artwork_id)
        repeats = artwork.recipe.get("repeats")
        if not repeats:
            raise Http404
        own = BroughtRecipe.objects.owned_by(person(request))
        return Response(CheckSerializer(check(get_object_or_404(own, pk=repeats), artwork)).data)


def _own(request: Request, recipe_id: UUID) -> BroughtRecipe:
    return get_object_or_404(BroughtRecipe.objects.owned_by(person(request)), pk=recipe_id)
