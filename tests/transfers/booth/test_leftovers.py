"""What a worker or a server left behind that died on its way goes, as its guest was promised."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from gallery import leftovers
from tests.gallery.test_leftovers import later
from tests.transfers.booth.conftest import Paint, Take
from transfers.booth import deletion
from transfers.booth.hanging import Portrait
from transfers.models import Sitting

pytestmark = pytest.mark.django_db


def test_the_copy_of_a_guests_photo_that_a_killed_worker_left_goes_though_they_deleted_theirs(
    take: Take,
    paint: Paint,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    take()
    monkeypatch.setattr(Portrait, "remove_old", lambda portrait: None)  # killed after the commit
    paint()
    with django_capture_on_commit_callbacks(execute=True):
        deletion.delete(Sitting.objects.all())
    assert len(copies(settings)) == 1
    with later(monkeypatch, timedelta(days=1, hours=1)):
        leftovers.clear(100)
    assert copies(settings) == []


def copies(settings: Settings) -> list[Path]:
    return list(Path(settings.MEDIA_ROOT).rglob("before-*"))
