import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from gallery.models import Artwork, Style
from transfers.models import ContentImage, Transfer

pytestmark = pytest.mark.django_db


def make_preset(title: str, position: int = 0, *, example: bool = True) -> Style:
    preset = Style(title=title, slug=title.lower(), position=position)
    preset.set_picture(Image.new("RGB", (90, 60), "teal"))
    if example:
        preset.example.name = preset.thumbnail.name
        preset.example_photo.name = preset.thumbnail.name
        preset.example_alt = "A ginger cat"
        preset.catalogue = {"example_size": [90, 60]}
    preset.save()
    return preset


def make_artwork(owner: User, title: str) -> Artwork:
    artwork = Artwork(owner=owner, title=title, recipe={})
    artwork.set_picture(Image.new("RGB", (64, 48), "teal"))
    artwork.save()
    return artwork


def make_transfer(owner: User, title: str) -> Transfer:
    photo = ContentImage(owner=owner, title=title)
    photo.set_picture(Image.new("RGB", (64, 48), "teal"))
    photo.save()
    return Transfer.objects.create(owner=owner, content_image=photo, params={}, total_steps=10)


def test_visitors_see_what_this_is_and_what_the_styles_make_of_a_photo(client: Client) -> None:
    make_preset("Waves", 2)
    first = make_preset("Swirls", 1)
    hidden = make_preset("Drafts", 0)
    Style.objects.filter(pk=hidden.pk).update(state=Style.State.DRAFT)

    page = client.get("/").content.decode()
    assert "Your photos, painted" in page
    assert "data-compare" in page
    hero = page.index(reverse("gallery:style-file", args=[first.pk, "example-photo"]))
    assert hero < page.index('aria-labelledby="styles"')
    assert page.index("Swirls", hero) < page.index("Waves", hero)
    assert "Drafts" not in page
    assert 'alt="A ginger cat"' in page
    assert reverse("account_signup") in page


def test_without_presets_the_page_still_says_what_this_is(client: Client) -> None:
    response = client.get("/")
    page = response.content.decode()
    assert response.status_code == 200
    assert "Your photos, painted" in page
    assert "data-compare" not in page
    assert "Styles to begin with" not in page


def test_a_preset_without_an_example_shows_the_style_itself(client: Client) -> None:
    preset = make_preset("Waves", example=False)
    page = client.get("/").content.decode()
    assert 'alt="The style Waves"' in page
    assert reverse("gallery:style-file", args=[preset.pk, "example"]) not in page


def test_people_see_their_latest_pictures_and_what_is_on_the_easel(
    signed_in: Client, user: User
) -> None:
    works = [make_artwork(user, f"Picture {n:02}") for n in range(13)]
    transfer = make_transfer(user, "Harbour")

    page = signed_in.get("/").content.decode()
    assert "Picture 12" in page
    assert "Picture 01" in page
    assert "Picture 00" not in page
    assert page.index("Picture 12") < page.index("Picture 11")
    assert reverse("gallery:artwork", args=[works[12].pk]) in page
    assert "On the easel" in page
    assert reverse("transfers:detail", args=[transfer.pk]) in page


def test_people_never_see_what_belongs_to_others(signed_in: Client, stranger: User) -> None:
    make_artwork(stranger, "Not yours")
    make_transfer(stranger, "Not yours either")
    assert "Not yours" not in signed_in.get("/").content.decode()


def test_a_new_account_is_invited_to_begin(signed_in: Client) -> None:
    make_preset("Waves")
    page = signed_in.get("/").content.decode()
    assert "A bare wall, for now" in page
    assert f'href="{reverse("transfers:new")}"' in page
    assert "Waves" in page


def test_more_presets_take_no_more_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(5):
        make_preset(f"Style{n}", n)
    with django_assert_num_queries(1):
        client.get("/")


def test_posting_to_the_home_page_is_refused(client: Client) -> None:
    assert client.post("/").status_code == 405
