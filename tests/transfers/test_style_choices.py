"""The styles that /new/ offers: looked for by words and collection, the chosen one among them."""

import re

import pytest
from django.test import Client
from pytest_django.asserts import assertContains

from accounts.models import User
from gallery.models import Style
from tests.transfers.drawings import quadrants
from transfers.models import ContentImage

URL = "/new/"


def offered(client: Client, query: str = "") -> list[str]:
    html = client.get(f"{URL}styles/{query}").content.decode()
    return re.findall(r'data-title="([^"]+)"', html)


def test_styles_are_looked_for_by_words_and_collection(
    signed_in: Client, preset: Style, own_style: Style
) -> None:
    assert offered(signed_in) == ["Stripes", "My tiles"]
    assert offered(signed_in, "?q=tile") == ["My tiles"]
    assert offered(signed_in, "?q=STRIPES") == ["Stripes"]
    preset.collections.create(slug="flags", title="Flags")
    assert offered(signed_in, "?collection=flags") == ["Stripes"]
    html = signed_in.get(URL).content.decode()
    assert '<option value="flags">Flags</option>' in html
    assert (
        "No style from the house is called that."
        in signed_in.get(f"{URL}styles/?q=nothing").content.decode()
    )


def test_the_chosen_style_stays_among_those_found(
    signed_in: Client, preset: Style, own_style: Style, photo: ContentImage
) -> None:
    query = f"?q=tile&style={preset.pk}&photo={photo.pk}"
    assert offered(signed_in, query) == ["Stripes", "My tiles"]
    html = signed_in.get(f"{URL}styles/{query}").content.decode()
    assert re.search(rf'value="{preset.pk}"[^>]*\schecked\b', html)
    assert f"%3Fphoto%3D{photo.pk}" in html  # the way back from adding one


def test_of_very_many_styles_the_first_are_shown_and_the_chosen_one(
    signed_in: Client, preset: Style, own_style: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transfers.views.new.CHOICES", 1)
    last = Style(title="Last", slug="last", position=9)
    last.set_picture(quadrants())
    last.save()
    assert offered(signed_in) == ["Stripes", "My tiles"]
    assert offered(signed_in, f"?style={last.pk}") == ["Last", "Stripes", "My tiles"]
    assertContains(signed_in.get(URL), "There are more than are shown")


def test_a_strangers_styles_are_not_found(client: Client, own_style: Style, stranger: User) -> None:
    client.force_login(stranger)
    assert offered(client, f"?q=tile&style={own_style.pk}") == []


def test_looking_for_styles_needs_signing_in_and_no_post(client: Client, user: User) -> None:
    assert client.get(f"{URL}styles/").status_code == 302
    client.force_login(user)
    assert client.post(f"{URL}styles/").status_code == 405
