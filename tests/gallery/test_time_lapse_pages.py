"""How a picture was painted, on its page: frames, keeping one, deleting."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Quota, User
from gallery import artworks, kept_frames, storage_use, trash
from gallery.models import Artwork, TimeLapse
from tests.gallery.films import add_time_lapse, at, body, said

pytestmark = pytest.mark.django_db


def page_of(client: Client, time_lapse: TimeLapse) -> str:
    return client.get(at(time_lapse, "artwork")).content.decode()


# Looking


def test_the_page_shows_how_it_was_painted(signed_in: Client, time_lapse: TimeLapse) -> None:
    page = page_of(signed_in, time_lapse)
    assert "How it was painted" in page
    assert f"{at(time_lapse, 'time-lapse-frame', 13)}?v={time_lapse.version}" in page
    assert "In full size the picture has 96 × 64 px" in page


def test_a_picture_without_one_shows_nothing_of_it(signed_in: Client, artwork: Artwork) -> None:
    page = signed_in.get(reverse("gallery:artwork", args=[artwork.pk])).content.decode()
    assert "How it was painted" not in page


def test_all_frames_come_in_one_file_to_be_kept_for_good(
    signed_in: Client, time_lapse: TimeLapse
) -> None:
    response = signed_in.get(at(time_lapse, "time-lapse"))
    data = body(response)
    assert len(data) == time_lapse.bytes
    assert response["Content-Type"] == "application/zip"
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    for place in time_lapse.frames:
        cut = data[place.start : place.start + place.length]
        assert Image.open(BytesIO(cut)).size == (place.width, place.height)


def test_one_frame_comes_alone(signed_in: Client, time_lapse: TimeLapse) -> None:
    response = signed_in.get(at(time_lapse, "time-lapse-frame", 9))
    assert response["Content-Type"] == "image/webp"
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    grey = Image.open(BytesIO(body(response))).convert("L").getpixel((48, 32))
    assert grey == pytest.approx(90, abs=2)
    assert signed_in.get(at(time_lapse, "time-lapse-frame", 14)).status_code == 404


def test_in_a_bucket_with_signed_addresses_a_script_still_reads_it_here(
    signed_in: Client, time_lapse: TimeLapse, settings: Settings
) -> None:
    settings.S3_SIGNED_URLS = True
    assert len(body(signed_in.get(at(time_lapse, "time-lapse")))) == time_lapse.bytes


# Keeping a frame


def test_a_frame_becomes_a_picture_of_its_own(
    signed_in: Client, time_lapse: TimeLapse, artwork: Artwork
) -> None:
    response = signed_in.post(at(time_lapse, "time-lapse-keep"), {"step": 9}, follow=True)
    kept = Artwork.objects.exclude(pk=artwork.pk).get()
    assert response.redirect_chain == [(reverse("gallery:artwork", args=[kept.pk]), 302)]
    assert said(response) == "“Mill at step 9” hangs in your gallery."
    assert (kept.width, kept.height, kept.owner) == (96, 64, artwork.owner)
    with kept.original.open("rb") as file, Image.open(file) as image:
        assert image.convert("L").getpixel((48, 32)) == pytest.approx(90, abs=2)
    with kept.before.open("rb") as file, Image.open(file) as image:
        assert image.size == (96, 64)
    assert kept.before.name != artwork.before.name
    assert "mill at step 9" in kept.search_text
    recipe = kept.recipe
    assert (recipe["steps"], recipe["seed"]) == (9, 7)
    assert recipe["frame_of"] == {"artwork": str(artwork.pk), "step": 9, "of_steps": 13}
    assert "seconds" not in recipe
    assert not hasattr(kept, "time_lapse")


def test_one_of_a_coarse_level_is_as_small_as_it_was(
    signed_in: Client, time_lapse: TimeLapse, artwork: Artwork
) -> None:
    signed_in.post(at(time_lapse, "time-lapse-keep"), {"step": 1})
    kept = Artwork.objects.exclude(pk=artwork.pk).get()
    assert (kept.width, kept.height) == (48, 32)


def test_a_long_title_is_cut_before_the_step(
    signed_in: Client, time_lapse: TimeLapse, artwork: Artwork
) -> None:
    Artwork.objects.update(title="M" * 120)
    signed_in.post(at(time_lapse, "time-lapse-keep"), {"step": 9})
    kept = Artwork.objects.exclude(pk=artwork.pk).get()
    assert len(kept.title) == 120
    assert kept.title.endswith("M… at step 9")


@pytest.mark.parametrize("step", ["", "14", "-1", "x", "1" * 40])
def test_a_step_that_is_none_is_refused_with_a_sentence(
    signed_in: Client, time_lapse: TimeLapse, step: str
) -> None:
    response = signed_in.post(at(time_lapse, "time-lapse-keep"), {"step": step}, follow=True)
    assert "choose" in said(response)
    assert Artwork.objects.count() == 1


def test_without_room_nothing_is_kept(
    signed_in: Client, time_lapse: TimeLapse, user: User, media_root: Any
) -> None:
    Quota.objects.create(user=user, storage_mb=0)
    before = {path for path in media_root.rglob("*") if path.is_file()}
    response = signed_in.post(at(time_lapse, "time-lapse-keep"), {"step": 9}, follow=True)
    assert "There is no room" in said(response)
    assert Artwork.objects.count() == 1
    assert {path for path in media_root.rglob("*") if path.is_file()} == before


def test_the_photo_beside_a_frame_needs_room_too(
    signed_in: Client, artwork: Artwork, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    Artwork.objects.update(beside_bytes=0)
    used = storage_use.used_bytes(user)
    time_lapse = add_time_lapse(artwork)
    kept, _is_new = kept_frames.keep_frame(time_lapse, 9)
    trash.delete_for_good(Artwork.objects.filter(pk=kept.pk))
    monkeypatch.setattr(storage_use, "MB", used + time_lapse.bytes + kept.bytes)
    Quota.objects.create(user=user, storage_mb=1)
    response = signed_in.post(at(time_lapse, "time-lapse-keep"), {"step": 9}, follow=True)
    assert "There is no room" in said(response)


def test_a_step_that_was_kept_is_the_same_picture_again(
    signed_in: Client, time_lapse: TimeLapse, artwork: Artwork, media_root: Path
) -> None:
    signed_in.post(at(time_lapse, "time-lapse-keep"), {"step": 9}, follow=True)
    kept = Artwork.objects.exclude(pk=artwork.pk).get()
    artworks.trash(kept)
    before = {path for path in media_root.rglob("*") if path.is_file()}
    response = signed_in.post(at(time_lapse, "time-lapse-keep"), {"step": 9}, follow=True)
    assert response.redirect_chain == [(reverse("gallery:artwork", args=[kept.pk]), 302)]
    assert said(response) == "You have kept this step before: here it is."
    assert {path for path in media_root.rglob("*") if path.is_file()} == before
    assert Artwork.objects.get(pk=kept.pk).trashed_at is None
    signed_in.post(at(time_lapse, "time-lapse-keep"), {"step": 10})
    assert Artwork.objects.count() == 3


def test_of_two_who_keep_a_step_at_once_both_get_the_same(
    time_lapse: TimeLapse,
    media_root: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    frame = kept_frames.frame_artwork
    first: list[Artwork] = []

    def meanwhile(**given: Any) -> Artwork:
        monkeypatch.setattr(kept_frames, "frame_artwork", frame)
        first.append(kept_frames.keep_frame(time_lapse, 9)[0])
        return frame(**given)

    monkeypatch.setattr(kept_frames, "frame_artwork", meanwhile)
    before = {path for path in media_root.rglob("*") if path.is_file()}
    with django_capture_on_commit_callbacks(execute=True):
        assert kept_frames.keep_frame(time_lapse, 9) == (first[0], False)
    added = {path for path in media_root.rglob("*") if path.is_file()} - before
    assert added == {Path(file.path) for file in first[0].file_fields()}


# Deleting


def test_it_is_deleted_alone_and_makes_room(
    signed_in: Client,
    time_lapse: TimeLapse,
    user: User,
    media_root: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    used = storage_use.used_bytes(user)
    with django_capture_on_commit_callbacks(execute=True):
        response = signed_in.post(at(time_lapse, "time-lapse-delete"), follow=True)
    assert said(response) == "The time-lapse is deleted. The picture stays."
    assert storage_use.used_bytes(user) == used - time_lapse.bytes
    assert not (media_root / time_lapse.file.name).exists()
    assert "How it was painted" not in response.content.decode()


def test_it_leaves_with_its_picture(
    artwork: Artwork,
    time_lapse: TimeLapse,
    media_root: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    artworks.trash(artwork)
    assert (media_root / time_lapse.file.name).exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert trash.delete(Artwork.objects.trashed_by(artwork.owner)) == 1
    assert not [path for path in media_root.rglob("*") if path.is_file()]


# Who may, and how


def test_nobody_else_finds_it(client: Client, stranger: User, time_lapse: TimeLapse) -> None:
    for signed_in in (False, True):
        if signed_in:
            client.force_login(stranger)
        for path in (
            at(time_lapse, "time-lapse"),
            at(time_lapse, "time-lapse-frame", 1),
            at(time_lapse, "time-lapse-animation"),
        ):
            assert (path, client.get(path).status_code) == (path, 404)
        for name in ("time-lapse-keep", "time-lapse-delete"):
            assert client.post(at(time_lapse, name), {"step": 1}).status_code == 404
    assert TimeLapse.objects.count() == Artwork.objects.count() == 1


def test_in_the_trash_it_is_not_found(signed_in: Client, time_lapse: TimeLapse) -> None:
    artworks.trash(time_lapse.artwork)
    assert signed_in.get(at(time_lapse, "time-lapse")).status_code == 404


def test_wrong_methods_are_refused(signed_in: Client, time_lapse: TimeLapse) -> None:
    for name in ("time-lapse-keep", "time-lapse-delete"):
        assert signed_in.get(at(time_lapse, name)).status_code == 405
    for name in ("time-lapse", "time-lapse-animation"):
        assert signed_in.post(at(time_lapse, name)).status_code == 405
