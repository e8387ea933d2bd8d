"""What only a browser can judge of the look: themes, menus, the keyboard, narrow screens."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAPER_LIGHT, PAPER_DARK = "rgb(251, 249, 243)", "rgb(23, 20, 17)"


def paper(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_the_theme_follows_the_system_until_one_is_chosen(
    browser: Browser, open_page: OpenPage
) -> None:
    page = open_page(browser, "/accounts/settings/")
    page.emulate_media(color_scheme="light")
    assert paper(page) == PAPER_LIGHT
    page.emulate_media(color_scheme="dark")
    assert paper(page) == PAPER_DARK

    page.emulate_media(color_scheme="light")
    settings = page.get_by_role("main").get_by_role("group", name="Theme")
    settings.get_by_text("Dark").click()
    assert paper(page) == PAPER_DARK
    footer = page.get_by_role("contentinfo").get_by_role("radio", name="Dark")
    expect(footer).to_be_checked()


def test_a_chosen_theme_is_there_before_anything_is_painted(
    browser: Browser, open_page: OpenPage
) -> None:
    page = open_page(browser, "/accounts/settings/")
    page.emulate_media(color_scheme="light")
    page.get_by_role("main").get_by_text("Dark", exact=True).click()
    # Modules run once the document is read; what is set before <body> exists can't flash.
    page.add_init_script(
        "new MutationObserver((_, watch) => { if (document.body) {"
        " window.early = document.documentElement.dataset.theme; watch.disconnect(); } })"
        ".observe(document, {childList: true, subtree: true});"
    )
    page.reload()
    assert page.evaluate("window.early") == "dark"
    page.get_by_role("main").get_by_text("System", exact=True).click()
    page.reload()
    assert page.evaluate("window.early") is None
    assert paper(page) == PAPER_LIGHT


def test_the_menu_closes_by_escape_and_gives_the_focus_back(
    browser: Browser, open_page: OpenPage
) -> None:
    page = open_page(browser, "/accounts/settings/")
    menu = page.locator("summary", has_text="Account")
    menu.focus()
    page.keyboard.press("Enter")
    sign_out = page.get_by_role("banner").get_by_role("button", name="Sign out")
    expect(sign_out).to_be_visible()
    page.keyboard.press("Escape")
    expect(sign_out).to_be_hidden()
    expect(menu).to_be_focused()


def test_a_password_can_be_shown_and_is_hidden_again(browser: Browser, open_page: OpenPage) -> None:
    page = open_page(browser, "/accounts/password/change/")
    field = page.get_by_label("New password")
    field.fill("three quiet walls")
    expect(field).to_have_attribute("type", "password")
    reveal = field.locator("xpath=..").get_by_role("button")
    reveal.click()
    expect(field).to_have_attribute("type", "text")
    expect(reveal).to_have_text(re.compile("Hide"))
    reveal.click()
    expect(field).to_have_attribute("type", "password")


def test_a_message_can_be_put_away(browser: Browser, open_page: OpenPage) -> None:
    page = open_page(browser, "/accounts/settings/")
    page.get_by_role("textbox", name="Name").fill("Ada")
    page.get_by_role("button", name="Save the name").click()
    message = page.get_by_role("status").get_by_text("Your name is saved.")
    expect(message).to_be_visible()
    page.get_by_role("button", name="Put this message away").click()
    expect(message).to_be_hidden()


def test_the_first_stop_of_the_keyboard_leads_to_the_content(
    browser: Browser, open_page: OpenPage
) -> None:
    page = open_page(browser, "/accounts/settings/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()


@pytest.mark.parametrize(
    "path", ["/", "/accounts/settings/", "/accounts/email/", "/nowhere/", "/styles/", "/gallery/"]
)
def test_no_page_is_wider_than_a_narrow_screen(
    browser: Browser, open_page: OpenPage, path: str
) -> None:
    page = open_page(browser, path)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    small = page.evaluate(
        """() => [...document.querySelectorAll("main button, main .button, header a, summary")]
            .filter((control) => control.checkVisibility())
            .filter((control) => control.getBoundingClientRect().height < 43.5)
            .map((control) => control.textContent.trim())"""
    )
    assert small == []
