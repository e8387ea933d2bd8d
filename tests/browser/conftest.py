"""A real Chromium: its cameras, a signed-in page, and files to drop on it.

Debian's browser where there is one, Playwright's own otherwise (see ``install``). A page that logs
an error or breaks the Content Security Policy fails its test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.browser.install import QUIET, find_browser
from tests.conftest import PASSWORD

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""The rules that a page is held against: WCAG 2.2, levels A and AA."""

OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""Those of them that look at colours, which are all that differs between light and dark."""

IS_DARK = "() => matchMedia('(prefers-color-scheme: dark)').matches"
SETTLE_COLOURS = """() => {
  for (const one of document.getAnimations()) {
    if (one instanceof CSSTransition && one.transitionProperty.endsWith("color")) one.finish();
  }
}"""

Launch = Callable[..., Browser]
OpenPage = Callable[..., Page]
CheckPage = Callable[[Page], None]


SEEN_WITHIN_MS = 15_000
"""What a page is to show may take so long: two browsers and two sites may share two cores."""


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=SEEN_WITHIN_MS)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def launch(playwright: Playwright) -> Iterator[Launch]:
    """Starts a browser with the given flags, or without some; all are closed at the end."""
    browsers: list[Browser] = []

    def start(*flags: str, without: Sequence[str] = ()) -> Browser:
        browser = playwright.chromium.launch(
            executable_path=find_browser(),
            headless=True,
            args=[*QUIET, *flags],
            ignore_default_args=list(without),
        )
        browsers.append(browser)
        return browser

    yield start
    for browser in browsers:
        browser.close()


@pytest.fixture(scope="session")
def browser(launch: Launch) -> Browser:
    return launch()


@pytest.fixture
def keeps_pages(launch: Launch) -> Browser:
    """Keeps whole pages in memory for its Back button, which Playwright switches off elsewhere."""
    return launch(without=["--disable-back-forward-cache"])


@pytest.fixture
def open_page(live_server: LiveServer, user: User) -> Iterator[OpenPage]:
    """Opens a path of the live server, signed in, and watches for errors in the console."""
    errors: list[str] = []
    pages: list[Page] = []
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value

    def open_in(browser: Browser, path: str, init_script: str = "", **options: object) -> Page:
        """``options`` are those of a browser's context: ``viewport``, ``has_touch``, …"""
        context = browser.new_context(base_url=live_server.url, accept_downloads=True, **options)
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        if init_script:
            context.add_init_script(init_script)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: _note(errors, message.type, message.text))
        page.goto(path)
        pages.append(page)
        return page

    yield open_in
    for page in pages:
        page.context.close()
    assert errors == []


@pytest.fixture(scope="session")
def no_axe_violations() -> CheckPage:
    """Fails where axe finds a page, as it is at this moment, at odds with WCAG: in the light or in
    the dark.

    What axe cannot decide (contrast over a picture, for one) it leaves to the eye.
    """
    axe = Axe()
    everything = {
        "runOnly": {"type": "tag", "values": WCAG},
        "rules": {"target-size": {"enabled": True}},  # axe leaves it out unless asked
        "resultTypes": ["violations"],
    }
    colours = {**everything, "runOnly": {"type": "rule", "values": OF_COLOURS}, "rules": {}}

    def check_as_it_is(page: Page, scheme: str, options: dict[str, object]) -> None:
        found = axe.run(page, options=options).response["violations"]
        assert not found, f"{scheme}:\n" + "\n".join(
            f"{rule['id']}: {rule['help']}\n  {node['html']}\n  {node['failureSummary']}"
            for rule in found
            for node in rule["nodes"]
        )

    def check(page: Page) -> None:
        shown = "dark" if page.evaluate(IS_DARK) else "light"
        check_as_it_is(page, shown, everything)
        page.emulate_media(color_scheme="light" if shown == "dark" else "dark")
        page.evaluate(SETTLE_COLOURS)
        check_as_it_is(page, f"not {shown}", colours)
        page.emulate_media(color_scheme=shown)  # type: ignore[arg-type]
        page.evaluate(SETTLE_COLOURS)

    return check


# What the browser and htmx say of answers of 400 and above, of a server that is away, and of a
# request that a newer one replaced: tests bring these about on purpose.
EXPECTED = (
    "Failed to load resource",
    "Response Status Error Code 503",
    "htmx:afterRequest",
    "htmx:sendError",
    "htmx:sendAbort",
)


def _note(errors: list[str], kind: str, text: str) -> None:
    if kind == "error" and not text.startswith(EXPECTED):
        errors.append(text)


def sign_in(page: Page) -> None:
    """As ``user``, with the password."""
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
