"""Artworks and styles that hold pictures drawn by code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from gallery.models import Artwork, Style
from gallery.styles import add_style
from tests.gallery.drawings import RECIPE, gradient, hang_artwork


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
