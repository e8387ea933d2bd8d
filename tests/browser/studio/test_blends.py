"""Blends of styles: by sliders, a point, keys, a thumb, and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from gallery.models import Style
from tests.browser.conftest import OpenPage
from tests.browser.studio.conftest import LISTEN, pick
from transfers.models import ContentImage, Transfer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_four_styles_are_blended_and_a_fifth_is_not_offered(
    browser: Browser, open_page: OpenPage, styles: dict[str, Style], photo: ContentImage
) -> None:
    page = open_page(browser, f"/new/?photo={photo.pk}")
    page.evaluate(LISTEN)
    pick(page, "Waves")
    pick(page, "Dots")  # instead of it
    expect(page.locator("[data-chosen]")).to_have_count(1)
    page.get_by_label("Blend up to 4 styles").check()
    for title in ("Stripes", "Tiles", "Leaves"):
        pick(page, title)
    expect(page.get_by_text("That is all 4")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Waves")).to_be_disabled()
    page.get_by_role("button", name="Leave out Tiles").click()
    expect(page.get_by_role("checkbox", name="Waves")).to_be_enabled()
    page.get_by_role("slider", name="How much of Dots").fill("100")
    expect(page.locator("[data-share]").first).to_have_text("50 %")
    assert page.evaluate("window.heard.at(-2)") == ["styles", ["Dots", "Stripes", "Leaves"]]
    assert page.evaluate("window.heard.at(-1)[0]") == "changed"
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/transfers/*/")
    shares = Transfer.objects.pictures().get().style_shares.select_related("style")
    assert [(share.style.title, share.weight) for share in shares] == [
        ("Dots", 100),
        ("Stripes", 50),
        ("Leaves", 50),
    ]
    # The first one leads.
    assert Transfer.objects.pictures().get().params["keep_colors"] == "luminance"


def test_a_search_keeps_what_is_chosen_and_its_order(
    browser: Browser, open_page: OpenPage, styles: dict[str, Style]
) -> None:
    page = open_page(browser, f"/new/?style={styles['Waves'].pk}&style={styles['Dots'].pk}")
    expect(page.get_by_label("Blend up to 4 styles")).to_be_checked()
    page.get_by_role("searchbox").fill("stripes")
    expect(page.get_by_role("checkbox", name="Leaves")).to_have_count(0)
    for title in ("Waves", "Dots"):
        expect(page.get_by_role("checkbox", name=title)).to_be_checked()
    pick(page, "Stripes")
    chosen = page.locator("[data-chosen] [data-title-shown]")
    expect(chosen).to_have_text(["Waves", "Dots", "Stripes"])
    page.get_by_label("Blend up to 4 styles").uncheck()
    expect(chosen).to_have_text(["Waves"])
    expect(page.get_by_role("radio", name="Waves")).to_be_checked()


def test_from_photo_to_blend_to_painting_by_keyboard_alone(
    browser: Browser, open_page: OpenPage, styles: dict[str, Style], photo: ContentImage
) -> None:
    page = open_page(browser, "/new/")
    page.get_by_role("link", name="Paint Harbour").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="Your photo: Harbour")).to_be_visible()
    tab_to(page, "[data-blend]")
    page.keyboard.press("Space")
    tab_to(page, "[data-pick][data-title=Stripes]")
    page.keyboard.press("Space")
    tab_to(page, "[data-pick][data-title=Dots]")
    page.keyboard.press("Space")
    expect(page.locator("[data-chosen]")).to_have_count(2)
    tab_to(page, "[data-chosen]:last-child [data-slider]", back=True)
    page.keyboard.press("End")
    tab_to(page, "[data-submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/transfers/*/")
    shares = Transfer.objects.pictures().get().style_shares.select_related("style")
    assert [(s.style.title, s.weight) for s in shares] == [("Stripes", 50), ("Dots", 100)]


def tab_to(page: Page, wanted: str, *, back: bool = False) -> None:
    for _step in range(80):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"no way by the keyboard to {wanted}")


def weights(page: Page) -> list[str]:
    numbers = page.locator("[data-chosen] [data-weight] [type=number]")
    return [numbers.nth(n).input_value() for n in range(numbers.count())]


def test_a_point_in_a_triangle_or_a_square_weighs_three_or_four(
    browser: Browser, open_page: OpenPage, styles: dict[str, Style]
) -> None:
    ids = "&style=".join(str(styles[title].pk) for title in ("Stripes", "Dots", "Waves"))
    page = open_page(browser, f"/new/?style={ids}")
    page.evaluate(LISTEN)
    pad = page.get_by_role("slider", name="Point between the styles")
    expect(pad).to_have_attribute("aria-valuetext", "Stripes 33 %, Dots 33 %, Waves 33 %")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 9, box["y"] + box["height"] + 9, steps=4)
    assert page.evaluate("window.heard") == []  # not before it is let go
    page.mouse.up()
    assert weights(page) == ["0", "100", "0"]
    assert page.evaluate("window.heard.at(-1)") == ["changed", "weights"]
    pad.press("Home")
    assert weights(page) == ["33", "33", "33"]
    for _step in range(30):
        pad.press("ArrowUp")
    assert weights(page) == ["100", "0", "0"]
    page.get_by_role("slider", name="How much of Waves").fill("100")
    expect(pad).to_have_attribute("aria-valuetext", "Stripes 50 %, Dots 0 %, Waves 50 %")
    pick(page, "Leaves")
    pad.press("Home")
    assert weights(page) == ["25", "25", "25", "25"]
    for key in ["ArrowRight", "ArrowDown"] * 20:
        pad.press(key)
    assert weights(page) == ["0", "0", "0", "100"]
    page.get_by_role("button", name="Leave out Leaves").click()
    page.get_by_role("button", name="Leave out Waves").click()
    expect(pad).to_have_count(0)


def test_a_style_that_is_moved_to_nothing_hands_the_lead_to_the_next(
    browser: Browser, open_page: OpenPage, styles: dict[str, Style]
) -> None:
    ids = "&style=".join(str(styles[title].pk) for title in ("Stripes", "Dots", "Waves"))
    page = open_page(browser, f"/new/?style={ids}")
    strength = page.locator("[name=style_strength]")
    colours = page.locator("[data-control=keep_colors] [data-recommended-shown]")
    expect(strength).to_have_attribute("placeholder", "71")  # as Stripes recommends
    page.get_by_role("slider", name="How much of Stripes").fill("0")
    expect(strength).to_have_attribute("placeholder", "90")
    expect(colours).to_contain_text("only light and dark")  # as Dots recommends
    page.get_by_role("slider", name="Point between the styles").press("Home")
    expect(strength).to_have_attribute("placeholder", "71")


def test_a_thumb_on_a_phone_can_do_it_all(
    browser: Browser, open_page: OpenPage, styles: dict[str, Style], photo: ContentImage
) -> None:
    phone = {"has_touch": True, "viewport": {"width": 390, "height": 844}}
    page = open_page(browser, f"/new/?photo={photo.pk}", **phone)
    page.get_by_label("Blend up to 4 styles").tap()
    for title in ("Stripes", "Dots", "Waves"):
        page.locator("#style-choices").get_by_text(title, exact=True).tap()
    pad = page.get_by_role("slider", name="Point between the styles")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    pad.tap(position={"x": 2, "y": box["height"] - 2})
    near = [int(weight) for weight in weights(page)]
    assert near[1] >= 95
    page.get_by_text("Finer control").tap()
    page.get_by_role("combobox", name="Colours").select_option("covariance")
    page.get_by_role("button", name="Paint it").tap()
    page.wait_for_url("**/transfers/*/")
    painted = Transfer.objects.pictures().get()
    assert painted.params["keep_colors"] == "covariance"
    shares = {share.style.title: share.weight for share in painted.style_shares.all()}
    assert shares["Dots"] == near[1]


def test_without_javascript_a_blend_is_set_up_in_two_steps(
    browser: Browser, open_page: OpenPage, styles: dict[str, Style], photo: ContentImage
) -> None:
    page = open_page(browser, f"/new/?photo={photo.pk}", java_script_enabled=False)
    expect(page.locator("[data-slider]").first).to_be_hidden()  # a slider would say nothing
    for title in ("Stripes", "Dots"):
        page.locator("#style-choices").get_by_text(title, exact=True).click()
    page.get_by_role("button", name="Say how much of each").click()
    page.get_by_label("How much of Dots, from 0 to 100").fill("75")
    page.get_by_label("How much style").first.fill("12")
    page.get_by_role("button", name="Paint it").click()
    page.wait_for_url("**/transfers/*/")
    painted = Transfer.objects.pictures().get()
    assert painted.params["style_strength"] == 12
    shares = [(share.style.title, share.weight) for share in painted.style_shares.all()]
    assert shares == [("Stripes", 50), ("Dots", 75)]
