"""No file of a transfer stays that its row does not name, whoever dies and whatever fails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from gallery import leftovers
from gallery.files import FilesUnavailableError
from tests.gallery.test_leftovers import later
from tests.transfers.queue.rows import Submit, claim, row
from transfers.queue import checkpoints, lifecycle

TWO_DAYS = timedelta(days=2)


def test_what_a_worker_wrote_that_was_killed_before_its_row_named_it_goes(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit()
    transfer = claim()
    lifecycle.checkpoint(transfer, b"first", 3, 9)
    lost = checkpoints.write(transfer, "checkpoint", b"second", "bin")
    with later(monkeypatch, TWO_DAYS):
        leftovers.clear(10)
    assert not default_storage.exists(lost)
    assert checkpoints.read_checkpoint(row(transfer)) == b"first"


def test_what_the_store_does_not_delete_at_the_end_goes_later(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(name: str) -> None:
        raise FilesUnavailableError(name)

    submit()
    transfer = claim()
    lifecycle.show_preview(transfer, b"so far", 3)
    lifecycle.checkpoint(transfer, b"so far", 3, 9)
    shown, left = str(transfer.preview.name), str(transfer.checkpoint.name)
    with later(monkeypatch, TWO_DAYS):  # it was claimed long ago
        leftovers.clear(10)
    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "delete", fails)
        lifecycle.fail(transfer, "It went wrong.")
    assert default_storage.exists(left)
    with later(monkeypatch, 2 * TWO_DAYS):
        leftovers.clear(10)
    assert not default_storage.exists(left)
    assert default_storage.exists(shown), "a failed one is still to be seen"
