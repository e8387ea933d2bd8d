"""Pages held against WCAG 2.2 by axe. Those of one part of the site, that part's tests check."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import CheckPage, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SPOIL = {
    "a button without a name": """
      document.querySelector('main').append(document.createElement('button'))
    """,
    "text too pale to read": "document.querySelector('h1').style.color = '#ccc5b5'",
    "text too pale to read in the dark": """
      document.querySelector('h1').style.color = 'light-dark(#1c1b18, #3a3934)'
    """,
    "a target too small for a finger": """
      for (const word of ['one', 'two']) {
        const button = document.createElement('button');
        button.textContent = word;
        button.style.cssText = 'all: unset; font-size: 9px';
        document.querySelector('main').append(button);
      }
    """,
}


@pytest.mark.parametrize("path", ["/", "/styles/", "/gallery/", "/accounts/settings/"])
def test_a_page_breaks_no_rule(
    browser: Browser, open_page: OpenPage, no_axe_violations: CheckPage, path: str
) -> None:
    no_axe_violations(open_page(browser, path))


@pytest.mark.parametrize("script", SPOIL.values(), ids=SPOIL)
def test_what_breaks_a_rule_is_found(
    browser: Browser, open_page: OpenPage, no_axe_violations: CheckPage, script: str
) -> None:
    page = open_page(browser, "/gallery/")
    page.evaluate(script)
    with pytest.raises(AssertionError, match=r"button-name|color-contrast|target-size"):
        no_axe_violations(page)
