"""Artworks and styles that hold pictures drawn by code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from gallery import albums, publishing, shares
from gallery.models import Album, Artwork, Profile, ShareLink, Style, TimeLapse
from gallery.styles import add_style
from tests.gallery.drawings import RECIPE, gradient, hang_artwork
from tests.gallery.films import add_time_lapse


@pytest.fixture
def make_artwork(user: User) -> Callable[..., Artwork]:
    def make(**changes: Any) -> Artwork:
        given = {"owner": user, "image": gradient(), "before": gradient(), "title": "Mill"}
        return hang_artwork(**{**given, "recipe": RECIPE, **changes})

    return make


@pytest.fixture
def artwork(make_artwork: Callable[..., Artwork]) -> Artwork:
    return make_artwork()


@pytest.fixture
def time_lapse(artwork: Artwork) -> TimeLapse:
    return add_time_lapse(artwork)


@pytest.fixture
def own_style(user: User) -> Style:
    return add_style(owner=user, image=gradient(), title="My tiles", artist="Me")


@pytest.fixture
def make_preset(db: None) -> Callable[..., Style]:
    def make(**fields: Any) -> Style:
        preset = Style(**{"title": "Swirls", "slug": "swirls", **fields})
        preset.set_picture(gradient())
        preset.save()
        return preset

    return make


@pytest.fixture
def preset(make_preset: Callable[..., Style]) -> Style:
    return make_preset()


@pytest.fixture
def album(user: User, make_artwork: Callable[..., Artwork]) -> Album:
    """Three pictures: One, Two and Three."""
    works = [make_artwork(title=title) for title in ("One", "Two", "Three")]
    return albums.create(user, "Summer", works)


@pytest.fixture
def link(user: User, album: Album) -> ShareLink:
    return shares.create(user, album=album)


@pytest.fixture
def profile(user: User) -> Profile:
    return Profile.objects.create(owner=user, handle="ada", name="Ada Paints")


@pytest.fixture
def published(profile: Profile, artwork: Artwork) -> Artwork:
    publishing.publish([artwork])
    artwork.refresh_from_db()
    return artwork


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_superuser("root@example.org", "correct horse battery")


@pytest.fixture
def people(user: User, stranger: User, admin: User) -> dict[str, User | None]:
    return {"owner": user, "other": stranger, "visitor": None, "admin": admin}
