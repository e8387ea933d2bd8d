"""Refusing an address on a phone, by whom a stranger's sign-up sent a letter."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from playwright.sync_api import Browser, expect

from accounts.models import User
from tests.browser.conftest import CheckPage, OpenPage
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_both_answers_are_as_easy_to_give(
    browser: Browser, open_page: OpenPage, no_axe_violations: CheckPage
) -> None:
    Client().post("/accounts/signup/", {"email": "eve@example.org", "password1": PASSWORD})
    letter = mail.outbox[-1].body
    link = next(line for line in letter.splitlines() if line.startswith("http"))
    path = "/" + link.split("/", 3)[3]
    page = open_page(browser, path, viewport={"width": 390, "height": 844})
    yes = page.get_by_role("button", name="Yes, it is mine")
    no = page.get_by_role("button", name="This was not me")
    sizes = [button.bounding_box() for button in (yes, no)]
    assert len({(box["width"], box["height"]) for box in sizes if box}) == 1
    assert all(box and box["height"] >= 44 for box in sizes)
    assert len({button.evaluate("b => getComputedStyle(b).cssText") for button in (yes, no)}) == 1
    no_axe_violations(page)
    no.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you for telling us")
    assert not User.objects.get(email="eve@example.org").is_active
    no_axe_violations(page)
