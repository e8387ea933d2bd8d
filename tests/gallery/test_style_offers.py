"""Offering a style of one's own to everybody."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from gallery import style_offers
from gallery.models import Style, StyleOffer

State = StyleOffer.State


def address(style: Style, action: str = "offer") -> str:
    return reverse(f"gallery:style-{action}", args=[style.pk])


def words(**changes: str) -> dict[str, str]:
    return {"credit": "Me", "licence": "CC BY 4.0", "message": "", "consent": "on", **changes}


def test_an_offer_is_made_with_consent_and_shown(signed_in: Client, own_style: Style) -> None:
    html = signed_in.get(address(own_style)).content.decode()
    assert "I may give this picture away under that licence" in html
    assert 'value="Me"' in html  # credited to its artist unless one says otherwise
    response = signed_in.post(address(own_style), words(message="Please"), follow=True)
    offer = StyleOffer.objects.get()
    assert (offer.style, offer.credit, offer.licence) == (own_style, "Me", "CC BY 4.0")
    assert (offer.message, offer.state) == ("Please", State.OPEN)
    assertContains(response, "Offered to everybody; not answered yet")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"consent": ""}, "Without your consent it stays yours alone."),
        ({"licence": ""}, "This field is required."),
        ({"message": "x" * 1001}, "at most 1000 characters"),
    ],
)
def test_without_consent_or_licence_nothing_is_offered_and_nothing_lost(
    signed_in: Client, own_style: Style, change: dict[str, str], sentence: str
) -> None:
    response = signed_in.post(address(own_style), words(credit="My aunt", **change))
    assertContains(response, sentence, status_code=422)
    assertContains(response, 'value="My aunt"', status_code=422)
    assert not StyleOffer.objects.exists()


def test_it_is_offered_once_at_a_time(signed_in: Client, own_style: Style) -> None:
    style_offers.offer(own_style, licence="CC0 1.0")
    with pytest.raises(style_offers.AlreadyOfferedError):
        style_offers.offer(own_style, licence="CC0 1.0")
    page = reverse("gallery:style", args=[own_style.pk])
    assert signed_in.get(address(own_style))["Location"] == page
    assert signed_in.post(address(own_style), words())["Location"] == page
    assert StyleOffer.objects.count() == 1


def test_it_is_taken_back_and_may_be_made_again(signed_in: Client, own_style: Style) -> None:
    style_offers.offer(own_style, licence="CC0 1.0")
    response = signed_in.post(address(own_style, "offer-withdraw"), follow=True)
    assertContains(response, "“My tiles” stays yours alone.")
    assertContains(response, "Offer it to everybody")
    offer = StyleOffer.objects.get()
    assert offer.state == State.WITHDRAWN
    assert offer.decided_at
    assert not style_offers.withdraw(own_style)
    signed_in.post(address(own_style), words())
    assert StyleOffer.objects.open().count() == 1


@pytest.mark.parametrize(
    ("state", "sentence", "again"),
    [
        (State.ACCEPTED, "it hangs here for everybody, too", False),
        (State.DECLINED, "the style stays yours", True),
    ],
)
def test_the_answer_is_told(
    signed_in: Client, own_style: Style, preset: Style, state: str, sentence: str, again: bool
) -> None:
    offer = style_offers.offer(own_style, licence="CC0 1.0")
    StyleOffer.objects.filter(pk=offer.pk).update(
        state=state, decided_at=timezone.now(), preset=preset
    )
    response = signed_in.get(reverse("gallery:style", args=[own_style.pk]))
    assertContains(response, sentence)
    check = assertContains if again else assertNotContains
    check(response, address(own_style))


@pytest.mark.parametrize("who", ["stranger", "visitor", "staff"])
def test_nobody_else_offers_it_or_takes_it_back(
    client: Client, own_style: Style, stranger: User, admin_user: User, who: str
) -> None:
    style_offers.offer(own_style, licence="CC0 1.0")
    if who != "visitor":
        client.force_login(stranger if who == "stranger" else admin_user)
    assert client.get(address(own_style)).status_code == 404
    assert client.post(address(own_style), words()).status_code == 404
    assert client.post(address(own_style, "offer-withdraw")).status_code == 404
    assert StyleOffer.objects.open().count() == 1


def test_presets_are_not_offered_and_looking_takes_nothing_back(
    signed_in: Client, own_style: Style, preset: Style
) -> None:
    assert signed_in.get(address(preset)).status_code == 404
    assert signed_in.get(address(own_style, "offer-withdraw")).status_code == 405
