"""Signing in with an app, a recovery code and a passkey, by hand and eye of a real browser."""

from __future__ import annotations

import io
import re
import urllib.parse

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.accounts.conftest import APPS_TIME, PASSWORD, apps_clock, code_of_app
from tests.browser.conftest import CheckPage, OpenPage, sign_in

__all__ = ["apps_clock"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
CANCEL = """
  () => {
    const cancel = async () => { throw new DOMException("", "NotAllowedError"); };
    navigator.credentials.create = cancel;
  }
"""
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def prove(page: Page) -> None:
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/")


def secret_in_the_picture(page: Page) -> str:
    """What an app's camera would read off the screen."""
    shown = page.get_by_alt_text("A QR code with the key, for the app").screenshot()
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(shown)))
    address = urllib.parse.urlsplit(code.text)
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert urllib.parse.unquote(address.path) == "/ada@example.org"
    return urllib.parse.parse_qs(address.query)["secret"][0]


def enter_code(page: Page, code: str, button: str) -> None:
    page.get_by_label("ode", exact=False).first.fill(code)
    page.get_by_role("button", name=button, exact=True).click()


def test_an_app_is_set_up_and_asked_for_and_codes_on_paper_stand_in(
    browser: Browser, open_page: OpenPage, no_axe_violations: CheckPage
) -> None:
    page = open_page(browser, "/accounts/2fa/", viewport=PHONE)
    no_axe_violations(page)
    page.get_by_role("link", name="Set up an app").click()
    no_axe_violations(page)
    prove(page)

    expect(page.get_by_role("heading", name="Set up an app")).to_be_visible()
    no_axe_violations(page)
    secret = secret_in_the_picture(page)
    assert secret == page.locator("[data-secret]").inner_text()
    enter_code(page, code_of_app(secret, APPS_TIME - 30), "Turn it on")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    no_axe_violations(page)
    codes = page.locator("[data-codes] li").all_inner_texts()
    assert len(codes) == 10

    sign_out(page)
    sign_in(page)
    expect(page.get_by_role("heading", name="The second step")).to_be_visible()
    no_axe_violations(page)
    enter_code(page, code_of_app(secret), "Sign in")
    page.wait_for_url("**/new/")

    sign_out(page)
    sign_in(page)
    enter_code(page, codes[0], "Sign in")
    page.wait_for_url("**/new/")
    page.goto("/accounts/2fa/")
    expect(page.get_by_text("9 codes are left.")).to_be_visible()


def test_a_passkey_signs_in_alone_and_as_second_step_proves_anew_and_is_renamed_and_removed(
    browser: Browser, open_page: OpenPage, no_axe_violations: CheckPage
) -> None:
    page = open_page(browser, "/accounts/2fa/webauthn/add/")
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    prove(page)
    no_axe_violations(page)
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    sign_out(page)
    page.goto("/accounts/login/?next=/gallery/")
    no_axe_violations(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile(r":\d+/gallery/$"))

    sign_out(page)
    sign_in(page)
    page.get_by_role("button", name="Use a passkey instead").click()
    page.wait_for_url("**/new/")

    page.goto("/accounts/2fa/webauthn/reauthenticate/?next=/gallery/")
    no_axe_violations(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(re.compile(r":\d+/gallery/$"))

    page.goto("/accounts/2fa/webauthn/")
    no_axe_violations(page)
    page.get_by_role("link", name="Rename “My phone”").click()
    no_axe_violations(page)
    page.get_by_label("Name").fill("The old phone")
    page.get_by_role("button", name="Save the name").click()
    page.get_by_role("link", name="Remove “The old phone”").click()
    no_axe_violations(page)
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("You have no passkey yet.")).to_be_visible()

    sign_out(page)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("That didn’t fit.")).to_be_visible()


def test_a_passkey_that_is_cancelled_says_so_and_the_form_stays(
    browser: Browser, open_page: OpenPage
) -> None:
    page = open_page(browser, "/accounts/2fa/webauthn/add/")
    prove(page)
    page.evaluate(CANCEL)
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("No passkey came back")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("My phone")


def test_where_passkeys_cannot_work_the_page_says_where_they_do(
    browser: Browser, open_page: OpenPage, no_axe_violations: CheckPage
) -> None:
    page = open_page(
        browser,
        "/accounts/2fa/webauthn/add/",
        init_script="Object.defineProperty(window, 'isSecureContext', { value: false })",
    )
    prove(page)
    expect(page.get_by_text("opened by its name with HTTPS, or as localhost")).to_be_visible()
    expect(page.get_by_role("button", name="Make the passkey")).to_be_hidden()
    no_axe_violations(page)


@pytest.mark.parametrize("path", ["/accounts/sessions/", "/accounts/2fa/webauthn/"])
def test_the_pages_break_no_rule(
    browser: Browser, open_page: OpenPage, no_axe_violations: CheckPage, path: str
) -> None:
    no_axe_violations(open_page(browser, path, viewport=PHONE))
