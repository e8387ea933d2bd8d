"""What a booth's device is told and given, and how the host gets out of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
import zxingcpp
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageDraw
from pytest_django import Settings

from accounts.models import Quota, User
from gallery.models import Style
from tests.transfers.booth.conftest import Paint, Take, photo_file, status_at
from tests.transfers.drawings import BAD_FILES
from transfers.booth import devices, links, opening
from transfers.models import Booth, BoothPicture, Sitting, Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted_yet() -> None:
    cache.clear()


def send(device: Client, style: Style, **fields: object) -> object:
    given = {"photo": photo_file(), "style": str(style.pk), "on_wall": "yes", **fields}
    return device.post("/booth/take/", {k: v for k, v in given.items() if v is not None})


def data_of(response: object) -> bytes:
    return response.getvalue()  # type: ignore[attr-defined,no-any-return]


# The page


def test_starting_it_ends_the_session_of_the_host(booth: Booth, user: User) -> None:
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value
    answer = client.post(f"/booths/{booth.pk}/start/")
    assert answer["Clear-Site-Data"] == '"cache"'
    cookie = answer.cookies[devices.COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    old = Client()
    old.cookies["sessionid"] = session
    assert old.get("/gallery/")["Location"].startswith("/accounts/login/")
    page = client.get("/booth/")
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert "Summer party" in page.content.decode()
    assert user.email not in page.content.decode()


def test_the_cookie_is_secure_where_the_site_is(
    booth: Booth, user: User, settings: Settings
) -> None:
    settings.SESSION_COOKIE_SECURE = True
    client = Client()
    client.force_login(user)
    answer = client.post(f"/booths/{booth.pk}/start/")
    assert answer.cookies[devices.COOKIE]["secure"] is True


def test_the_page_leads_nowhere_but_to_the_booth(device: Client) -> None:
    page = device.get("/booth/").content.decode()
    asked = set(re.findall(r'(?:href|src|action|data-[a-z-]*url)="(/[^"]*)"', page))
    assert {path for path in asked if not path.startswith("/static/")} >= {"/booth/leave/"}
    assert not [path for path in asked if not path.startswith(("/booth/", "/static/"))]


def test_only_styles_that_can_be_painted_in_are_on_the_wheel(
    device: Client, booth: Booth, preset: Style, own_style: Style
) -> None:
    booth.styles.add(own_style)
    assert [style.pk for style in booth.offered] == [own_style.pk, preset.pk]
    Style.objects.filter(pk=preset.pk).update(state="draft")
    Style.objects.filter(pk=own_style.pk).update(trashed_at=timezone.now())
    assert not booth.offered.exists()
    assert send(device, preset).status_code == 400  # type: ignore[attr-defined]


def test_pictures_of_its_styles_and_of_no_others(
    device: Client, preset: Style, own_style: Style
) -> None:
    assert data_of(device.get(f"/booth/styles/{preset.pk}/thumbnail/"))[8:12] == b"WEBP"
    assert device.get(f"/booth/styles/{preset.pk}/original/").status_code == 404
    assert device.get(f"/booth/styles/{own_style.pk}/thumbnail/").status_code == 404


# Taking a picture


def test_a_photo_is_taken_and_followed_to_its_picture(
    device: Client, preset: Style, paint: Paint
) -> None:
    answer = send(device, preset)
    assert answer.status_code == 201  # type: ignore[attr-defined]
    told = answer.json()  # type: ignore[attr-defined]
    code = told["turn"].removeprefix("/booth/turn/").strip("/")
    assert told["link"] == f"http://testserver/b/{code}/"
    first = device.get(told["turn"])
    assert first.json()["state"] == "queued"
    assert first.json()["picture"] == f"/booth/turn/{code}/photo/"
    assert device.get(told["turn"], HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    paint()
    done = device.get(told["turn"], HTTP_IF_NONE_MATCH=first["ETag"]).json()
    assert (done["state"], done["width"], done["height"]) == ("succeeded", 96, 64)
    shown = Image.open(BytesIO(data_of(device.get(done["picture"]))))
    assert shown.size == (96, 64)
    photo = Image.open(BytesIO(data_of(device.get(done["photo"]))))
    assert photo.size == (120, 80)


@pytest.mark.parametrize("may_download", [True, False])
def test_a_device_gets_what_is_shown_and_not_the_full_size(
    device: Client, painted: tuple[Sitting, str], may_download: bool
) -> None:
    Booth.objects.update(may_download=may_download)
    _sitting, code = painted
    for rendition in ("display", "thumbnail", "photo"):
        assert status_at(device, f"/booth/turn/{code}/{rendition}/") == 200
    assert status_at(device, f"/booth/turn/{code}/original/") == 404


def test_the_code_on_the_screen_is_the_link(device: Client, preset: Style) -> None:
    told = send(device, preset).json()  # type: ignore[attr-defined]
    answer = device.get(told["qr"])
    assert answer["Content-Type"] == "image/svg+xml"
    assert read_qr(answer.content.decode()) == told["link"]


def read_qr(svg: str) -> str:
    """What a decoder by others reads in the drawing, as the browser would draw it."""
    assert "style=" not in svg
    side = int(re.search(r'viewBox="0 0 (\d+) ', svg)[1])  # type: ignore[index]
    image = Image.new("L", (side * 8, side * 8), 255)
    draw = ImageDraw.Draw(image)
    path = re.search(r'stroke="#000" d="([^"]+)"', svg)[1]  # type: ignore[index]
    x = y = 0.0
    for step, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", path):
        if step == "M":
            x, y = float(first), float(second)
        elif step == "m":
            x, y = x + float(first), y + float(second)
        else:
            row = (y - 0.5) * 8
            draw.rectangle((x * 8, row, (x + float(first)) * 8 - 1, row + 7), fill=0)
            x += float(first)
    [found] = zxingcpp.read_barcodes(image)
    return str(found.text)


def test_links_lead_to_the_public_address_where_one_is_set(
    device: Client, preset: Style, settings: Settings
) -> None:
    settings.PUBLIC_URL, settings.PUBLIC_URL_IS_SET = "https://pictures.example.org", True
    told = send(device, preset).json()  # type: ignore[attr-defined]
    assert told["link"].startswith("https://pictures.example.org/b/")
    assert read_qr(device.get(told["qr"]).content.decode()) == told["link"]


@pytest.mark.parametrize("name", sorted(BAD_FILES))
def test_bad_files_are_refused_with_their_sentence(
    device: Client, preset: Style, name: str
) -> None:
    bad = BAD_FILES[name]
    file = SimpleUploadedFile(bad.name, bad.data, "image/jpeg")
    answer = send(device, preset, photo=file)
    assert answer.status_code == bad.status  # type: ignore[attr-defined]
    assert bad.words in answer.json()["sentence"]  # type: ignore[attr-defined]
    assert not Sitting.objects.exists()


def test_while_too_many_are_read_the_device_is_told_when_to_try_again(
    device: Client, preset: Style, nobody_may_read: None
) -> None:
    response = send(device, preset)
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "again in a moment" in response.json()["sentence"]
    assert not Sitting.objects.exists()


def test_nothing_is_taken_without_photo_or_style(
    device: Client, preset: Style, own_style: Style
) -> None:
    assert "no photo" in send(device, preset, photo=None).json()["sentence"]  # type: ignore[attr-defined]
    for style in (str(own_style.pk), "nonsense", "\0", ""):
        answer = device.post("/booth/take/", {"photo": photo_file(), "style": style})
        assert answer.status_code == 400
        assert "choose another" in answer.json()["sentence"]
    assert not Transfer.objects.exists()


def test_no_more_than_so_many_photos_a_minute(device: Client, preset: Style) -> None:
    statuses = [send(device, preset).status_code for _ in range(13)]  # type: ignore[attr-defined]
    assert statuses == [201] * 12 + [429]
    assert Sitting.objects.count() == 12


def test_a_limit_of_the_hosts_is_told_with_what_to_do(
    device: Client, preset: Style, user: User
) -> None:
    Quota.objects.create(user=user, storage_mb=0)
    answer = send(device, preset)
    assert answer.status_code == 429  # type: ignore[attr-defined]
    assert "Please tell whoever set it up" in answer.json()["sentence"]  # type: ignore[attr-defined]


def test_forms_from_elsewhere_take_nothing(booth: Booth, user: User, preset: Style) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    client.get(f"/booths/{booth.pk}/start/")
    token = client.cookies["csrftoken"].value
    client.post(f"/booths/{booth.pk}/start/", {"csrfmiddlewaretoken": token})
    assert devices.COOKIE in client.cookies
    assert send(client, preset).status_code == 403  # type: ignore[attr-defined]
    assert not Sitting.objects.exists()


def test_a_failed_picture_says_so_without_the_hosts_words(device: Client, take: Take) -> None:
    sitting, code = take()
    Transfer.objects.filter(pk=sitting.transfer_id).update(state="failed", error="disk of the host")
    told = device.get(f"/booth/turn/{code}/").json()
    assert "could not be painted" in told["sentence"]
    assert "disk" not in str(told)


def test_a_guest_deletes_it_at_the_device(device: Client, take: Take) -> None:
    _sitting, code = take()
    assert device.get(f"/booth/turn/{code}/delete/").status_code == 405
    assert device.post(f"/booth/turn/{code}/delete/").status_code == 204
    assert device.get(f"/booth/turn/{code}/").status_code == 404
    assert not Sitting.objects.exists()


def test_another_booths_turns_are_not_this_ones(
    device: Client, take: Take, stranger: User, preset: Style
) -> None:
    _sitting, code = take()
    other = Booth.objects.create(owner=stranger, title="Elsewhere")
    other.styles.add(preset)
    client = Client()
    client.force_login(stranger)
    client.post(f"/booths/{other.pk}/start/")
    for path in (f"turn/{code}/", f"turn/{code}/photo/", f"turn/{code}/qr.svg"):
        assert client.get(f"/booth/{path}").status_code == 404
        assert status_at(device, f"/booth/{path}") == 200
    assert client.post(f"/booth/turn/{code}/delete/").status_code == 404


# The wall


def test_the_wall_shows_what_may_hang_there_and_nothing_of_its_rights(
    device: Client, booth: Booth, take: Take, paint: Paint
) -> None:
    shown, code = take()
    hidden, _code = take(on_wall=False, color=2)
    paint()
    paint()
    unpainted, _code = take(color=4)
    wall = device.get("/booth/wall/").content.decode()
    assert str(shown.pk) in wall
    assert str(hidden.pk) not in wall
    assert str(unpainted.pk) not in wall
    assert code not in wall
    file = f"/booth/wall/{shown.pk}/thumbnail/"
    assert data_of(device.get(file))[8:12] == b"WEBP"
    for path in (
        f"/booth/wall/{hidden.pk}/thumbnail/",
        f"/booth/wall/{unpainted.pk}/thumbnail/",
        f"/booth/wall/{shown.pk}/original/",
        f"/booth/wall/{shown.pk}/photo/",
    ):
        assert device.get(path).status_code == 404
    Booth.objects.filter(pk=booth.pk).update(shows_wall=False)
    assert device.get(file).status_code == 404
    assert str(shown.pk) not in device.get("/booth/wall/").content.decode()


def test_what_has_expired_is_gone_before_housekeeping_comes(
    device: Client, painted: tuple[Sitting, str]
) -> None:
    sitting, code = painted
    Sitting.objects.update(delete_at=timezone.now() - timedelta(seconds=1))
    assert str(sitting.pk) not in device.get("/booth/wall/").content.decode()
    for path in (f"wall/{sitting.pk}/thumbnail/", f"turn/{code}/", f"turn/{code}/display/"):
        assert device.get(f"/booth/{path}").status_code == 404


# The end, and the way out


def test_a_booth_that_ended_is_closed_on_its_devices(
    device: Client, booth: Booth, preset: Style
) -> None:
    opening.end(booth)
    assert device.get("/booth/wall/").status_code == 404
    assert send(device, preset).status_code == 404  # type: ignore[attr-defined]
    assert device.get("/", HTTP_ACCEPT="text/html")["Location"] == "/booth/"
    closed = device.get("/booth/")
    assert closed.status_code == 404
    assert "No booth is open here" in closed.content.decode()
    assert device.cookies[devices.COOKIE].value == ""


def test_opened_again_it_stays_closed_where_it_was_open_before(
    device: Client, booth: Booth, user: User
) -> None:
    opening.end(booth)
    opening.begin(booth)
    assert device.get("/booth/wall/").status_code == 404
    again = Client()
    again.force_login(user)
    again.post(f"/booths/{booth.pk}/start/")
    assert again.get("/booth/wall/").status_code == 200


def test_a_host_whose_account_is_closed_has_no_open_booth(device: Client, user: User) -> None:
    user.is_active = False
    user.save()
    assert device.get("/booth/wall/").status_code == 404


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost:8000", False),
        ("127.0.0.1", False),
        ("[::1]:8000", False),
        ("booth.localhost", False),
        ("192.168.1.5", True),
        ("pictures.example.org", True),
    ],
)
def test_it_is_known_which_addresses_phones_reach(
    rf: Callable[..., object], settings: Settings, host: str, expected: bool
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    request = rf.get("/", HTTP_HOST=host)  # type: ignore[attr-defined]
    assert links.is_for_phones(request) is expected


def test_pictures_are_whole_on_a_device_with_what_is_stored(
    device: Client, painted: tuple[Sitting, str]
) -> None:
    _sitting, code = painted
    stored = BoothPicture.objects.get()
    with stored.display.open() as file:
        assert data_of(device.get(f"/booth/turn/{code}/display/")) == file.read()
