"""The trash: what is in it, for how long, and many at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from gallery import artworks, styles
from gallery.models import Artwork, Style
from gallery.views import trash

TRASH = "/gallery/trash/"
BULK = "/gallery/trash/bulk/"

Make = Callable[..., Artwork]


@pytest.fixture
def trashed(make_artwork: Make) -> list[Artwork]:
    works = [make_artwork(title=title) for title in ("Mill", "Sea", "Hill")]
    Artwork.objects.update(trashed_at=timezone.now())
    return works


def act(client: Client, works: list[Artwork], action: str, **fields: str) -> str:
    data = {"ids": [str(work.pk) for work in works], "action": action, **fields}
    with TestCase.captureOnCommitCallbacks(execute=True):
        response = client.post(BULK, data, follow=True)
    assert response.status_code == 200
    html: str = response.content.decode()
    return html


def in_trash() -> set[str]:
    return {work.title for work in Artwork.objects.filter(trashed_at__isnull=False)}


def test_the_trash_shows_what_can_be_restored(
    signed_in: Client, artwork: Artwork, own_style: Style
) -> None:
    artworks.trash(artwork)
    styles.trash(own_style)
    html = signed_in.get(TRASH).content.decode()
    assert f'value="{artwork.pk}"' in html
    assert f'action="{reverse("gallery:style-restore", args=[own_style.pk])}"' in html
    for address in (
        reverse("gallery:artwork-file", args=[artwork.pk, "thumbnail"]),
        reverse("gallery:style-file", args=[own_style.pk, "thumbnail"]),
    ):
        assert signed_in.get(address).getvalue()


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(), "30 days left"),
        (timedelta(days=28, hours=23), "2 days left"),
        (timedelta(days=29, hours=1), "1 day left"),
        (timedelta(days=31), "leaves today"),
    ],
)
def test_it_tells_the_days_that_are_left(
    signed_in: Client, artwork: Artwork, age: timedelta, words: str
) -> None:
    Artwork.objects.update(trashed_at=timezone.now() - age)
    assert words in signed_in.get(TRASH).content.decode()


def test_many_come_back_at_once(signed_in: Client, trashed: list[Artwork]) -> None:
    assert "2 pictures are back." in act(signed_in, trashed[:2], "restore")
    assert in_trash() == {"Hill"}
    assert "1 picture is back." in act(signed_in, [], "restore-all")
    assert in_trash() == set()


def test_what_is_deleted_for_good_is_asked_about_first(
    signed_in: Client, trashed: list[Artwork], media_root: Path
) -> None:
    html = act(signed_in, trashed[:2], "delete")
    assert "Delete 2 pictures for good?" in html
    assert all(str(work.pk) in html for work in trashed[:2])
    assert Artwork.objects.count() == 3
    html = act(signed_in, trashed[:2], "delete", sure="1")
    assert "2 pictures were deleted for good." in html
    assert in_trash() == {"Hill"}
    assert not list(media_root.rglob(f"*{trashed[0].pk}*/*"))
    assert list(media_root.rglob(f"*{trashed[2].pk}*/*"))


def test_only_what_is_in_the_trash_is_deleted(signed_in: Client, artwork: Artwork) -> None:
    act(signed_in, [artwork], "delete", sure="1")
    assert Artwork.objects.get() == artwork


def test_long_lists_come_in_pages_of_as_many_queries(
    signed_in: Client,
    make_artwork: Make,
    trashed: list[Artwork],
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Callable[[int], object],
) -> None:
    monkeypatch.setattr(trash, "PAGE_SIZE", 2)
    with django_assert_num_queries(4):  # type: ignore[attr-defined]  # session, person, pictures, styles
        first = signed_in.get(TRASH).context["page"]
    second = signed_in.get(TRASH, {"cursor": first.onward}).context["page"]
    assert {work.title for work in [*first, *second]} == in_trash()
    assert second.onward == ""
    assert signed_in.get(TRASH, {"cursor": "x"}).url == TRASH


def test_emptying_the_trash_deletes_what_is_in_it_and_its_files(
    signed_in: Client, make_artwork: Make, media_root: Path
) -> None:
    kept, gone = make_artwork(title="Kept"), make_artwork(title="Gone")
    artworks.trash(gone)
    with TestCase.captureOnCommitCallbacks(execute=True):
        page = signed_in.post(reverse("gallery:empty-trash"), follow=True)
    assert "1 picture was deleted for good." in page.content.decode()
    assert list(Artwork.objects.all()) == [kept]
    assert not list(media_root.rglob(f"*{gone.pk}*/*"))
    assert list(media_root.rglob(f"*{kept.pk}*/*"))


def test_emptying_the_trash_asks_first_if_there_is_anything(
    signed_in: Client, artwork: Artwork
) -> None:
    assert signed_in.get(reverse("gallery:empty-trash")).url == TRASH
    artworks.trash(artwork)
    page = signed_in.get(reverse("gallery:empty-trash")).content.decode()
    assert "Delete the picture for good?" in page
    assert Artwork.objects.count() == 1


@pytest.mark.parametrize("action", ["restore", "restore-all", "delete"])
def test_others_trash_stays_as_it_is(
    client: Client, stranger: User, trashed: list[Artwork], action: str
) -> None:
    client.force_login(stranger)
    act(client, trashed, action, sure="1")
    assert in_trash() == {"Mill", "Sea", "Hill"}
    assert "Mill" not in client.get(TRASH).content.decode()
    client.post(reverse("gallery:empty-trash"))
    assert Artwork.objects.count() == 3


def test_visitors_are_asked_to_sign_in(client: Client, trashed: list[Artwork]) -> None:
    assert client.get(TRASH).status_code == 302
    assert client.post(BULK, {"action": "restore-all"}).status_code == 404
    assert client.post(reverse("gallery:empty-trash")).status_code == 302
    assert len(in_trash()) == 3


@pytest.mark.parametrize(
    ("ids", "action", "sentence"),
    [
        ([], "restore", "Choose a picture first."),
        (["x"], "delete", "One of the pictures was not named as it should be."),
        (None, "burn", "Choose what to do with the pictures."),
    ],
)
def test_what_cannot_be_done_is_told(
    signed_in: Client, trashed: list[Artwork], ids: list[str] | None, action: str, sentence: str
) -> None:
    data = {"ids": [str(trashed[0].pk)] if ids is None else ids, "action": action}
    assert sentence in signed_in.post(BULK, data, follow=True).content.decode()
    assert len(in_trash()) == 3


def test_the_trash_answers_to_no_other_method(signed_in: Client, db: None) -> None:
    assert signed_in.post(TRASH).status_code == 405
    assert signed_in.get(BULK).status_code == 405
    assert signed_in.put(reverse("gallery:empty-trash")).status_code == 405
