"""Every page of allauth's, asked for as its people would: all of them look like this site."""

import re

import pytest
from django.test import Client
from django.urls import get_resolver

from accounts.models import User

pytestmark = pytest.mark.django_db

FOR_VISITORS = ["login", "signup", "password/reset", "password/reset/done", "inactive"]
FOR_MEMBERS = [
    "logout",
    "email",
    "password/change",
    "reauthenticate",
    "settings",
    "sessions",
    "2fa",
    "2fa/webauthn",
]


def check_is_ours(page: str) -> None:
    assert page.lstrip().startswith("<!DOCTYPE html>")
    assert page.count("<h1") == 1
    assert '<main id="main"' in page
    assert "Skip to the content" in page
    title = re.search(r"<title>\s*(.+?)\s*</title>", page, re.DOTALL)
    assert title
    assert re.match(r"\w.*– Stylesite$", title[1], re.DOTALL)
    assert not re.search(r"\sstyle=|\son\w+=|<style", page)


@pytest.mark.parametrize("path", [*FOR_VISITORS, "password/reset/key/done", "confirm-email"])
def test_visitors_see_our_pages(client: Client, path: str) -> None:
    response = client.get(f"/accounts/{path}/")
    assert response.status_code == 200
    check_is_ours(response.content.decode())


@pytest.mark.parametrize("path", FOR_MEMBERS)
def test_members_see_our_pages(signed_in: Client, path: str) -> None:
    response = signed_in.get(f"/accounts/{path}/")
    assert response.status_code == 200
    check_is_ours(response.content.decode())


def test_someone_without_a_password_chooses_one(signed_in: Client, user: User) -> None:
    user.set_unusable_password()
    user.save()
    signed_in.force_login(user)
    check_is_ours(signed_in.get("/accounts/password/set/").content.decode())


def test_no_template_of_a_page_comes_from_allauth() -> None:
    """A page that allauth adds in a later version shows up here before it shows up on the site."""
    from django.template.loader import get_template

    names = [str(name) for name in get_resolver().reverse_dict if isinstance(name, str)]
    views = {
        getattr(get_resolver(None).resolve(path).func, "view_class", None)
        for name in names
        if name.startswith(("account_", "mfa_", "usersessions_"))
        for path in [f"/{get_resolver().reverse_dict.getlist(name)[0][0][0][0]}"]
        if "%" not in path
    }
    templates = {view.template_name for view in views if getattr(view, "template_name", None)}
    assert len(templates) >= 16
    foreign = {name for name in templates if "site-packages" in str(get_template(name).origin.name)}
    # Signing in by a code is not offered; its page would still look right (templates/allauth).
    assert foreign <= {"account/confirm_login_code.html"}
