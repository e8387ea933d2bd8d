"""What somebody has here, counted, for the pages that ask whether it should go."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import ngettext

from accounts.models import ApiToken, User
from gallery.models import Album, Artwork, Mask, Profile, ShareLink, Style, StyleOffer
from stylesite.privacy import belongings
from transfers.models import (
    Booth,
    BroughtRecipe,
    ContentImage,
    SavedSettings,
    Sitting,
    Sweep,
    Transfer,
)


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts in words, only of what there is; bytes of all files in full size."""

    lines: list[str]
    bytes: int
    presets: int
    """Made of styles that were offered: they stay."""
    unfinished: int


def of(user: User) -> Summary:
    offers = StyleOffer.objects.filter(style__owner=user, preset__isnull=False)
    return Summary(
        lines=_lines(user),
        bytes=belongings.bytes_of(user),
        presets=offers.values("preset").distinct().count(),
        unfinished=Transfer.objects.at_cost_of(user).unfinished().count(),
    )


def _lines(user: User) -> list[str]:
    works = Artwork.objects.filter(owner=user).count()
    photos = ContentImage.objects.owned_by(user).count()
    styles = Style.objects.filter(owner=user).count()
    masks = Mask.objects.owned_by(user).count()
    albums = Album.objects.owned_by(user).count()
    links = ShareLink.objects.owned_by(user).open(timezone.now()).count()
    profiles = Profile.objects.filter(owner=user).count()
    sheets = Sweep.objects.owned_by(user).count()
    settings = SavedSettings.objects.owned_by(user).count()
    recipes = BroughtRecipe.objects.owned_by(user).count()
    booths = Booth.objects.owned_by(user).count()
    guests = Sitting.objects.filter(booth__owner=user).count()
    tokens = ApiToken.objects.valid(timezone.now()).filter(owner=user).count()
    said = [
        (works, ngettext("%d picture", "%d pictures", works)),
        (photos, ngettext("%d photo", "%d photos", photos)),
        (styles, ngettext("%d style", "%d styles", styles)),
        (masks, ngettext("%d mask", "%d masks", masks)),
        (albums, ngettext("%d album", "%d albums", albums)),
        (links, ngettext("%d link that you share", "%d links that you share", links)),
        (profiles, ngettext("%d public profile", "%d public profiles", profiles)),
        (sheets, ngettext("%d sheet", "%d sheets", sheets)),
        (settings, ngettext("%d set of saved settings", "%d sets of saved settings", settings)),
        (recipes, ngettext("%d recipe you brought", "%d recipes you brought", recipes)),
        (booths, ngettext("%d booth", "%d booths", booths)),
        (guests, ngettext("%d picture of a guest", "%d pictures of guests", guests)),
        (tokens, ngettext("%d API token", "%d API tokens", tokens)),
    ]
    return [words % count for count, words in said if count]
