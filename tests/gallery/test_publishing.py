"""Publishing, profiles and Explore; who sees what is said in test_published_access."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from gallery import artworks, publishing
from gallery.models import Artwork, Profile, Style
from gallery.sharing_forms import ProfileForm
from tests.gallery.drawings import RECIPE

pytestmark = pytest.mark.django_db

PUBLISH, UNPUBLISH, PROFILE = "/gallery/publish/", "/gallery/unpublish/", "/profile/"


def test_publishing_says_plainly_what_it_means_and_does_it(
    signed_in: Client, profile: Profile, artwork: Artwork
) -> None:
    named = {"artwork": str(artwork.pk)}
    question = signed_in.get(PUBLISH, named).content.decode()
    assert "Everybody on the internet can see what you publish" in question
    assert "If a photo shows people, ask them first" in question
    assert signed_in.post(PUBLISH, named).url == "/@ada/"
    artwork.refresh_from_db()
    assert artwork.is_published
    assert not artwork.publishes_before


def test_the_photo_is_published_only_where_that_is_ticked(
    signed_in: Client, profile: Profile, artwork: Artwork
) -> None:
    signed_in.post(PUBLISH, {"artwork": str(artwork.pk), "with_photo": "on"})
    artwork.refresh_from_db()
    assert artwork.publishes_before
    signed_in.post(UNPUBLISH, {"artwork": str(artwork.pk)})
    artwork.refresh_from_db()
    assert (artwork.published_at, artwork.publishes_before) == (None, False)


def test_many_are_published_and_taken_back_by_undo(
    signed_in: Client, profile: Profile, make_artwork: Callable[..., Artwork]
) -> None:
    works = [make_artwork() for _ in range(3)]
    named = {"artwork": [str(work.pk) for work in works]}
    page = signed_in.post(PUBLISH, named, follow=True)
    assert Artwork.objects.published().count() == 3
    [undo] = [message.extra_tags for message in page.context["messages"]]
    signed_in.post(undo.removeprefix("undo:"))
    assert Artwork.objects.published().count() == 0


def test_undo_takes_back_only_what_was_published_just_now(
    signed_in: Client, published: Artwork, make_artwork: Callable[..., Artwork]
) -> None:
    named = {"artwork": [str(published.pk), str(make_artwork().pk)]}
    page = signed_in.post(PUBLISH, named, follow=True)
    [undo] = [message.extra_tags for message in page.context["messages"]]
    signed_in.post(undo.removeprefix("undo:"))
    assert Artwork.objects.published().get() == published


def test_of_two_first_profiles_at_once_the_second_is_told(user: User) -> None:
    sent = {"name": "Ada", "handle": "ada", "is_public": "on"}
    form = ProfileForm(sent, instance=Profile(owner=user))
    assert form.is_valid()
    Profile.objects.create(owner=user, handle="lovelace", name="Ada")
    assert not publishing.save_profile(form)
    assert "same moment" in form.errors["handle"][0]
    assert Profile.objects.get().handle == "lovelace"


def test_who_has_no_profile_makes_one_first_and_goes_on(
    signed_in: Client, artwork: Artwork
) -> None:
    asked = signed_in.get(PUBLISH, {"artwork": str(artwork.pk)}, follow=True)
    assert asked.redirect_chain[-1][0].startswith(PROFILE)
    onward = asked.context["next"]
    sent = {"name": "Ada", "handle": "Ada-Paints", "is_public": "on", "next": onward}
    made = signed_in.post(PROFILE, sent)
    assert made.url == onward
    assert Profile.objects.get().handle == "ada-paints"


def test_nobody_publishes_anothers_picture(
    client: Client, stranger: User, artwork: Artwork
) -> None:
    Profile.objects.create(owner=stranger, handle="bob", name="Bob")
    client.force_login(stranger)
    client.post(PUBLISH, {"artwork": str(artwork.pk)})
    publishing.publish([artwork])
    client.post(UNPUBLISH, {"artwork": str(artwork.pk)})
    artwork.refresh_from_db()
    assert artwork.published_at is not None


@pytest.mark.parametrize("named", [[], ["nonsense"], ["00000000-0000-4000-8000-000000000000"]])
def test_publishing_nothing_asks_to_choose(
    signed_in: Client, profile: Profile, named: list[str]
) -> None:
    page = signed_in.post(PUBLISH, {"artwork": named}, follow=True).content.decode()
    assert "Choose the pictures to publish first." in page


def test_publishing_once_more_keeps_its_place_in_time(published: Artwork) -> None:
    publishing.publish([published])
    again = Artwork.objects.get(pk=published.pk)
    assert again.published_at == published.published_at


def test_what_is_in_the_trash_is_not_published(profile: Profile, artwork: Artwork) -> None:
    artworks.trash(artwork)
    assert publishing.publish([artwork]) == 0


@pytest.mark.parametrize("handle", ["", "a b", "ä", "-a", "a--b", "a_b", "x" * 41, "../x"])
def test_an_address_that_cannot_be_is_refused(signed_in: Client, handle: str) -> None:
    page = signed_in.post(PROFILE, {"name": "Ada", "handle": handle, "about": "Kept"})
    assert page.status_code == 422
    assert page.context["form"].errors["handle"]
    assert "Kept" in page.content.decode()


def test_an_address_that_somebody_has_is_refused(signed_in: Client, stranger: User) -> None:
    Profile.objects.create(owner=stranger, handle="ada", name="Bob")
    page = signed_in.post(PROFILE, {"name": "Ada", "handle": "ADA"})
    assert "Somebody has this address already" in page.content.decode()


def test_a_profile_sends_nobody_to_another_site(signed_in: Client) -> None:
    sent = {"name": "Ada", "handle": "ada", "next": "https://evil.example.org/"}
    assert signed_in.post(PROFILE, sent).url == PROFILE


def test_a_public_page_tells_title_styles_and_who_and_nothing_else(
    client: Client, published: Artwork
) -> None:
    html = client.get(f"/explore/{published.pk}/").content.decode()
    for said in ("Mill", "Swirls by Ada", "Ada Paints", 'alt="Mill, painted in Swirls"'):
        assert said in html
    for secret in ("Old mill", "ada@example.org", "Seed", "41 seconds", "62 of 100"):
        assert secret not in html


def test_only_presets_lead_on_to_painting_in_them(
    client: Client,
    profile: Profile,
    make_artwork: Callable[..., Artwork],
    preset: Style,
    own_style: Style,
) -> None:
    styles = [{"title": one.title, "style_id": str(one.pk)} for one in (preset, own_style)]
    work = make_artwork(recipe={**RECIPE, "styles": styles})
    odd = {**RECIPE, "styles": [*styles, {"title": "Odd", "style_id": "x"}]}
    Artwork.objects.filter(pk=work.pk).update(recipe=odd)
    publishing.publish([work])
    html = client.get(f"/explore/{work.pk}/").content.decode()
    assert f"?style={preset.pk}" in html
    assert f"?style={own_style.pk}" not in html


def test_explore_shows_the_newest_first_and_turns_pages_without_gaps(
    client: Client, profile: Profile, make_artwork: Callable[..., Artwork]
) -> None:
    works = [make_artwork(title=f"Work {number}") for number in range(7)]
    publishing.publish(works)
    now = timezone.now()
    for number, work in enumerate(works):  # two at each moment
        at = now - timedelta(hours=number // 2)
        Artwork.objects.filter(pk=work.pk).update(published_at=at)
    seen: list[Artwork] = []
    cursor = ""
    for _ in range(4):
        page = publishing.page(Artwork.objects.published(), cursor, size=2)
        seen += page.rows
        cursor = page.onward
    assert cursor == ""
    in_order = sorted(seen, key=lambda work: (now - work.published_at, work.pk))  # type: ignore[operator]
    assert seen == in_order
    assert set(seen) == set(works)
    html = client.get("/explore/").content.decode()
    assert html.index("Work 0") < html.index("Work 6")


@pytest.mark.parametrize("cursor", ["x", "_", "WzFd", "\x00"])
def test_a_cursor_that_is_none_is_the_beginning(
    client: Client, published: Artwork, cursor: str
) -> None:
    assert "Mill" in client.get("/explore/", {"cursor": cursor}).content.decode()


def test_explore_is_filtered_by_preset(
    client: Client,
    profile: Profile,
    make_artwork: Callable[..., Artwork],
    preset: Style,
    own_style: Style,
) -> None:
    for style, title in ((preset, "In swirls"), (own_style, "In tiles")):
        recipe = {**RECIPE, "styles": [{"title": style.title, "style_id": str(style.pk)}]}
        publishing.publish([make_artwork(title=title, recipe=recipe)])
    page = client.get("/explore/")
    assert page.context["styles"] == [preset]
    html = client.get("/explore/", {"style": str(preset.pk)}).content.decode()
    assert "In swirls" in html
    assert "In tiles" not in html
    for other in (str(own_style.pk), "nonsense"):  # no filter at all
        assert "In tiles" in client.get("/explore/", {"style": other}).content.decode()


@pytest.mark.parametrize("address", ["/explore/", "/@ada/", "/profile/"])
def test_pages_take_as_many_queries_for_many_pictures_as_for_one(
    signed_in: Client,
    published: Artwork,
    make_artwork: Callable[..., Artwork],
    address: str,
) -> None:
    with CaptureQueriesContext(connection) as one:
        signed_in.get(address)
    publishing.publish([make_artwork() for _ in range(6)])
    with CaptureQueriesContext(connection) as many:
        signed_in.get(address)
    assert len(many) == len(one) <= 5


def test_an_empty_explore_invites(client: Client, signed_in: Client) -> None:
    assert "Nobody has shown anything yet" in client.get("/explore/").content.decode()


def test_a_profile_is_found_in_any_case(client: Client, published: Artwork) -> None:
    assert client.get("/@ADA/").status_code == 200
    assert client.get("/@nobody/").status_code == 404
    assert client.post(reverse("gallery:profile", args=["ada"])).status_code == 405
