"""GET /camera/: the page itself. What it does with a camera, ``tests/browser/camera`` shows."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from transfers.views.camera import owner_word

pytestmark = pytest.mark.django_db


def test_the_page_knows_whose_photos_wait_without_naming_anybody(
    signed_in: Client, user: User
) -> None:
    page = signed_in.get(reverse("transfers:camera")).content.decode()
    assert f'data-owner="{owner_word(user)}"' in page
    assert user.email not in owner_word(user)


def test_the_word_is_the_same_after_signing_in_again_and_each_persons_own(
    user: User, stranger: User
) -> None:
    assert owner_word(user) == owner_word(User.objects.get(pk=user.pk))
    assert owner_word(user) != owner_word(stranger)


def test_a_visitor_signs_in_first_and_comes_back(client: Client) -> None:
    address = reverse("transfers:camera")
    assert client.get(address)["Location"] == f"{reverse('account_login')}?next={address}"


def test_the_page_is_only_read(signed_in: Client) -> None:
    assert signed_in.post(reverse("transfers:camera")).status_code == 405
