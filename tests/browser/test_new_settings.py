"""The studio with JavaScript: blends, settings that follow the style, and settings of one's own."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from engine.params import Params
from gallery.models import Style
from tests.browser.conftest import CheckPage, OpenPage
from tests.transfers.drawings import as_file, quadrants
from transfers.models import ContentImage, MachineSpeed, SavedSettings, Transfer
from transfers.photos import add_photo
from transfers.studio import saved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LISTEN = """() => {
  window.heard = [];
  for (const name of ['changed', 'styles', 'photo']) {
    document.addEventListener(`studio:${name}`, (event) => {
      const {detail} = event;
      window.heard.push(name === 'styles' ? ['styles', detail.map((one) => one.title)]
        : [name, detail.name ?? detail.id]);
    });
  }
}"""


@pytest.fixture
def styles(transactional_db: None) -> dict[str, Style]:
    made = {}
    for number, (title, params) in enumerate(
        {
            "Stripes": {"style_strength": 71, "style_scale": 1.5},
            "Dots": {"keep_colors": "luminance"},
            "Waves": {},
            "Leaves": {},
            "Tiles": {},
        }.items()
    ):
        style = Style(title=title, slug=title.lower(), params=params, position=number)
        style.set_picture(quadrants(90, 90))
        style.save()
        made[title] = style
    return made


@pytest.fixture
def photo(user: User, transactional_db: None) -> ContentImage:
    return add_photo(user, BytesIO(as_file(quadrants())), "upload", "Harbour")


def pick(page: Page, title: str) -> None:
    page.locator("#style-choices").get_by_text(title, exact=True).click()


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
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(250)
        no_axe_violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


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


def page_of(user: User, browser: Browser, live_server: LiveServer, **kind: Any) -> Page:
    """A page of another kind of browser, signed in."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(base_url=live_server.url, **kind)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    return context.new_page()


def test_a_thumb_on_a_phone_can_do_it_all(
    browser: Browser,
    live_server: LiveServer,
    styles: dict[str, Style],
    photo: ContentImage,
    user: User,
) -> None:
    phone = {"has_touch": True, "viewport": {"width": 390, "height": 844}}
    page = page_of(user, browser, live_server, **phone)
    page.goto(f"/new/?photo={photo.pk}")
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
    page.context.close()


def test_without_javascript_a_blend_is_set_up_in_two_steps(
    browser: Browser,
    live_server: LiveServer,
    styles: dict[str, Style],
    photo: ContentImage,
    user: User,
) -> None:
    page = page_of(user, browser, live_server, java_script_enabled=False)
    page.goto(f"/new/?photo={photo.pk}")
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
    page.context.close()
