"""The pages of the API in a real browser: Swagger UI under the site's own policy, and tokens."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from accounts import tokens
from tests.browser.conftest import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_api_page_draws_itself_without_an_outside_asset(
    browser: Browser, open_page: OpenPage
) -> None:
    page = open_page(browser, "/accounts/settings/")
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url))
    page.goto("/api/v1/docs/")
    described = page.request.get("/api/v1/openapi.json").json()
    operations = sum(len(path) for path in described["paths"].values())
    expect(page.locator(".opblock")).to_have_count(operations)
    here = page.url.split("/api/")[0]
    assert [url for url in outside if not url.startswith((here, "data:", "blob:"))] == []


def test_an_operation_is_tried_out_as_who_is_signed_in(
    browser: Browser, open_page: OpenPage
) -> None:
    page = open_page(browser, "/api/v1/docs/")
    block = page.locator("#operations-transfers-transfers_cancel_waiting")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    block.get_by_role("button", name="Execute").click()
    expect(block.locator(".live-responses-table .response .response-col_status")).to_contain_text(
        "200"
    )


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_token_pages_fit_the_window(
    browser: Browser, open_page: OpenPage, user, width: int
) -> None:
    tokens.issue(user, "A name without any place to break it " + "x" * 40, ["read"])
    page = open_page(browser, "/accounts/tokens/")
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/accounts/tokens/", "/accounts/tokens/add/", "/api/v1/problems/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto("/accounts/tokens/add/")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Name")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("Name").fill("Script")
    page.get_by_role("button", name="Make the token").click()
    expect(page.locator("[data-secret]")).to_contain_text("sty_")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
