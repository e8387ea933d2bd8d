"""Rows of transfers, put where a test wants them, and the files beside them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db.models.fields.files import FieldFile
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from gallery.artworks import frame_artwork
from gallery.models import Artwork
from transfers.models import Transfer
from transfers.queue import lifecycle

State = Transfer.State
Submit = Callable[..., Transfer]

ENDED = [State.SUCCEEDED, State.FAILED, State.CANCELLED]
NOT_RUNNING = [State.QUEUED, *ENDED]


def set_row(transfer: Transfer, **values: Any) -> None:
    Transfer.objects.filter(pk=transfer.pk).update(**values)
    transfer.refresh_from_db()


def row(transfer: Transfer) -> Transfer:
    return Transfer.objects.get(pk=transfer.pk)


def claim() -> Transfer:
    claimed = lifecycle.claim("here")
    assert claimed is not None
    return claimed


def expire(transfer: Transfer, settings: Settings) -> None:
    long_ago = timezone.now() - timedelta(seconds=settings.TRANSFER_LEASE_S + 1)
    Transfer.objects.filter(pk=transfer.pk).update(heartbeat_at=long_ago)


def artwork_for(user: User) -> Artwork:
    picture = Image.new("RGB", (64, 48), "teal")
    return frame_artwork(owner=user, image=picture, before=picture, title="Harbour", recipe={})


def content(file: FieldFile) -> bytes:
    with file.open("rb") as opened:
        return opened.read()


def files_below(folder: Path, kind: str) -> list[Path]:
    return [path for path in folder.rglob(f"*{kind}-*") if path.is_file()]
