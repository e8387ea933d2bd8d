"""Settings that follow the style, and settings of one's own, with JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from accounts.models import User
from engine.params import Params
from gallery.models import Style
from tests.browser.conftest import CheckPage, OpenPage
from tests.browser.studio.conftest import LISTEN, pick
from transfers.models import ContentImage, MachineSpeed, SavedSettings, Transfer
from transfers.studio import saved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_style_moves_what_nobody_has_touched_and_nothing_else(
    browser: Browser, open_page: OpenPage, styles: dict[str, Style], photo: ContentImage
) -> None:
    page = open_page(browser, f"/new/?photo={photo.pk}")
    slider = page.get_by_role("slider", name="How much style")
    expect(slider).to_have_value("90")
    pick(page, "Stripes")
    expect(slider).to_have_value("71")
    page.get_by_text("Finer control").click()
    page.get_by_role("spinbutton", name="Smoothing").fill("3")
    pick(page, "Dots")
    expect(slider).to_have_value("90")
    expect(page.get_by_role("spinbutton", name="Smoothing")).to_have_value("3")
    colours = page.get_by_role("combobox", name="Colours")
    expect(colours.locator("option").first).to_contain_text("As recommended: Your photo’s")
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/transfers/*/")
    params = Params.from_json(Transfer.objects.pictures().get().params)
    assert params == Params(size_px=512, keep_colors="luminance", tv_weight=3.0)


def test_what_is_not_as_recommended_says_so_and_is_reset_alone_or_with_all(
    browser: Browser, open_page: OpenPage, styles: dict[str, Style]
) -> None:
    page = open_page(browser, f"/new/?style={styles['Stripes'].pk}")
    page.get_by_text("Finer control").click()
    brush = page.get_by_role("slider", name="Brush size")
    expect(brush).to_have_attribute("aria-valuetext", "1.5 ×")
    expect(page.get_by_text("Recommended: 1.5 ×")).to_be_hidden()
    brush.press("End")
    expect(page.get_by_role("spinbutton", name="Brush size")).to_have_value("4")
    expect(page.get_by_text("Recommended: 1.5 ×")).to_be_visible()
    page.get_by_role("button", name="Reset Brush size").click()
    expect(brush).to_have_attribute("aria-valuetext", "1.5 ×")
    expect(brush).to_be_focused()
    expect(page.get_by_role("button", name="Reset everything")).to_be_hidden()
    page.get_by_role("slider", name="How much style").press("Home")
    page.get_by_role("combobox", name="Colours").select_option("covariance")
    page.get_by_role("button", name="Reset everything").click()
    expect(page.get_by_role("slider", name="How much style")).to_have_value("71")
    expect(page.get_by_role("combobox", name="Colours")).to_have_value("")
    expect(page.get_by_text("All settings are as recommended again.")).to_be_attached()


def test_enter_in_a_field_paints_nothing_yet(
    browser: Browser, open_page: OpenPage, styles: dict[str, Style], photo: ContentImage
) -> None:
    page = open_page(browser, f"/new/?photo={photo.pk}&style={styles['Waves'].pk}")
    page.evaluate(LISTEN)
    number = page.get_by_role("spinbutton", name="How much style")
    number.fill("33")
    number.press("Enter")
    assert page.evaluate("window.heard") == [["changed", "style_strength"]]
    expect(page.get_by_role("slider", name="How much style")).to_have_value("33")
    assert not Transfer.objects.pictures().exists()


def test_times_follow_the_settings(
    browser: Browser, open_page: OpenPage, styles: dict[str, Style], photo: ContentImage
) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=2e5, overhead_s=10)
    page = open_page(browser, f"/new/?photo={photo.pk}&style={styles['Waves'].pk}")
    page.get_by_text("Finer control").click()
    page.get_by_role("spinbutton", name="Steps").fill("20000")
    page.get_by_role("spinbutton", name="Steps").press("Tab")
    expect(page.locator("#time-draft")).to_contain_text("hour")
    page.get_by_role("radio", name="A size of your own").check()
    page.get_by_label("Longer side in pixels").fill("300")
    page.keyboard.press("Tab")
    expect(page.locator("#time-own")).to_contain_text("hour")


def test_settings_are_saved_used_renamed_deleted_and_had_back_in_place(
    browser: Browser,
    open_page: OpenPage,
    styles: dict[str, Style],
    photo: ContentImage,
    user: User,
) -> None:
    page = open_page(browser, f"/new/?photo={photo.pk}&style={styles['Stripes'].pk}")
    page.get_by_role("slider", name="How much style").fill("35")
    page.get_by_text("Settings of your own").click()
    page.get_by_label("Name for what is set here").fill("Soft")
    page.get_by_label("Name for what is set here").press("Enter")
    use = page.get_by_role("button", name="Use “Soft”")
    expect(use).to_be_visible()
    assert SavedSettings.objects.get().params["style_scale"] == 1.5
    page.get_by_role("button", name="Reset everything").click()
    pick(page, "Dots")
    page.get_by_role("radio", name="Fine").check()
    use.click()
    expect(page.get_by_role("slider", name="How much style")).to_have_value("35")
    expect(page.get_by_role("radio", name="Standard")).to_be_checked()
    expect(page.get_by_text("“Soft” is what is set now.")).to_be_attached()
    page.locator("#own-settings summary").click()
    page.get_by_label("New name of “Soft”").fill("Softer")
    page.get_by_label("New name of “Soft”").press("Enter")
    expect(page.get_by_role("button", name="Use “Softer”")).to_be_visible()
    page.locator("#own-settings summary").click()
    page.get_by_role("button", name="Delete “Softer”").click()
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Use “Softer”")).to_be_visible()
    expect(page.get_by_role("img", name="Your photo: Harbour")).to_be_visible()
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/transfers/*/")
    params = Params.from_json(Transfer.objects.pictures().get().params)
    assert params == Params(size_px=512, style_strength=35.0, style_scale=1.5)


def test_a_mistake_in_what_is_folded_away_is_shown(
    browser: Browser, open_page: OpenPage, styles: dict[str, Style], photo: ContentImage
) -> None:
    page = open_page(browser, f"/new/?photo={photo.pk}&style={styles['Waves'].pk}")
    page.get_by_text("Finer control").click()
    page.get_by_role("spinbutton", name="Brush size").fill("99")
    page.get_by_text("Finer control").click()
    page.get_by_role("button", name="Paint it").click()
    expect(page.get_by_role("spinbutton", name="Brush size")).to_be_visible()
    assert not Transfer.objects.pictures().exists()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_keeps_anybody_out(
    browser: Browser,
    open_page: OpenPage,
    styles: dict[str, Style],
    photo: ContentImage,
    user: User,
    no_axe_violations: CheckPage,
    width: int,
) -> None:
    saved.save(user, "Soft", Params(style_strength=40))
    ids = "".join(f"&style={styles[title].pk}" for title in ("Stripes", "Dots", "Waves"))
    page = open_page(browser, f"/new/?photo={photo.pk}{ids}")
    page.set_viewport_size({"width": width, "height": 844})
    for folded in ("Finer control", "For experts", "Settings of your own"):
        page.get_by_text(folded).click()
    page.locator("#own-settings summary").click()
    page.get_by_role("slider", name="Brush size").press("End")
    no_axe_violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_layers_are_added_weighed_and_left_out(
    browser: Browser, open_page: OpenPage, styles: dict[str, Style], photo: ContentImage
) -> None:
    page = open_page(browser, f"/new/?photo={photo.pk}&style={styles['Waves'].pk}")
    page.get_by_text("For experts").click()
    add = page.get_by_role("combobox", name="Layers for the style: add one")
    for layer in ("relu1_1", "conv4_1"):
        add.select_option(layer)
        page.get_by_role("button", name="Add to “Layers for the style”").click()
    page.get_by_role("slider", name="Weight of conv4_1").press("End")
    field = page.get_by_role("textbox", name="Layers for the style")
    expect(field).to_have_value("relu1_1 1, conv4_1 10")
    field.fill("relu1_1 1, relu5_1 0.5")
    expect(page.get_by_role("slider", name="Weight of relu5_1")).to_be_visible()
    page.get_by_role("button", name="Leave out relu1_1").click()
    expect(field).to_have_value("relu5_1 0.5")
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/transfers/*/")
    assert Transfer.objects.pictures().get().params["style_layers"] == {"relu5_1": 0.5}
