"""The operator's page of the queue follows by itself, and its buttons ask first."""

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from accounts.models import User
from tests.browser.conftest import OpenPage
from transfers.models import ContentImage, Transfer, WorkerHost

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_it_follows_by_itself_and_asks_before_it_acts(
    browser: Browser, open_page: OpenPage, user: User
) -> None:
    user.is_staff = user.is_superuser = True
    user.save()
    photo = ContentImage.objects.create(
        owner=user, title="Harbour", width=4, height=4, bytes=1, sha256="0" * 64
    )
    page = open_page(browser, "/admin/queue/")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.get_by_text("Nobody waits.")).to_be_visible()
    transfer = Transfer.objects.create(owner=user, content_image=photo, params={})
    WorkerHost.objects.create(name="paint-07~1", workers=1, threads_per_worker=1)
    expect(page.get_by_text(str(transfer.pk))).to_be_visible()
    expect(page.get_by_role("rowheader", name="paint-07~1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="Cancel it?")).to_be_visible()
    page.get_by_role("link", name="No, leave it").click()
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("It is cancelled.")).to_be_visible()
    transfer.refresh_from_db()
    assert transfer.state == Transfer.State.CANCELLED
    assert transfer.finished_at <= timezone.now()
