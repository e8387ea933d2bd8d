"""Photos that something was painted from: what goes with them, and what stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from engine.params import Params
from gallery.models import Artwork, Leftover, Style
from tests.gallery.drawings import hang_artwork
from tests.gallery.films import add_time_lapse
from tests.transfers.drawings import as_file, quadrants
from transfers import housekeeping, photo_deletion, retention
from transfers.models import ContentImage, PastPainting, Sweep, Transfer
from transfers.photos import add_photo
from transfers.queue import checkpoints, submission
from transfers.queue.submission import Order
from transfers.studies import sweeps
from transfers.studies.axes import AXES

pytestmark = pytest.mark.django_db

DELETE = "/photos/delete/"


@pytest.fixture
def painted(user: User, photo: ContentImage, preset: Style) -> Artwork:
    """A picture of the photo, with a time-lapse, and a failed second try."""
    done = submission.submit(user, photo, [(preset, 1.0)], Params(size_px=256))
    failed = submission.submit(user, photo, [(preset, 1.0)], Params(size_px=128))
    picture = quadrants(96, 64)
    recipe = {"content": {"sha256": photo.sha256}}
    work = hang_artwork(owner=user, image=picture, before=picture, title="Harbour", recipe=recipe)
    add_time_lapse(work)
    now = timezone.now()
    Transfer.objects.filter(pk=failed.pk).update(state="failed", finished_at=now)
    Transfer.objects.filter(pk=done.pk).update(
        state="succeeded", artwork=work, finished_at=now, painting_s=7
    )
    return work


def test_the_question_tells_what_came_of_it(
    signed_in: Client, photo: ContentImage, painted: Artwork
) -> None:
    page = signed_in.get(DELETE, {"photo": photo.pk})
    assertContains(page, "The picture that was painted from it stays in your gallery")
    assertContains(page, '<input type="checkbox" name="keep_copies" value="yes">', html=True)
    assertContains(signed_in.get("/photos/?show=used"), f"{DELETE}?photo={photo.pk}")


def test_copies_of_it_go_too_unless_they_are_kept(
    signed_in: Client,
    photo: ContentImage,
    painted: Artwork,
    media_root: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = signed_in.post(DELETE, {"photo": photo.pk}, follow=True)
    assertContains(answer, "1 photo was deleted for good.")
    assert not ContentImage.objects.exists()
    assert not Transfer.objects.exists()
    painted.refresh_from_db()
    assert not painted.before
    assert not (media_root / "contentimages" / str(photo.pk)[:2] / str(photo.pk)).exists()
    assert not list(media_root.rglob("before-*"))
    assert not list(media_root.rglob("time-lapse-*"))
    assert PastPainting.objects.get().painting_s == 7
    page = signed_in.get(f"/gallery/{painted.pk}/")
    assertContains(page, "Harbour")
    assertNotContains(page, "/before/")
    assert signed_in.get(f"/gallery/{painted.pk}/before/").status_code == 404


def test_all_of_it_goes_also_where_the_process_dies_with_the_commit(
    signed_in: Client,
    photo: ContentImage,
    painted: Artwork,
    media_root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in every test that does not ask for what comes after the commit."""
    failed = Transfer.objects.get(state="failed")
    half = checkpoints.write(failed, "preview", b"half", "jpg")
    signed_in.post(DELETE, {"photo": photo.pk})
    assert not ContentImage.objects.exists()
    assert (media_root / half).is_file()
    assert list(media_root.rglob("time-lapse-*"))
    tomorrow = timezone.now() + timedelta(days=1, hours=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    while housekeeping.tidy():
        pass
    painted.refresh_from_db()
    own = {Path(file.path) for file in painted.file_fields()}
    left = {path for path in media_root.rglob("*") if path.is_file()}
    assert {path for path in left if "styles" not in path.parts} == own
    assert not Leftover.objects.exists()


def test_copies_of_it_can_be_kept(
    signed_in: Client,
    photo: ContentImage,
    painted: Artwork,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post(DELETE, {"photo": photo.pk, "keep_copies": "yes"})
    assert not ContentImage.objects.exists()
    painted.refresh_from_db()
    assert Path(painted.before.path).is_file()
    assert Path(painted.time_lapse.file.path).is_file()
    assertContains(signed_in.get(f"/gallery/{painted.pk}/"), "/before/")


def test_sheets_of_it_go_and_pictures_of_other_photos_keep_everything(
    user: User,
    photo: ContentImage,
    preset: Style,
    painted: Artwork,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    order = Order(content_image=photo, styles=[(preset, 1.0)], params=Params(size_px=512, seed=3))
    strength, scale = AXES["style_strength"], AXES["style_scale"]
    rows, columns = strength.judged([40, 90], user), scale.judged([1], user)
    sweeps.begin(user, sweeps.Wish(order, (strength, rows), (scale, columns), 256))
    Transfer.objects.unfinished().update(state="succeeded", finished_at=timezone.now())
    picture = quadrants(64, 64)
    other = hang_artwork(owner=user, image=picture, before=picture, title="Other", recipe={})
    own = ContentImage.objects.owned_by(user)
    assert photo_deletion.painted_from(own) == photo_deletion.Painted(pictures=1, sheets=1)
    with django_capture_on_commit_callbacks(execute=True):
        assert photo_deletion.delete(own, keep_copies=False) == 1
    assert not Sweep.objects.exists()
    other.refresh_from_db()
    assert Path(other.before.path).is_file()


@pytest.fixture
def attic(user: User) -> ContentImage:
    """A photo that nothing was painted from."""
    return add_photo(user, BytesIO(as_file(quadrants(60, 90))), "upload", "Attic")


@pytest.fixture
def aged() -> Callable[[int], None]:
    def age(days: int) -> None:
        then = timezone.now() - timedelta(days=days)
        ContentImage.objects.update(created_at=then)
        Transfer.objects.update(created_at=then)
        Transfer.objects.filter(finished_at__isnull=False).update(finished_at=then)

    return age


CHORES = (
    retention.forget_unused_photos,
    retention.forget_photos,
    retention.forget_failed_transfers,
)


def test_without_a_setting_nothing_goes(
    attic: ContentImage, painted: Artwork, aged: Callable[[int], None]
) -> None:
    aged(1000)
    assert [chore(10) for chore in CHORES] == [0, 0, 0]


@pytest.mark.parametrize(
    ("setting", "left"),
    [
        ("UNUSED_PHOTO_DAYS", ({"Harbour"}, {"failed", "succeeded"})),
        ("PHOTO_DAYS", (set(), set())),
        ("FAILED_TRANSFER_DAYS", ({"Attic", "Harbour"}, {"succeeded"})),
    ],
)
def test_each_setting_lets_its_own_go_in_time_and_keeps_pictures_whole(
    attic: ContentImage,
    painted: Artwork,
    aged: Callable[[int], None],
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    setting: str,
    left: tuple[set[str], set[str]],
) -> None:
    setattr(settings, setting, 7)
    aged(6)
    assert [chore(10) for chore in CHORES] == [0, 0, 0]
    aged(8)
    with django_capture_on_commit_callbacks(execute=True):
        for chore in CHORES:
            chore(10)
    photos = set(ContentImage.objects.values_list("title", flat=True))
    assert (photos, set(Transfer.objects.values_list("state", flat=True))) == left
    painted.refresh_from_db()
    assert Path(painted.before.path).is_file()
    assert Path(painted.time_lapse.file.path).is_file()
