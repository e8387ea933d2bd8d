"""/photos/: one's own photos, and deleting those that nothing was painted from."""

from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from tests.transfers.drawings import as_file, quadrants
from transfers.models import ContentImage, Transfer
from transfers.photos import add_photo
from transfers.views import photos as photos_page

PHOTOS = "/photos/"
DELETE = "/photos/delete/"


def another(user: User, title: str, width: int = 60) -> ContentImage:
    return add_photo(user, BytesIO(as_file(quadrants(width, 90))), "upload", title)


@pytest.fixture
def unused(user: User) -> ContentImage:
    return another(user, "Attic")


def test_unused_and_painted_ones_are_shown_apart(
    signed_in: Client, photo: ContentImage, transfer: Transfer, unused: ContentImage
) -> None:
    page = signed_in.get(PHOTOS)
    assertContains(page, "Unused (1)")
    assertContains(page, "Painted (1)")
    assertContains(page, f'value="{unused.pk}"')
    assertNotContains(page, str(photo.pk))
    page = signed_in.get(f"{PHOTOS}?show=used")
    assertContains(page, f"/new/?photo={photo.pk}")
    assertNotContains(page, str(unused.pk))
    assertNotContains(page, "checkbox")


def test_the_chosen_ones_are_deleted_with_their_files_after_a_question(
    signed_in: Client,
    user: User,
    unused: ContentImage,
    media_root: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    kept, second = another(user, "Kept", 70), another(user, "Cellar", 80)
    chosen = {"photo": [str(unused.pk), str(second.pk)]}
    question = signed_in.get(DELETE, chosen)
    assertContains(question, "Delete these 2 photos?")
    assertContains(question, "cannot be brought back")
    assert ContentImage.objects.count() == 3
    with django_capture_on_commit_callbacks(execute=True):
        answer = signed_in.post(DELETE, chosen)
    assertRedirects(answer, PHOTOS, fetch_redirect_response=False)
    assertContains(signed_in.get(PHOTOS), "2 photos were deleted for good.")
    assert ContentImage.objects.get() == kept
    assert len([path for path in media_root.rglob("*") if path.is_file()]) == 3


def test_one_that_waits_to_be_painted_stays_and_a_sentence_says_why(
    signed_in: Client, photo: ContentImage, transfer: Transfer, unused: ContentImage
) -> None:
    both = {"photo": [str(photo.pk), str(unused.pk)]}
    sentence = "A picture of “Harbour” is waiting or being painted, so it stays."
    question = signed_in.get(DELETE, both)
    assertContains(question, "Delete this photo?")
    assertContains(question, sentence)
    page = signed_in.post(DELETE, both, follow=True)
    assertContains(page, "1 photo was deleted for good.")
    assertContains(page, sentence)
    assert ContentImage.objects.get() == photo
    page = signed_in.get(DELETE, {"photo": str(photo.pk)}, follow=True)
    assertRedirects(page, PHOTOS)
    assertContains(page, sentence)


def test_choosing_none_is_said(signed_in: Client, unused: ContentImage) -> None:
    for answer in (signed_in.get(DELETE, follow=True), signed_in.post(DELETE, follow=True)):
        assertRedirects(answer, PHOTOS)
        assertContains(answer, "Choose the photos first")


def test_many_photos_are_shown_on_pages(
    signed_in: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos_page, "PAGE_SIZE", 1)
    older, newer = another(user, "Older", 70), another(user, "Newer", 80)
    page = signed_in.get(PHOTOS)
    assertContains(page, str(newer.pk))
    assertNotContains(page, str(older.pk))
    assertContains(page, 'href="?page=2"')
    assertContains(signed_in.get(f"{PHOTOS}?page=2"), str(older.pk))


def test_the_pages_of_the_painted_ones_stay_among_them(
    signed_in: Client, photo: ContentImage, transfer: Transfer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos_page, "PAGE_SIZE", 1)
    second = another(transfer.owner, "Second", 70)
    Transfer.objects.create(owner=transfer.owner, content_image=second, params={})
    page = signed_in.get(f"{PHOTOS}?show=used")
    assertContains(page, 'href="?show=used&amp;page=2"')


def test_the_number_of_queries_does_not_grow(
    signed_in: Client, user: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        another(user, f"Photo {number}", 60 + number)
    with django_assert_max_num_queries(8):
        signed_in.get(PHOTOS)


def test_somebody_without_photos_is_invited(signed_in: Client) -> None:
    assertContains(signed_in.get(PHOTOS), "No photos yet")


def test_other_pages_lead_there(signed_in: Client, unused: ContentImage) -> None:
    for page in ("/new/", "/use/"):
        assertContains(signed_in.get(page), f'href="{PHOTOS}"')


def test_a_stranger_neither_sees_nor_deletes_them(
    client: Client, stranger: User, unused: ContentImage
) -> None:
    client.force_login(stranger)
    assertNotContains(client.get(PHOTOS), str(unused.pk))
    for answer in (client.get, client.post):
        page = answer(DELETE, {"photo": str(unused.pk)}, follow=True)
        assertContains(page, "Choose the photos first")
    assert ContentImage.objects.get() == unused


def test_visitors_are_asked_to_sign_in(client: Client, unused: ContentImage) -> None:
    assertRedirects(client.get(PHOTOS), f"/accounts/login/?next={PHOTOS}")
    assert client.post(DELETE, {"photo": str(unused.pk)}).status_code == 302
    assert ContentImage.objects.exists()


def test_what_is_no_id_is_passed_over(signed_in: Client, unused: ContentImage) -> None:
    asked = {"photo": ["not an id", "", str(uuid4()), str(unused.pk)]}
    assertContains(signed_in.get(DELETE, asked), "Delete this photo?")


def test_wrong_methods_are_not_allowed(signed_in: Client) -> None:
    assert signed_in.post(PHOTOS).status_code == 405
    assert signed_in.put(DELETE).status_code == 405
