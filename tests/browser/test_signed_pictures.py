"""Pictures that the browser fetches from the bucket, sent there by the site."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django import Settings

from accounts.models import User
from tests.browser.conftest import OpenPage
from tests.gallery.drawings import RECIPE, gradient, hang_artwork
from tests.services.s3 import S3

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_picture_comes_from_the_bucket_and_from_nowhere_else(
    bucket: str, s3: S3, settings: Settings, user: User, browser: Browser, open_page: OpenPage
) -> None:
    settings.S3_SIGNED_URLS = True
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    images = [*directives["img-src"], s3.endpoint]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**directives, "img-src": images}}
    work = hang_artwork(
        owner=user, image=gradient(), before=gradient(), title="Mill", recipe=RECIPE
    )
    page = open_page(browser, "/")
    fetched: list[str] = []
    page.on("response", lambda answer: fetched.append(answer.url))
    page.goto(f"/gallery/{work.pk}/")
    picture = page.locator(f"img[src*='{work.pk}']").first
    expect(picture).to_be_visible()
    page.wait_for_function("image => image.naturalWidth > 0", arg=picture.element_handle())
    assert any(url.startswith(f"{s3.endpoint}/{bucket}/artworks/") for url in fetched)
