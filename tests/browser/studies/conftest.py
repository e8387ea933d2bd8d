"""A photo and a style, and studies of them that are moved on by hand in place of a worker."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.utils import timezone

from accounts.models import User
from gallery.models import Style
from tests.transfers.drawings import as_file, quadrants
from transfers.models import ContentImage, Transfer
from transfers.photos import add_photo
from transfers.queue import checkpoints

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture
def style(transactional_db: None) -> Style:
    style = Style(title="Stripes", slug="stripes", params={"style_strength": 71})
    style.set_picture(quadrants(90, 90))
    style.save()
    return style


@pytest.fixture
def photo(user: User) -> ContentImage:
    return add_photo(user, BytesIO(as_file(quadrants(600, 400))), "upload", "Harbour")


def move_on(study: Transfer, step: int, **fields: object) -> None:
    """What a worker would have written by this step, with a preview."""
    kind = "png" if "state" in fields else "jpg"
    drawn = quadrants(240, 160).rotate(step * 10)
    name = checkpoints.write(
        study, "study", as_file(drawn, "PNG" if kind == "png" else "JPEG"), kind
    )
    values = {"state": Transfer.State.RUNNING, "activity": "painting", "total_steps": 13, **fields}
    Transfer.objects.filter(pk=study.pk).update(
        **values, step=step, preview=name, preview_step=step
    )


def finish(study: Transfer, step: int = 13) -> None:
    recipe = {"params": study.params, "content": {}}
    ended = {"state": Transfer.State.SUCCEEDED, "finished_at": timezone.now(), "painting_s": 3}
    move_on(study, step, recipe=recipe, **ended)
