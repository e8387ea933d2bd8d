"""A guest's turn: what it leaves and where, what limits it, and that nothing of it stays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Quota, User
from engine.errors import ImageError
from engine.params import Params
from gallery.artworks import frame_artwork
from gallery.files import FilesUnavailableError
from gallery.models import Artwork, Style
from gallery.storage_use import used_bytes
from tests.gallery.drawings import hang_artwork
from tests.transfers.booth.conftest import Paint, Take
from tests.transfers.drawings import as_file, quadrants
from transfers import housekeeping, quotas
from transfers.booth import deletion, links, opening, sittings
from transfers.models import (
    Booth,
    BoothPicture,
    ContentImage,
    Notice,
    NoticeChoices,
    PastPainting,
    Sitting,
    Transfer,
)
from transfers.photos import add_photo
from transfers.queue import checkpoints, fair_share, lifecycle, submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Moves the clock of the site on."""
    real = timezone.now

    def move(**by: float) -> None:
        moved = timedelta(**by)
        monkeypatch.setattr(timezone, "now", lambda: real() + moved)

    return move  # type: ignore[return-value]


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_sitting_is_queued_for_its_host_and_is_in_no_list_of_theirs(
    booth: Booth, take: Take, user: User, signed_in: Client
) -> None:
    sitting, code = take()
    assert (sitting.transfer.owner, sitting.transfer.booth) == (user, booth)
    assert sitting.transfer.state == "queued"
    assert sitting.transfer.params["size_px"] == 256
    assert not sitting.transfer.keeps_time_lapse
    assert not ContentImage.objects.owned_by(user).exists()
    assert not Transfer.objects.owned_by(user).exists()
    assert signed_in.get(f"/transfers/{sitting.transfer_id}/").status_code == 404
    assert signed_in.get(f"/photos/{sitting.photo_id}/original/").status_code == 404
    assert sittings.find(code) == sitting


def test_a_code_is_kept_nowhere_and_found_however_it_is_typed(take: Take) -> None:
    sitting, code = take()
    groups = code.split("-")
    assert [len(group) for group in groups] == [5, 5, 5]
    plain = "".join(groups)
    assert not set(plain) & set("01ilo")
    assert sitting.code_sha256 == hashlib.sha256(plain.encode()).hexdigest()
    for typed in (code, plain, code.upper(), code.replace("-", " ")):
        assert sittings.find(typed) == sitting
    assert sittings.find(code[:-1]) is None
    assert sittings.find("") is None


def test_codes_are_not_alike(booth: Booth) -> None:
    codes = {links.code_for(booth, str(number)) for number in range(1000)}
    assert len(codes) == 1000
    assert links.code_for(Booth(), "1") not in codes
    assert links.code_for(booth, "1") in codes


def test_what_is_sent_again_is_painted_once_and_counts_once(
    booth: Booth, preset: Style, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(key: str) -> tuple[Sitting, str]:
        photo = BytesIO(as_file(quadrants(120, 80)))
        return sittings.take(booth, photo, preset, on_wall=True, key=key)

    first = send("mine")
    before = files_in(media_root)
    assert send("mine") == first
    # The one before is not finished yet when it is sent again: it is seen only once it is counted.
    find, asked = sittings.find, []
    monkeypatch.setattr(sittings, "find", lambda code: find(code) if asked else asked.append(code))
    assert send("mine") == first
    booth.refresh_from_db()
    assert (Sitting.objects.count(), booth.hour_count) == (1, 1)
    assert files_in(media_root) == before
    assert send("another’s") != first
    assert Sitting.objects.count() == 2


def test_a_finished_picture_stays_in_the_booth(
    painted: tuple[Sitting, str],
    booth: Booth,
    user: User,
    media_root: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sitting, _code = painted
    assert sitting.transfer.state == "succeeded"
    assert sitting.transfer.artwork is None
    assert not Artwork.objects.exists()
    booth.refresh_from_db()
    assert booth.painted == 1
    with sitting.picture.original.open() as file:
        assert hashlib.sha256(file.read()).hexdigest() == sitting.picture.sha256
    named = {str(file.name) for file in sitting.picture.file_fields()}
    named |= {str(file.name) for file in sitting.photo.file_fields()}
    on_disk = {name for name in files_in(media_root) if not name.startswith("styles/")}
    assert on_disk == named, "no copy of the photo is left over"
    assert used_bytes(user) == sum((media_root / name).stat().st_size for name in on_disk)


def test_succeeding_twice_keeps_one_picture(take: Take, booth: Booth, user: User) -> None:
    """As after a database that went away and does not say whether it kept the rows."""
    take()
    claimed = lifecycle.claim("worker")
    assert claimed
    picture = quadrants(96, 64)
    framed = frame_artwork(owner=user, image=picture, before=picture, title="G", recipe={})
    lifecycle.succeed(claimed, framed)
    lifecycle.succeed(claimed, framed)
    booth.refresh_from_db()
    assert (booth.painted, BoothPicture.objects.count()) == (1, 1)


def test_nobody_is_told_of_a_guests_picture(
    take: Take, paint: Paint, user: User, settings: Settings
) -> None:
    NoticeChoices.objects.create(owner=user, webhook_url="https://example.org/hook")
    settings.SENDS_MAIL = True
    sitting, _code = take()
    Transfer.objects.filter(pk=sitting.transfer_id).update(
        created_at=timezone.now() - timedelta(hours=1)
    )
    paint()
    assert not Notice.objects.exists()


def test_the_same_photo_of_two_guests_is_two(take: Take, booth: Booth, user: User) -> None:
    """And a third, if the host has it: deleting one must not delete another's."""
    own = add_photo(user, BytesIO(as_file(quadrants())), "upload", "Mine")
    (first, _), (second, _) = take(), take()
    assert len({own.pk, first.photo_id, second.photo_id}) == 3
    deletion.delete(Sitting.objects.filter(pk=first.pk))
    assert second.photo.opened().size == own.opened().size


def test_a_photo_is_kept_no_larger_than_needed(booth: Booth, preset: Style) -> None:
    image = as_file(quadrants(3000, 2000))
    sitting, _code = sittings.take(booth, BytesIO(image), preset, on_wall=True)
    assert (sitting.photo.width, sitting.photo.height) == (2048, 1365)


def test_a_file_that_is_no_picture_leaves_nothing(
    booth: Booth, preset: Style, media_root: Path
) -> None:
    before = files_in(media_root)
    with pytest.raises(ImageError):
        sittings.take(booth, BytesIO(b"Dear diary"), preset, on_wall=True)
    assert files_in(media_root) == before
    booth.refresh_from_db()
    assert booth.hour_count == 0


# Limits


def test_no_more_than_so_many_an_hour_deleted_ones_too(
    booth: Booth, take: Take, later: object, media_root: Path
) -> None:
    Booth.objects.filter(pk=booth.pk).update(most_an_hour=2)
    first, _code = take()
    deletion.delete(Sitting.objects.filter(pk=first.pk))
    take()
    before = files_in(media_root)
    with pytest.raises(sittings.BoothError, match=r"goes on in (59|60) minutes"):
        take()
    assert files_in(media_root) == before
    later(minutes=61)  # type: ignore[operator]
    take()


def test_a_limit_of_the_hosts_is_told_to_guests_in_their_words(
    booth: Booth, take: Take, user: User, media_root: Path
) -> None:
    Quota.objects.create(user=user, waiting=1)
    take()
    before = files_in(media_root)
    with pytest.raises(sittings.BoothError, match="cannot take another picture right now"):
        take()
    assert files_in(media_root) == before
    booth.refresh_from_db()
    assert booth.hour_count == 1


def test_a_booth_that_ended_takes_nobody(booth: Booth, take: Take) -> None:
    stale = Booth.objects.get(pk=booth.pk)
    opening.end(booth)
    with pytest.raises(sittings.BoothError, match="has ended"):
        sittings.take(stale, BytesIO(as_file(quadrants())), booth.styles.get(), on_wall=True)
    assert not Sitting.objects.exists()


def test_a_booth_that_is_deleted_opens_for_nobody(
    booth: Booth, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even for a host whose page was asked before, while it is emptied."""
    take()
    stale = Booth.objects.get(pk=booth.pk)
    opening.end(stale)
    monkeypatch.setattr(deletion, "WITHIN_S", -1.0)
    deletion.delete_booth(booth)
    with pytest.raises(Booth.DoesNotExist):
        opening.begin(stale)
    opening.end(stale)
    booth.refresh_from_db()
    assert (booth.leaving, booth.door) == (True, "")
    assert booth.ended_at is not None
    Booth.objects.update(ended_at=None)
    assert not Booth.objects.open().exists()


def test_two_devices_that_open_it_at_once_are_both_its_own(booth: Booth) -> None:
    opening.end(booth)
    one, other = (Booth.objects.get(pk=booth.pk) for _device in range(2))
    opening.begin(one)
    opening.begin(other)
    assert one.door == other.door == Booth.objects.open().get().door


def test_others_need_not_wait_for_a_booth(
    booth: Booth, take: Take, paint: Paint, stranger: User, preset: Style
) -> None:
    for _guest in range(5):
        take()
    paint()
    photo = add_photo(stranger, BytesIO(as_file(quadrants())), "upload", "Bob's")
    theirs = submission.submit(stranger, photo, [(preset, 1.0)], Params(size_px=256))
    assert fair_share.next_in_turn() == theirs


def test_deleting_gives_no_painting_back(
    painted: tuple[Sitting, str], user: User, booth: Booth
) -> None:
    """Neither to the limit of a day nor to the turns of the last hour."""
    Quota.objects.create(user=user, painting_minutes_a_day=100)
    used = quotas.use_of(user).painting_s
    assert used == 7.0
    deletion.delete(Sitting.objects.all())
    assert not Transfer.objects.exists()
    assert quotas.use_of(user).painting_s == used
    assert fair_share.painted_lately_s([user.pk], [], None) == {user.pk: 7.0}
    PastPainting.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    assert quotas.use_of(user).painting_s == 0
    housekeeping.tidy()
    assert not PastPainting.objects.exists()


# Times


def test_everything_goes_when_its_time_has_come_files_too(
    painted: tuple[Sitting, str],
    take: Take,
    booth: Booth,
    media_root: Path,
    later: object,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    caplog.set_level("INFO")
    waiting, _code = take()
    name = checkpoints.write(waiting.transfer, "preview", b"half", "jpg")
    Transfer.objects.filter(pk=waiting.transfer_id).update(preview=name)
    later(hours=23.9)  # type: ignore[operator]
    with django_capture_on_commit_callbacks(execute=True):
        housekeeping.tidy()
    assert Sitting.objects.count() == 2
    later(hours=24.1)  # type: ignore[operator]
    with django_capture_on_commit_callbacks(execute=True):
        housekeeping.tidy()
    for model in (Sitting, Transfer, ContentImage, BoothPicture):
        assert not model.objects.exists()
    assert {name for name in files_in(media_root) if not name.startswith("styles/")} == set()
    assert "2 expired sittings of booths are gone" in caplog.text
    booth.refresh_from_db()
    assert booth.painted == 1, "the host still knows how many there were"


def test_what_is_deleted_while_it_is_painted_is_not_hung(
    take: Take,
    user: User,
    media_root: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    take()
    claimed = lifecycle.claim("worker")
    assert claimed
    picture = quadrants(96, 64)
    framed = frame_artwork(owner=user, image=picture, before=picture, title="G", recipe={})
    with django_capture_on_commit_callbacks(execute=True):
        deletion.delete(Sitting.objects.all())
    with pytest.raises(lifecycle.LeaseLostError):
        lifecycle.look(claimed)
    with pytest.raises(lifecycle.LeaseLostError):
        lifecycle.show_preview(claimed, b"late", 3)
    with pytest.raises(lifecycle.LeaseLostError):
        lifecycle.succeed(claimed, framed)
    assert {name for name in files_in(media_root) if not name.startswith("styles/")} == set()


def test_nothing_changes_while_the_files_are_away(
    painted: tuple[Sitting, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object) -> None:
        raise FilesUnavailableError(5, "silent")

    monkeypatch.setattr(FileSystemStorage, "exists", away)
    with pytest.raises(FilesUnavailableError):
        deletion.delete(Sitting.objects.all())
    assert Sitting.objects.count() == 1


def test_a_shorter_time_holds_for_what_is_there_and_a_longer_one_does_not(
    booth: Booth, take: Take
) -> None:
    sitting, _code = take()
    for kept_h, link_h, hours in ((720, 720, (24, 24)), (3, 1, (3, 1)), (720, 720, (3, 1))):
        booth.kept_h, booth.link_h = kept_h, link_h
        booth.save()
        sittings.shorten(booth)
        sitting.refresh_from_db()
        given = (sitting.delete_at - sitting.taken_at, sitting.link_until - sitting.taken_at)
        assert given == tuple(timedelta(hours=hour) for hour in hours)


def test_shorter_times_are_written_at_once_from_what_is_there(
    booth: Booth, take: Take, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Not one by one, while somebody deletes them; what is deleted is not there again by it."""
    kept, deleted = take()[0], take()[0]
    now = timezone.now()
    Sitting.objects.filter(pk=deleted.pk).update(delete_at=now, link_until=now)
    booth.kept_h = booth.link_h = 3
    with django_assert_num_queries(1):
        sittings.shorten(booth)
    for sitting in (kept, deleted):
        sitting.refresh_from_db()
    assert kept.delete_at == kept.link_until == kept.taken_at + timedelta(hours=3)
    assert deleted.delete_at == deleted.link_until == now


def test_no_link_is_longer_there_than_its_picture(booth: Booth, take: Take) -> None:
    booth.kept_h, booth.link_h = 3, 168
    booth.save()
    sitting, _code = take()
    assert sitting.link_until == sitting.delete_at


def test_a_picture_that_an_older_worker_hung_goes_as_well(
    take: Take, user: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """Hosts are brought up to date one after the other: one that knows no booths makes artworks."""
    sitting, _code = take()
    picture = quadrants(96, 64)
    hung = hang_artwork(owner=user, image=picture, before=picture, title="G", recipe={})
    Transfer.objects.filter(pk=sitting.transfer_id).update(state="succeeded", artwork=hung)
    with django_capture_on_commit_callbacks(execute=True):
        deletion.delete(Sitting.objects.all())
    assert not Artwork.objects.exists()
    assert not hung.original.storage.exists(str(hung.original.name))
