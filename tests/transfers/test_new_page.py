"""/new/, the plain form: everything here works without JavaScript."""

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from gallery.masks import keep_mask
from gallery.models import Mask, Style
from tests.gallery.bodies import post_gigabyte
from tests.transfers.drawings import BAD_FILES, BadFile, as_file, quadrants
from transfers.models import ContentImage, MachineSpeed, Transfer

URL = "/new/"


def choices(style: Style, **changes: object) -> dict[str, object]:
    return {"style": style.pk, "quality": "draft", "style_strength": "37", **changes}


def is_checked(html: str, name: str, value: object) -> bool:
    inputs = re.findall(r"<input[^>]*>", html)
    return any(
        f'name="{name}"' in tag and f'value="{value}"' in tag and re.search(r"\schecked\b", tag)
        for tag in inputs
    )


def value_of(html: str, name: str) -> str:
    tag = next(tag for tag in re.findall(r"<input[^>]*>", html) if f'name="{name}"' in tag)
    found = re.search(r'value="([^"]*)"', tag)
    assert found
    return found[1]


def recommended_of(html: str, name: str) -> str:
    tag = next(tag for tag in re.findall(r"<input[^>]*>", html) if f'name="{name}"' in tag)
    found = re.search(r'placeholder="([^"]*)"', tag)
    assert found
    return found[1]


def test_the_page_offers_presets_own_styles_and_latest_photos(
    signed_in: Client, photo: ContentImage, preset: Style, own_style: Style
) -> None:
    html = signed_in.get(URL).content.decode()
    assert f'value="{preset.pk}"' in html
    assert f'value="{own_style.pk}"' in html
    assert f"/photos/{photo.pk}/thumbnail/" in html
    assert is_checked(html, "quality", "standard")


def test_a_photo_sent_with_the_form_is_painted(
    signed_in: Client, user: User, preset: Style
) -> None:
    image = SimpleUploadedFile("old_mill.jpg", as_file(quadrants()))
    response = signed_in.post(URL, choices(preset, image=image))
    transfer = Transfer.objects.get()
    assertRedirects(response, f"/transfers/{transfer.pk}/")
    assert transfer.owner == user
    assert transfer.content_image.title == "old mill"
    assert list(transfer.styles.all()) == [preset]
    assert transfer.params["size_px"] == 256
    assert transfer.params["style_strength"] == 37
    assert transfer.state == "queued"


def test_a_photo_from_before_is_painted_again(
    signed_in: Client, photo: ContentImage, own_style: Style
) -> None:
    signed_in.post(URL, choices(own_style, photo=photo.pk))
    assert Transfer.objects.get().content_image == photo


def test_a_preset_brings_its_recommended_settings(
    signed_in: Client, photo: ContentImage, preset: Style
) -> None:
    preset.params = {"style_scale": 1.5, "style_strength": 90, "size_px": 2048}
    preset.save()
    signed_in.post(URL, choices(preset, photo=photo.pk))
    params = Transfer.objects.get().params
    assert params["style_scale"] == 1.5
    assert (params["style_strength"], params["size_px"]) == (37, 256)


def test_the_address_can_choose_photo_and_style(
    signed_in: Client, photo: ContentImage, preset: Style
) -> None:
    html = signed_in.get(URL, {"photo": photo.pk, "style": preset.pk}).content.decode()
    assert value_of(html, "photo") == str(photo.pk)
    assert is_checked(html, "style", preset.pk)
    assert value_of(html, "style_strength") == ""  # nobody has said it: the style recommends it
    assert recommended_of(html, "style_strength") == "71"


@pytest.mark.parametrize("value", ["nonsense", "", str(uuid.UUID(int=7))])
def test_an_address_that_chooses_nothing_real_is_ignored(signed_in: Client, value: str) -> None:
    html = signed_in.get(URL, {"photo": value, "style": value}).content.decode()
    assert value_of(html, "photo") == ""


def test_every_quality_says_how_long_it_takes(
    signed_in: Client, photo: ContentImage, preset: Style
) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=2e5, overhead_s=10)
    assertContains(signed_in.get(URL, {"photo": photo.pk}), "about ", count=3)


def test_an_unmeasured_machine_does_not_pretend_to_know(signed_in: Client, db: None) -> None:
    response = signed_in.get(URL)
    assertNotContains(response, "about ")
    assertContains(response, "after the first picture")


def test_where_others_come_first_it_says_when_the_picture_will_be_ready(
    signed_in: Client, transfer: Transfer
) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=2e5, overhead_s=10)
    Transfer.objects.filter(pk=transfer.pk).update(state="running", seconds_left=600)
    html = signed_in.get("/new/").content.decode()
    draft = html.partition('id="time-draft"')[2].partition("time-standard")[0]
    assert "about 15 seconds" in draft
    assert "ready in about 10 minutes" in draft


def test_times_follow_the_photo(signed_in: Client, photo: ContentImage, preset: Style) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=2e5, overhead_s=10)
    response = signed_in.get("/new/estimates/", {"photo": photo.pk, "style": preset.pk})
    fine = response.content.decode().partition('id="time-fine" hx-swap-oob="innerHTML">')[2]
    assert fine.partition("</span>")[0].strip() == '<span class="block">about 1 minute'
    assertNotContains(response, "ready in")


def test_behind_thousands_the_time_is_said_to_be_the_least(
    signed_in: Client, photo: ContentImage, preset: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=2e5, overhead_s=10)
    query = {"photo": photo.pk, "style": preset.pk}
    for _number in range(3):
        signed_in.post("/new/", {**query, "quality": "draft"})
    monkeypatch.setattr("transfers.queue.forecast.MOST_PLAYED", 2)
    times = signed_in.get("/new/estimates/", query)
    assertContains(times, " or later", count=3)


def test_times_follow_every_control(signed_in: Client, photo: ContentImage, preset: Style) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=2e5, overhead_s=10)
    query = {"photo": photo.pk, "style": preset.pk, "steps": "20000", "size_px": "1500"}
    response = signed_in.get("/new/estimates/", query)
    for quality in ("draft", "standard", "fine", "own"):
        part = response.content.decode().partition(f'id="time-{quality}"')[2]
        part = part.partition('id="time-')[0]  # a time, or that it would be too long a time
        assert re.search(r"about [\d½]+ (hour|day)s", part), quality
    broken = signed_in.get("/new/estimates/", {**query, "steps": "many", "size_px": ""})
    assertContains(broken, "about ", count=3)  # as if nothing were said; of no size no time


def test_a_style_at_nothing_recommends_nothing(
    signed_in: Client, photo: ContentImage, preset: Style, own_style: Style
) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=2e5, overhead_s=10)
    Style.objects.filter(pk=preset.pk).update(params={"style_strength": 71, "steps": 20000})
    Style.objects.filter(pk=own_style.pk).update(params={"style_strength": 40})
    blend = {"photo": photo.pk, "style": [preset.pk, own_style.pk], f"weight-{preset.pk}": "0"}
    html = signed_in.post(URL, {**blend, "look": "yes"}).content.decode()
    assert recommended_of(html, "style_strength") == "40"
    times = signed_in.get("/new/estimates/", blend)
    assertNotContains(times, "hour")
    assertContains(signed_in.get("/new/estimates/", {**blend, f"weight-{preset.pk}": "1"}), "hour")


def test_visitors_are_asked_to_sign_in(client: Client, db: None) -> None:
    assertRedirects(client.get("/new/?style=x"), "/accounts/login/?next=/new/%3Fstyle%3Dx")
    assert client.get("/new/estimates/").status_code == 302
    assert client.post(URL, {}).status_code == 302


def test_someone_elses_photo_is_refused_and_not_shown(
    client: Client, stranger: User, photo: ContentImage, preset: Style
) -> None:
    client.force_login(stranger)
    response = client.post(URL, choices(preset, photo=photo.pk))
    assertContains(response, "That photo is no longer here", status_code=422)
    assertNotContains(response, str(photo.pk), status_code=422)
    assertNotContains(client.get(URL, {"photo": photo.pk}), str(photo.pk))
    assert not Transfer.objects.exists()


def test_someone_elses_style_is_refused(client: Client, stranger: User, own_style: Style) -> None:
    client.force_login(stranger)
    image = SimpleUploadedFile("mine.jpg", as_file(quadrants()))
    response = client.post(URL, choices(own_style, image=image))
    assertContains(response, "That style is no longer here", status_code=422)
    assert not Transfer.objects.exists()


def test_a_hidden_preset_is_refused(signed_in: Client, photo: ContentImage, preset: Style) -> None:
    preset.state = Style.State.DRAFT
    preset.save()
    response = signed_in.post(URL, choices(preset, photo=photo.pk))
    assertContains(response, "That style is no longer here", status_code=422)


def test_a_form_without_photo_or_style_says_so(signed_in: Client, db: None) -> None:
    response = signed_in.post(URL, {"quality": "draft", "style_strength": "50"})
    assertContains(response, "Please add a photo to paint.", status_code=422)
    assertContains(response, "Please choose a style.", status_code=422)


def test_a_photo_survives_a_mistake_elsewhere(signed_in: Client, preset: Style) -> None:
    image = SimpleUploadedFile("old_mill.jpg", as_file(quadrants()))
    html = signed_in.post(
        URL, {"image": image, "quality": "fine", "style_strength": "12"}
    ).content.decode()
    photo = ContentImage.objects.get()
    assert value_of(html, "photo") == str(photo.pk)
    assert f"/photos/{photo.pk}/display/" in html
    assert is_checked(html, "quality", "fine")
    assert value_of(html, "style_strength") == "12"


@pytest.mark.parametrize("strength", ["-1", "101", "much", "nan", "1e9"])
def test_a_strength_out_of_range_is_refused(
    signed_in: Client, photo: ContentImage, preset: Style, strength: str
) -> None:
    response = signed_in.post(URL, choices(preset, photo=photo.pk, style_strength=strength))
    assert set(response.context["form"].errors) == {"style_strength"}
    assertContains(response, "a number from 0 to 100, or leave it empty", status_code=422)
    assert not Transfer.objects.exists()


@pytest.mark.parametrize("bad", BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_gets_its_sentence_and_nothing_is_lost(
    signed_in: Client, photo: ContentImage, preset: Style, bad: BadFile
) -> None:
    image = SimpleUploadedFile(bad.name, bad.data)
    response = signed_in.post(URL, choices(preset, photo=photo.pk, image=image))
    assertContains(response, bad.words, status_code=422)
    html = response.content.decode()
    assert value_of(html, "photo") == str(photo.pk)
    assert f"/photos/{photo.pk}/display/" in html
    assert is_checked(html, "style", preset.pk)
    assert is_checked(html, "quality", "draft")
    assert value_of(html, "style_strength") == "37"
    assert not Transfer.objects.exists()
    assert ContentImage.objects.count() == 1


def test_a_gigabyte_is_given_up_at_its_first_file(signed_in: Client, photo: ContentImage) -> None:
    response = post_gigabyte(signed_in, URL, photo=photo.pk, style_strength=12)
    assertContains(response, "larger than 25 MB", status_code=422)
    html = response.content.decode()
    assert value_of(html, "photo") == str(photo.pk)
    assert value_of(html, "style_strength") == "12"


def test_a_broken_recommendation_of_a_preset_is_said_at_the_style(
    signed_in: Client, photo: ContentImage, preset: Style
) -> None:
    preset.params = {"style_scale": 99}
    preset.save()
    assert signed_in.get(URL).status_code == 200
    response = signed_in.post(URL, choices(preset, photo=photo.pk))
    assertContains(response, "style_scale must be", status_code=422)
    assert set(response.context["form"].errors) == {"style"}
    assert not Transfer.objects.exists()


def test_the_form_needs_its_csrf_token(user: User, preset: Style, photo: ContentImage) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post(URL, choices(preset, photo=photo.pk)).status_code == 403
    token = client.get(URL).context["csrf_token"]
    sent = choices(preset, photo=photo.pk, csrfmiddlewaretoken=str(token))
    assert client.post(URL, sent).status_code == 302


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_not_allowed(signed_in: Client, method: str) -> None:
    assert getattr(signed_in, method)(URL).status_code == 405
    assert signed_in.post("/new/estimates/").status_code == 405


def test_the_page_leads_to_what_is_being_painted(
    signed_in: Client, transfer: Transfer, stranger: User
) -> None:
    assertContains(signed_in.get(URL), "1 picture is being painted")
    signed_in.force_login(stranger)
    assertNotContains(signed_in.get(URL), "being painted<")


# Looking for a style


# Several styles


def test_styles_are_blended_by_their_weights(
    signed_in: Client, photo: ContentImage, preset: Style, own_style: Style
) -> None:
    weights = {f"weight-{own_style.pk}": "80", f"weight-{preset.pk}": "20"}
    signed_in.post(
        URL, {**choices(own_style, photo=photo.pk, **weights), "style": [own_style.pk, preset.pk]}
    )
    shares = Transfer.objects.get().style_shares.all()
    assert [(share.style, share.weight) for share in shares] == [(own_style, 80), (preset, 20)]


def test_a_blend_with_a_mistake_comes_back_whole(
    signed_in: Client, preset: Style, own_style: Style
) -> None:
    sent = {**choices(own_style), "style": [own_style.pk, preset.pk]}
    response = signed_in.post(URL, {**sent, f"weight-{own_style.pk}": "7.5"})
    assert response.status_code == 422
    html = response.content.decode()
    assert [shown.style for shown in response.context["chosen"]] == [own_style, preset]
    assert value_of(html, f"weight-{own_style.pk}") == "7.5"
    assert value_of(html, f"weight-{preset.pk}") == ""
    assert is_checked(html, "style", preset.pk)
    assert is_checked(html, "style", own_style.pk)


def test_the_address_can_choose_several(signed_in: Client, preset: Style, own_style: Style) -> None:
    html = signed_in.get(f"{URL}?style={own_style.pk}&style={preset.pk}").content.decode()
    assert f'name="weight-{own_style.pk}"' in html
    assert re.findall(r'data-chosen="([^"]*)"', html)[:2] == [str(own_style.pk), str(preset.pk)]


def test_without_javascript_one_looks_at_the_choice_before_painting(
    signed_in: Client, preset: Style, own_style: Style
) -> None:
    """The page with the weights of what was ticked, the photo kept, and no complaint."""
    image = SimpleUploadedFile("old_mill.jpg", as_file(quadrants()))
    ticked = {**choices(preset, image=image, look="yes"), "style": [preset.pk, own_style.pk]}
    response = signed_in.post(URL, {**ticked, "quality": "own", "style_strength": "x"})
    assert response.status_code == 200
    assertNotContains(response, "Please give a number")
    html = response.content.decode()
    assert value_of(html, "photo") == str(ContentImage.objects.get().pk)
    assert value_of(html, f"weight-{own_style.pk}") == ""
    assert not Transfer.objects.exists()


def test_masks_go_into_the_order_and_stay_when_something_else_is_wrong(
    signed_in: Client, photo: ContentImage, preset: Style, mask: Mask
) -> None:
    name = f"mask-{preset.pk}"
    sent = choices(preset, photo=photo.pk, **{name: mask.pk})
    html = signed_in.post(URL, {**sent, "style_strength": "777"}).content.decode()
    assert value_of(html, name) == str(mask.pk)
    looked = signed_in.post(URL, {**sent, "look": "yes"}).content.decode()
    assert value_of(looked, name) == str(mask.pk)
    response = signed_in.post(URL, sent)
    transfer = Transfer.objects.get()
    assertRedirects(response, f"/transfers/{transfer.pk}/")
    assert transfer.style_shares.get().mask == mask
    assert transfer.params["outside_masks"] == "photo"


def test_someone_elses_mask_is_refused_beside_the_photo(
    signed_in: Client, photo: ContentImage, preset: Style, mask: Mask, stranger: User
) -> None:
    theirs = keep_mask(stranger, mask.opened())
    response = signed_in.post(URL, choices(preset, photo=photo.pk, protect=theirs.pk))
    assertContains(response, "What you painted on the photo is no longer here", status_code=422)
    assert not Transfer.objects.exists()
