import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db

SETTINGS = "/accounts/settings/"


def test_a_name_is_saved_and_shown(signed_in: Client, user: User) -> None:
    page = signed_in.post(SETTINGS, {"name": "Ada Lovelace"}, follow=True).content.decode()
    user.refresh_from_db()
    assert user.name == "Ada Lovelace"
    assert "Your name is saved." in page
    assert 'value="Ada Lovelace"' in page


def test_the_page_leads_to_everything_about_an_account(signed_in: Client) -> None:
    page = signed_in.get(SETTINGS).content.decode()
    for address in ("/accounts/email/", "/accounts/password/change/", "/accounts/logout/"):
        assert f'"{address}"' in page
    assert "ada@example.org" in page


def test_saving_touches_nobody_else(signed_in: Client, stranger: User) -> None:
    signed_in.post(SETTINGS, {"name": "Ada", "email": "x@example.org", "is_staff": "on"})
    stranger.refresh_from_db()
    assert stranger.name == ""
    ada = User.objects.get(email="ada@example.org")
    assert (ada.name, ada.is_staff) == ("Ada", False)


def test_a_visitor_is_asked_to_sign_in(client: Client) -> None:
    assert client.get(SETTINGS)["Location"] == f"/accounts/login/?next={SETTINGS}"


def test_a_name_that_is_too_long_is_kept_in_the_form_only(signed_in: Client, user: User) -> None:
    page = signed_in.post(SETTINGS, {"name": "A" * 81}).content.decode()
    assert "at most 80 characters" in page
    assert "A" * 81 in page
    user.refresh_from_db()
    assert user.name == ""


def test_a_name_is_text_and_never_markup(signed_in: Client) -> None:
    page = signed_in.post(SETTINGS, {"name": "<b>Ada</b>"}, follow=True).content.decode()
    assert "<b>Ada</b>" not in page
    assert "&lt;b&gt;Ada&lt;/b&gt;" in page


def test_other_methods_are_refused(signed_in: Client) -> None:
    assert signed_in.delete(SETTINGS).status_code == 405
