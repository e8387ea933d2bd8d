"""What goes on under a new password is there for as long as it takes to read it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from accounts import tokens
from accounts.models import User
from tests.browser.conftest import CheckPage, OpenPage
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_message_that_leads_somewhere_stays(
    browser: Browser, open_page: OpenPage, no_axe_violations: CheckPage, user: User
) -> None:
    tokens.issue(user, "Script", ["read"])
    page = open_page(browser, "/accounts/password/change/")
    page.clock.install()
    no_axe_violations(page)
    expect(page.get_by_label("Also withdraw all API tokens")).not_to_be_checked()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password").fill("a wall of one’s own")
    page.get_by_role("button", name="Save the new password").click()
    page.wait_for_url("**/accounts/settings/")
    expect(page.get_by_text("Your password is changed.")).to_be_attached()
    page.clock.fast_forward(30_000)
    expect(page.get_by_text("Your password is changed.")).to_have_count(0)
    no_axe_violations(page)
    page.get_by_role("link", name="1 API token of a program").click()
    page.wait_for_url("**/accounts/tokens/")
