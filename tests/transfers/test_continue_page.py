"""Going on from a finished picture."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from engine import pyramid
from engine.params import Params
from gallery.artworks import trash
from gallery.models import Artwork
from tests.gallery.drawings import hang_artwork
from tests.transfers.drawings import quadrants
from transfers.models import MachineSpeed, Transfer


@pytest.fixture
def artwork(user: User, transfer: Transfer) -> Artwork:
    """The result of `transfer`: 256 × 171 px, as the photo of 120 × 80 gives."""
    picture = quadrants(256, 171)
    hung = hang_artwork(
        owner=user, image=picture, before=picture, title="Harbour", recipe={"version": 1}
    )
    Transfer.objects.filter(pk=transfer.pk).update(state="succeeded", artwork=hung)
    return hung


def url(artwork: Artwork) -> str:
    return f"/continue/{artwork.pk}/"


def test_it_offers_the_pictures_own_size_and_larger_ones_with_their_times(
    signed_in: Client, artwork: Artwork
) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=1e5, overhead_s=2)
    response = signed_in.get(url(artwork))
    for words in ("as large as it is", "512 px", "1024 px", "2048 px", "4096 px", "about"):
        assertContains(response, words)
    assert response.context["choices"][1] == {
        "size_px": 512,
        "is_own": False,
        "time": "about 30 seconds",  # (512 × 341 + 6000) × 15 px at 1e5, and 2 s
        "too_long": "",
        "first_larger": True,
        "checked": True,
    }


def test_it_is_linked_from_the_pictures_page(signed_in: Client, artwork: Artwork) -> None:
    assertContains(signed_in.get(f"/gallery/{artwork.pk}/"), url(artwork))


@pytest.mark.parametrize("size_px", [256, 1024])
def test_choosing_a_size_queues_a_transfer_that_goes_on_from_the_picture(
    signed_in: Client, artwork: Artwork, transfer: Transfer, size_px: int
) -> None:
    response = signed_in.post(url(artwork), {"size_px": size_px})
    new = Transfer.objects.queued().get()
    assertRedirects(response, f"/transfers/{new.pk}/")
    assert new.continues == artwork
    assert new.content_image == transfer.content_image
    assert [s.style for s in new.style_shares.all()] == [
        s.style for s in transfer.style_shares.all()
    ]
    params = Params.from_json(new.params)
    assert (params.initial, params.size_px) == ("earlier", size_px)
    planned = pyramid.plan(120, 80, params, earlier_px=256)
    assert new.pixel_steps_left == planned.pixel_steps
    assert len(planned.levels) == (1 if size_px == 256 else 2)


def test_its_page_shows_the_earlier_picture_until_there_is_a_preview(
    signed_in: Client, artwork: Artwork
) -> None:
    page = signed_in.post(url(artwork), {"size_px": 512}, follow=True)
    assertContains(page, f'data-picture="/gallery/{artwork.pk}/display/"')


def test_other_sizes_are_refused_and_nothing_is_queued(signed_in: Client, artwork: Artwork) -> None:
    for size in ("128", "5000", "large", ""):
        response = signed_in.post(url(artwork), {"size_px": size})
        assert response.status_code == 422
        assertContains(response, "choose", status_code=422)
    assert not Transfer.objects.queued().exists()


def test_a_picture_of_other_proportions_than_its_photo_is_refused_with_a_sentence(
    signed_in: Client, artwork: Artwork
) -> None:
    Artwork.objects.filter(pk=artwork.pk).update(height=256)
    response = signed_in.post(url(artwork), {"size_px": 512})
    assertContains(response, "proportions", status_code=422)
    assert not Transfer.objects.queued().exists()


def test_a_picture_that_no_transfer_painted_cannot_be_continued(
    signed_in: Client, artwork: Artwork
) -> None:
    Transfer.objects.update(artwork=None)
    assert signed_in.get(url(artwork)).status_code == 404
    assertNotContains(signed_in.get(f"/gallery/{artwork.pk}/"), url(artwork))


def test_a_picture_in_the_trash_cannot_be_continued(signed_in: Client, artwork: Artwork) -> None:
    trash(artwork)
    assert signed_in.post(url(artwork), {"size_px": 512}).status_code == 404


def test_strangers_and_visitors_find_nothing(
    client: Client, stranger: User, artwork: Artwork
) -> None:
    assert client.get(url(artwork)).status_code == 404
    client.force_login(stranger)
    assert client.get(url(artwork)).status_code == 404
    assert client.post(url(artwork), {"size_px": 512}).status_code == 404
    assert not Transfer.objects.queued().exists()


def test_wrong_methods_are_not_allowed(signed_in: Client, artwork: Artwork) -> None:
    assert signed_in.put(url(artwork)).status_code == 405
