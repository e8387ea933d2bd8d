"""What is painted is saved, found again, and painted with."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Route, expect

from accounts.models import User
from gallery.models import Artwork, Style
from tests.browser.conftest import OpenPage
from tests.browser.masks.editor import mask_named, pixels, stripes, studio
from tests.transfers.drawings import as_file
from transfers.models import ContentImage, Transfer
from transfers.photos import add_photo
from transfers.queue import runner

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_when_saving_fails_nothing_is_lost_and_it_is_tried_again(
    browser: Browser, open_page: OpenPage, photo: ContentImage, styles: list[Style]
) -> None:
    editor = studio(open_page, browser, photo, styles[0]).open()
    page = editor.page

    def cut(route: Route) -> None:
        route.abort()

    page.route("**/masks/", cut)
    editor.drag((0.2, 0.2), (0.2, 0.8))
    state = page.locator("dialog [data-masks-state]")
    expect(state).to_contain_text("the connection was lost. It is still here")
    part = editor.place("Stripes")
    editor.button("Done")
    page.get_by_role("button", name="Paint it").click()
    alert = page.locator("[data-masks] [data-masks-state]")
    expect(alert).to_be_visible()
    assert not Transfer.objects.pictures().exists()
    page.unroute("**/masks/", cut)
    page.locator("[data-masks]").get_by_role("button", name="Try again").click()
    expect(alert).to_be_hidden()
    expect(page.locator("[data-masks]")).to_have_attribute("data-state", "saved")
    assert mask_named(page, f"mask-{styles[0].pk}").percent == int(part.split()[0])


def test_painting_at_once_waits_for_what_was_just_painted(
    browser: Browser, open_page: OpenPage, photo: ContentImage, styles: list[Style]
) -> None:
    editor = studio(open_page, browser, photo, styles[0]).open()
    editor.drag((0.2, 0.2), (0.2, 0.8))
    editor.button("Done")
    editor.page.get_by_role("button", name="Paint it").click()
    editor.page.wait_for_url("**/transfers/*/")
    transfer = Transfer.objects.pictures().get()
    share = transfer.style_shares.get()
    assert share.mask is not None
    assert pixels(share.mask)[40, 24] == 255
    assert transfer.params["outside_masks"] == "photo"


def test_it_is_still_there_after_a_reload_and_when_a_photo_is_come_back_to(
    browser: Browser, open_page: OpenPage, photo: ContentImage, styles: list[Style], user: User
) -> None:
    other = add_photo(user, BytesIO(as_file(stripes(), "PNG")), "upload", "Other")
    editor = studio(open_page, browser, photo, styles[0]).open()
    page = editor.page
    editor.drag((0.2, 0.2), (0.2, 0.8))
    editor.saved()
    editor.done()
    field = page.locator(f"input[name='mask-{styles[0].pk}']")
    mask = field.input_value()
    summary = page.locator("[data-masks-summary]")
    said = summary.inner_text()
    page.reload()
    expect(summary).to_have_text(said)
    expect(field).to_have_value(mask)
    page.locator(f"[data-latest-photo='{other.pk}']").click()
    expect(page.get_by_text("Every style goes everywhere.")).to_be_visible()
    expect(field).to_have_value("")
    page.locator(f"[data-latest-photo='{photo.pk}']").click()
    expect(summary).to_have_text(said)
    expect(field).to_have_value(mask)


def test_a_quick_look_begins_with_what_was_painted(
    browser: Browser, open_page: OpenPage, photo: ContentImage, styles: list[Style]
) -> None:
    editor = studio(open_page, browser, photo, styles[0]).open()
    editor.drag((0.2, 0.2), (0.2, 0.8))
    editor.saved()
    looks = Transfer.objects.looks().exclude(style_shares__mask=None)
    for _try in range(100):
        if looks.exists():
            break
        editor.page.wait_for_timeout(100)
    look = looks.get()
    share = look.style_shares.get()
    assert share.mask
    assert pixels(share.mask)[40, 24] == 255
    assert look.params["outside_masks"] == "photo"
    editor.page.goto("/photos/")  # so that it is cancelled while its row is there


@pytest.mark.vgg
def test_what_is_painted_changes_only_where_the_mask_is(
    browser: Browser, open_page: OpenPage, photo: ContentImage, styles: list[Style]
) -> None:
    """By mouse in the browser, through the form, the queue and the real VGG19, to the pixels."""
    editor = studio(open_page, browser, photo, styles[0]).open()
    page = editor.page
    editor.brush(40)
    editor.drag((0.2, 0.1), (0.2, 0.9))
    editor.layer("Keep the photo here")
    editor.brush(20)
    editor.drag((0.2, 0.95), (0.3, 0.95))
    editor.done()
    page.get_by_text("A size of your own").click()
    page.get_by_label("Longer side in pixels").fill("96")
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/transfers/*/")
    while not Artwork.objects.exists():  # before it perhaps a quick look
        assert runner.paint_next() is True
    work = Artwork.objects.get()

    size = (work.width, work.height)
    assert size == (96, 64)
    transfer = Transfer.objects.pictures().get()
    share, protect = transfer.style_shares.get(), transfer.protect
    assert share.mask
    assert protect
    painted = np.asarray(work.opened(), int)
    kept = np.asarray(photo.opened().resize(size, Image.Resampling.LANCZOS), int)
    difference = np.abs(painted - kept).max(2)
    where, keeps = (
        np.asarray(m.opened().resize(size, Image.Resampling.BILINEAR), float) / 255
        for m in (share.mask, protect)
    )
    outside, hidden, inside = where == 0, keeps == 1, (where == 1) & (keeps == 0)
    assert outside.mean() > 0.4
    assert hidden.sum() > 100
    assert inside.mean() > 0.1
    assert difference[outside].max() == 0
    assert difference[hidden].max() == 0
    assert difference[inside].mean() > 10
    page.goto(f"/gallery/{work.pk}/")
    expect(page.get_by_role("img", name=f"Stripes: {share.mask.percent} %")).to_be_visible()
    expect(page.get_by_role("img", name="The photo, kept")).to_be_visible()
