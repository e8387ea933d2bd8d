"""A restore opens nothing again that is known to have ended since."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import pytest
from django.utils import timezone

from accounts import tokens
from accounts.models import ApiToken, User
from gallery import albums, shares
from gallery.models import ShareLink
from stylesite.backup import rows, withdrawn
from stylesite.backup.folder import Backup, BackupFolder
from stylesite.backup.restoring import Restored
from stylesite.management.commands.restore import Command
from transfers.booth import opening
from transfers.models import Booth

pytestmark = pytest.mark.django_db

RESTORED, LATER = "2031-05-04T03-02-01Z", "2031-05-05T03-02-01Z"
DAY_BEFORE = "2031-05-03T03-02-01Z"


@pytest.fixture
def doors(user: User) -> tuple[ApiToken, ShareLink, Booth]:
    token, _secret = tokens.issue(user, "Holiday", ["read"])
    link = shares.create(user, album=albums.create(user, "Summer"))
    return token, link, Booth.objects.create(owner=user, title="Party")


def backup_now(folder: Path, name: str) -> Backup:
    backup = Backup(folder / name)
    backup.rows.mkdir(parents=True)
    for model in withdrawn.ENDS:
        list(rows.write(model, backup.rows / f"{model._meta.label}.jsonl.gz"))
    return backup


def end(doors: tuple[ApiToken, ShareLink, Booth]) -> None:
    token, link, booth = doors
    tokens.revoke(token)
    shares.withdraw(link)
    opening.end(booth)


def reopen() -> None:
    """As they come out of the backup that is restored."""
    ApiToken.objects.update(revoked_at=None)
    ShareLink.objects.update(revoked_at=None)
    Booth.objects.update(ended_at=None)


def ends() -> list[datetime | None]:
    token, link, booth = ApiToken.objects.get(), ShareLink.objects.get(), Booth.objects.get()
    return [token.revoked_at, link.revoked_at, booth.ended_at]


def test_what_ended_in_the_site_that_is_replaced_stays_so(
    doors: tuple[ApiToken, ShareLink, Booth], tmp_path: Path
) -> None:
    backup = backup_now(tmp_path, RESTORED)
    end(doors)
    ended_at, door = ends(), Booth.objects.get().door
    said = withdrawn.after(backup, BackupFolder(tmp_path))
    reopen()
    assert withdrawn.end_again(said) == 3
    assert ends() == ended_at
    assert Booth.objects.get().door != door
    assert withdrawn.end_again(said) == 0


def test_of_a_site_that_is_lost_later_backups_tell(
    doors: tuple[ApiToken, ShareLink, Booth], tmp_path: Path
) -> None:
    backup = backup_now(tmp_path, RESTORED)
    end(doors)
    later = backup_now(tmp_path, LATER)
    for kind in withdrawn.ENDS:  # as in the new, empty site
        kind._base_manager.all().delete()
    said = withdrawn.after(backup, BackupFolder(tmp_path))
    assert [len(said[kind]) for kind in withdrawn.ENDS] == [1, 1, 1]
    assert all(at for words in said.values() for at in words.values())
    (later.rows / "accounts.ApiToken.jsonl.gz").write_bytes(b"not a gzip")
    (later.rows / "gallery.ShareLink.jsonl.gz").unlink()
    said = withdrawn.after(backup, BackupFolder(tmp_path))
    assert [len(said[kind]) for kind in withdrawn.ENDS] == [0, 0, 1]


def test_the_last_word_counts_and_earlier_backups_have_none(
    doors: tuple[ApiToken, ShareLink, Booth], tmp_path: Path
) -> None:
    """A link that its owner let work again is not withdrawn by a backup of in between."""
    end(doors)
    backup_now(tmp_path, DAY_BEFORE)
    reopen()
    backup = backup_now(tmp_path, RESTORED)
    end(doors)
    backup_now(tmp_path, LATER)
    reopen()
    assert withdrawn.end_again(withdrawn.after(backup, BackupFolder(tmp_path))) == 0
    assert ends() == [None, None, None]


def test_all_of_everybody_can_be_ended(
    doors: tuple[ApiToken, ShareLink, Booth], stranger: User
) -> None:
    tokens.issue(stranger, "Theirs", ["read"])
    now = timezone.now()
    assert withdrawn.end_all() == 4
    assert all(at and at >= now for at in ends_of_all())


def ends_of_all() -> list[datetime | None]:
    found = [kind._base_manager.values_list(at, flat=True) for kind, at in withdrawn.ENDS.items()]
    return [at for some in found for at in some]


@pytest.mark.parametrize(("withdraw", "says"), [(False, "--force --withdraw"), (True, "3 API")])
def test_the_command_says_what_comes_back_and_what_to_do(withdraw: bool, says: str) -> None:
    said = io.StringIO()
    done = Restored(rows=1, files=0, waiting=0, gone_again=0, missing=[], ended_again=3)
    Command(stdout=said)._warn(done, withdrawn=withdraw)
    words = said.getvalue()
    for one in ("passwords", "passkeys", "webhooks", "deleted photos", says):
        assert one in words
    assert ("had ended since" in words) != withdraw
