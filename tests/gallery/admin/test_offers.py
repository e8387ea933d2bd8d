"""Curators see offered styles and answer; what is not offered stays its owner's."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from gallery.models import Style, StyleOffer
from tests.gallery.admin.people import as_staff

LIST = "/admin/gallery/styleoffer/"
State = StyleOffer.State
ANSWERER = ("gallery.view_styleoffer", "gallery.change_styleoffer")


@pytest.fixture
def offer(own_style: Style) -> StyleOffer:
    return StyleOffer.objects.create(style=own_style, credit="Ada L.", licence="CC0", message="Hi!")


def picture(offer: StyleOffer, rendition: str = "thumbnail") -> str:
    return reverse("admin:gallery_styleoffer_picture", args=[offer.pk, rendition])


def look(client: Client, offer: StyleOffer, rendition: str = "thumbnail") -> int:
    response = client.get(picture(offer, rendition))
    if response.streaming:
        response.getvalue()  # type: ignore[attr-defined]  # read to its end, which closes it
    return int(response.status_code)


def answer(client: Client, offer: StyleOffer, what: str) -> int:
    address = reverse("admin:gallery_styleoffer_answer", args=[offer.pk, what])
    status = client.post(address, {"version": offer.style.version}).status_code
    offer.refresh_from_db()
    return int(status)


def test_the_list_shows_open_offers_with_their_pictures(
    admin_client: Client, offer: StyleOffer
) -> None:
    html = admin_client.get(LIST).content.decode()
    assert "My tiles" in html
    assert "Ada L." in html
    assert picture(offer) in html
    assert look(admin_client, offer) == 200
    change = reverse("admin:gallery_styleoffer_change", args=[offer.pk])
    assert "Hi!" in admin_client.get(change).content.decode()


def test_accepting_makes_a_hidden_preset(admin_client: Client, offer: StyleOffer) -> None:
    assert answer(admin_client, offer, "accept") == 302
    assert offer.state == State.ACCEPTED
    assert offer.preset is not None
    assert offer.preset.state == Style.State.DRAFT
    messages = set(LogEntry.objects.values_list("change_message", flat=True))
    assert messages == {"Accepted: it is a preset now.", "Offered by its owner."}


def test_declining_can_be_taken_back(admin_client: Client, offer: StyleOffer) -> None:
    answer(admin_client, offer, "decline")
    assert offer.state == State.DECLINED
    change = reverse("admin:gallery_styleoffer_change", args=[offer.pk])
    assert "Take the decline back" in admin_client.get(change).content.decode()
    answer(admin_client, offer, "reopen")
    assert offer.state == State.OPEN


def test_the_second_of_two_curators_is_told(admin_client: Client, offer: StyleOffer) -> None:
    answer(admin_client, offer, "decline")
    address = reverse("admin:gallery_styleoffer_answer", args=[offer.pk, "accept"])
    html = admin_client.post(address, follow=True).content.decode()
    assert "Please look at it again" in html
    assert not Style.objects.filter(owner=None).exists()


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.DECLINED])
def test_a_picture_that_is_not_offered_any_more_is_its_owners(
    admin_client: Client, offer: StyleOffer, state: str
) -> None:
    StyleOffer.objects.update(state=state)
    assert look(admin_client, offer) == 404


def test_what_was_withdrawn_is_not_listed(admin_client: Client, offer: StyleOffer) -> None:
    StyleOffer.objects.update(state=State.WITHDRAWN)
    assert "My tiles" not in admin_client.get(f"{LIST}?state=all").content.decode()
    assert answer(admin_client, offer, "accept") == 404


def test_an_admin_sees_neither_page_nor_files_of_what_is_private(
    admin_client: Client, offer: StyleOffer, own_style: Style
) -> None:
    assert admin_client.get(reverse("gallery:style", args=[own_style.pk])).status_code == 404
    address = reverse("gallery:style-file", args=[own_style.pk, "thumbnail"])
    assert admin_client.get(address).status_code == 404
    assert look(admin_client, offer, "original") == 404


def test_answering_takes_the_permissions_for_it(offer: StyleOffer) -> None:
    looker = as_staff("gallery.view_styleoffer")
    assert looker.get(LIST).status_code == 200
    assert look(looker, offer) == 200
    assert answer(looker, offer, "decline") == 403
    answerer = as_staff(*ANSWERER)
    assert answer(answerer, offer, "accept") == 403
    assert offer.state == State.OPEN
    assert answer(answerer, offer, "decline") == 302


def test_without_the_permission_nothing_is_seen(offer: StyleOffer, signed_in: Client) -> None:
    other = as_staff("gallery.view_style")
    for address in (LIST, picture(offer)):
        assert other.get(address).status_code == 403
        assert signed_in.get(address).status_code == 302
        assert Client().get(address).status_code == 302


def test_unknown_answers_and_wrong_methods(admin_client: Client, offer: StyleOffer) -> None:
    assert answer(admin_client, offer, "frame") == 404
    address = reverse("admin:gallery_styleoffer_answer", args=[offer.pk, "accept"])
    assert admin_client.get(address).status_code == 405
    assert admin_client.post(picture(offer)).status_code == 405
    assert admin_client.post(f"{LIST}add/").status_code == 403
