"""Taking a copy, leaving and coming back; and that no page asks anybody else for anything."""

from __future__ import annotations

import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from gallery import albums, publishing, shares
from gallery.models import Artwork, Profile, Style
from stylesite.privacy.models import AccountDeletion
from tests.browser.conftest import CheckPage, OpenPage, sign_in
from tests.gallery.drawings import gradient, hang_artwork
from tests.transfers.drawings import quadrants

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 800}


@pytest.fixture
def work(user: User) -> Artwork:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return hang_artwork(owner=user, image=gradient(), before=gradient(), title="Mill", recipe={})


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer) -> Page:
    """A visitor's."""
    context = browser.new_context(
        base_url=live_server.url, viewport=PHONE, has_touch=True, accept_downloads=True
    )
    return context.new_page()


def test_somebody_takes_a_copy_leaves_and_comes_back(
    phone: Page, work: Artwork, no_axe_violations: CheckPage, tmp_path: Path
) -> None:
    sign_in(phone)
    expect(phone).to_have_url("/new/")
    phone.goto("/data/")
    no_axe_violations(phone)
    phone.get_by_role("link", name="Take a copy").click()
    no_axe_violations(phone)
    with phone.expect_download() as download:
        phone.get_by_role("button", name="Download the copy").click()
    download.value.save_as(tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        assert archive.testzip() is None
        assert {"README.txt", "account.json", "artworks/Mill.png"} <= set(archive.namelist())

    phone.goto("/data/delete/")
    expect(phone.get_by_text("1 picture")).to_be_visible()
    no_axe_violations(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    phone.get_by_role("button", name="Delete my account").click()
    expect(phone.get_by_role("heading", name="Your account is closed")).to_be_visible()
    no_axe_violations(phone)
    phone.goto("/gallery/")
    expect(phone.get_by_role("heading", name="Sign in")).to_be_visible()

    sign_in(phone)
    expect(phone.get_by_role("heading", name="Do you want your account back?")).to_be_visible()
    no_axe_violations(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    phone.get_by_role("button", name="Give me my account back").click()
    expect(phone.get_by_text("Everything is as you left it.")).to_be_visible()
    phone.goto("/gallery/")
    expect(phone.get_by_role("link", name="Mill").first).to_be_visible()
    assert not AccountDeletion.objects.exists()
    phone.context.close()


def test_the_page_on_privacy_reads_well_on_a_phone(
    phone: Page, no_axe_violations: CheckPage
) -> None:
    phone.goto("/")
    phone.get_by_role("contentinfo").get_by_role("link", name="Privacy").click()
    expect(phone.get_by_role("heading", name="Privacy", exact=True)).to_be_visible()
    no_axe_violations(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    phone.context.close()


def test_no_page_asks_anybody_else_for_anything(
    browser: Browser, live_server: LiveServer, work: Artwork, admin_user: User
) -> None:
    """Every request of the main pages, signed in or not, is for this site."""
    style = Style(title="Stripes", slug="stripes")
    style.set_picture(quadrants(90, 90))
    style.save()
    Profile.objects.create(owner=work.owner, handle="ada", name="Ada")
    publishing.publish([work])
    album = albums.create(work.owner, "Summer", [work])
    shared = shares.address(shares.create(work.owner, album=album))
    everybody = ["/", "/styles/", f"/styles/{style.pk}/", "/explore/", f"/explore/{work.pk}/"]
    everybody += ["/@ada/", shared, "/privacy/", "/accounts/login/", "/accounts/signup/"]
    everybody += ["/accounts/password/reset/", "/api/v1/docs/", "/api/v1/problems/", "/nothing/"]
    own = ["/", "/new/", "/camera/", "/transfers/", "/gallery/", f"/gallery/{work.pk}/"]
    own += ["/gallery/trash/", "/albums/", f"/albums/{album.pk}/", "/shares/", "/photos/", "/use/"]
    own += ["/sheets/", "/booths/", "/notices/", "/data/", "/accounts/settings/", "/profile/"]
    staff = ["/admin/", "/admin/accounts/user/", "/admin/gallery/style/", "/admin/queue/"]
    walks: list[tuple[User | None, list[str]]] = [(None, everybody), (work.owner, own)]
    walks.append((admin_user, [*staff, "/admin/reports/", "/admin/examples/"]))
    asked: list[str] = []
    for who, paths in walks:
        page = browser.new_context(base_url=live_server.url).new_page()
        if who:
            let_in(page, live_server, who)
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: asked.append(socket.url))
        for path in paths:
            answer = page.goto(path)
            assert answer
            assert answer.status == (404 if path == "/nothing/" else 200), path
        page.context.close()
    here = urlsplit(live_server.url).netloc
    elsewhere = {
        url
        for url in asked
        if urlsplit(url).netloc != here and urlsplit(url).scheme not in ("data", "blob")
    }
    assert elsewhere == set()
    assert len(asked) > 4 * sum(len(paths) for _who, paths in walks)


def let_in(page: Page, live_server: LiveServer, who: User) -> None:
    client = Client()
    client.force_login(who)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
    page.context.add_cookies([cookie])


def test_the_back_button_brings_nothing_back_of_who_has_signed_out(
    keeps_pages: Browser, open_page: OpenPage, work: Artwork
) -> None:
    page = open_page(keeps_pages, "/gallery/")
    expect(page.get_by_role("img", name=work.title)).to_be_visible()
    page.goto("/accounts/logout/")
    page.evaluate("history.back()")
    page.wait_for_url("**/gallery/", wait_until="commit")
    page.evaluate("window.kept = true")
    page.evaluate("history.forward()")
    page.wait_for_url("**/logout/", wait_until="commit")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda address: "logout" not in address)
    page.evaluate("window.left = true; history.go(-2)")
    page.wait_for_function("window.left === undefined && document.readyState === 'complete'")
    assert page.evaluate("[location.pathname, window.kept ?? null]") == ["/accounts/login/", None]
