import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User

pytestmark = pytest.mark.django_db

SIGNUP = "/accounts/signup/"
PASSWORD = "three quiet walls"


def test_signing_up_makes_an_account_and_signs_in(client: Client) -> None:
    response = client.post(SIGNUP, {"email": "Ada@Example.org", "password1": PASSWORD})

    assert response.status_code == 302
    assert response["Location"] == reverse("transfers:new")
    user = User.objects.get()
    assert user.email == "ada@example.org"
    assert user.check_password(PASSWORD)
    assert client.session["_auth_user_id"] == str(user.pk)


def test_signing_up_sends_a_link_that_confirms_the_address(client: Client) -> None:
    client.post(SIGNUP, {"email": "ada@example.org", "password1": PASSWORD})

    (letter,) = mail.outbox
    assert letter.to == ["ada@example.org"]
    assert letter.subject == "[Stylesite] Welcome: confirm your e-mail address"
    assert "{" not in letter.body
    link = next(line for line in letter.body.splitlines() if line.startswith("http"))
    assert "Is this your address?" in client.get(link).content.decode()
    assert not EmailAddress.objects.get().verified
    client.post(link)
    assert EmailAddress.objects.get().verified


def test_signing_up_leads_back_to_the_page_that_asked_for_it(client: Client) -> None:
    form = {"email": "ada@example.org", "password1": PASSWORD, "next": "/camera/"}
    assert client.post(SIGNUP, form)["Location"] == "/camera/"


def test_the_password_is_asked_for_once_and_can_be_shown(client: Client) -> None:
    page = client.get(SIGNUP).content.decode()
    assert page.count('type="password"') == 1
    assert "data-reveal" in page
    assert "js/password.js" in page
    assert "placeholder" not in page


def test_an_address_that_has_an_account_is_told_to_sign_in(client: Client, user: User) -> None:
    response = client.post(SIGNUP, {"email": "ADA@example.org", "password1": PASSWORD})
    assert "There is an account with this e-mail address already." in response.content.decode()
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("ada", PASSWORD, "Enter a valid email address."),
        ("", PASSWORD, "This field is required."),
        ("ada@example.org", "short", "This password is too short."),
        ("ada@example.org", "password123", "This password is too common."),
        ("ada@example.org", "4815162342", "This password is entirely numeric."),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    client: Client, email: str, password: str, sentence: str
) -> None:
    response = client.post(SIGNUP, {"email": email, "password1": password})
    page = response.content.decode()
    assert sentence in page
    assert 'aria-invalid="true"' in page
    assert f'value="{email}"' in page or not email
    assert not User.objects.exists()
