"""The host sets a booth up, sees what came of it, and ends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from gallery.models import Style
from tests.transfers.booth.conftest import Paint, Take, status_at
from transfers.booth import deletion, opening, sittings
from transfers.booth.forms import OFFERED_AT_FIRST, BoothForm
from transfers.models import Booth, Sitting, Transfer

pytestmark = pytest.mark.django_db

Meanwhile = Callable[[Callable[[], object]], None]


def settings_of(*styles: Style, **changes: object) -> dict[str, object]:
    usual = {
        "title": "Night of the museums",
        "welcome": "Come in",
        "styles": [str(style.pk) for style in styles],
        "quality": "draft",
        "countdown_s": 3,
        "idle_s": 45,
        "shows_wall": "on",
        "kept_h": 24,
        "link_h": 12,
        "may_download": "on",
        "most_an_hour": 30,
    }
    return {**usual, **changes}


def test_a_booth_is_set_up(signed_in: Client, user: User, preset: Style) -> None:
    assert "No booth yet" in signed_in.get("/booths/").content.decode()
    answer = signed_in.post("/booths/add/", settings_of(preset))
    booth = Booth.objects.get()
    assert answer["Location"] == f"/booths/{booth.pk}/"
    assert (booth.owner, booth.countdown_s, booth.link_for) == (user, 3, timedelta(hours=12))
    assert list(booth.offered) == [preset]
    assert "Night of the museums" in signed_in.get("/booths/").content.decode()
    assert "No guest’s picture" in signed_in.get(answer["Location"]).content.decode()


def test_the_first_presets_are_ticked_at_first(signed_in: Client, preset: Style) -> None:
    for number in range(OFFERED_AT_FIRST):
        Style.objects.create(
            title=f"S{number}", slug=f"s{number}", position=number + 1, width=9, height=9, bytes=1
        )
    form = signed_in.get("/booths/add/").context["form"]
    assert len(form.chosen()) == OFFERED_AT_FIRST
    assert str(preset.pk) in form.chosen()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"styles": []}, "styles"),
        ({"styles": ["nonsense"]}, "styles"),
        ({"quality": "fine"}, "quality"),
        ({"countdown_s": 4}, "countdown_s"),
        ({"idle_s": 5}, "idle_s"),
        ({"idle_s": 5000}, "idle_s"),
        ({"kept_h": 1000}, "kept_h"),
        ({"link_h": -1}, "link_h"),
        ({"most_an_hour": 0}, "most_an_hour"),
        ({"most_an_hour": 100_000}, "most_an_hour"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(
    signed_in: Client, preset: Style, changes: dict[str, object], field: str
) -> None:
    answer = signed_in.post("/booths/add/", settings_of(preset, **changes))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Booth.objects.exists()


def test_no_style_of_somebody_elses(signed_in: Client, stranger: User, preset: Style) -> None:
    Style.objects.filter(pk=preset.pk).update(owner=stranger)
    answer = signed_in.post("/booths/add/", settings_of(preset))
    assert "styles" in answer.context["form"].errors


def test_settings_change_and_shorter_times_hold_at_once(
    signed_in: Client, booth: Booth, preset: Style, take: Take
) -> None:
    sitting, _code = take()
    path = f"/booths/{booth.pk}/edit/"
    assert "Summer party" in signed_in.get(path).content.decode()
    signed_in.post(path, settings_of(preset, kept_h=1))
    booth.refresh_from_db()
    assert (booth.title, booth.kept_h) == ("Night of the museums", 1)
    sitting.refresh_from_db()
    assert sitting.delete_at - sitting.taken_at == timedelta(hours=1)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Something that happens between reading a booth and saving its settings."""
    real = BoothForm.is_valid

    def happens(event: Callable[[], object]) -> None:
        def is_valid(form: BoothForm) -> bool:
            valid = real(form)
            event()
            return valid

        monkeypatch.setattr(BoothForm, "is_valid", is_valid)

    return happens


def test_settings_leave_alone_what_they_do_not_say(
    signed_in: Client, booth: Booth, preset: Style, meanwhile: Meanwhile
) -> None:
    """A booth that ends, or paints, in the moment when its settings are saved."""

    def ends() -> None:
        opening.end(Booth.objects.get(pk=booth.pk))
        Booth.objects.filter(pk=booth.pk).update(painted=5, hour_count=7)

    meanwhile(ends)
    answer = signed_in.post(f"/booths/{booth.pk}/edit/", settings_of(preset))
    assert answer.status_code == 302
    saved = Booth.objects.get(pk=booth.pk)
    assert (saved.title, saved.countdown_s) == ("Night of the museums", 3)
    assert list(saved.styles.all()) == [preset]
    assert (saved.painted, saved.hour_count) == (5, 7)
    assert saved.ended_at is not None
    assert saved.door != booth.door


def test_settings_and_the_times_they_shorten_are_saved_together(
    signed_in: Client, booth: Booth, preset: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(_booth: Booth) -> None:
        raise ConnectionError

    monkeypatch.setattr(sittings, "shorten", dies)
    with pytest.raises(ConnectionError):
        signed_in.post(f"/booths/{booth.pk}/edit/", settings_of(preset, kept_h=1))
    booth.refresh_from_db()
    assert (booth.title, booth.kept_h) == ("Summer party", 24)


@pytest.mark.parametrize("action", ["edit", "start"])
def test_a_booth_that_is_deleted_in_this_moment_is_not_found(
    signed_in: Client,
    booth: Booth,
    preset: Style,
    take: Take,
    meanwhile: Meanwhile,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
) -> None:
    take()
    monkeypatch.setattr(deletion, "WITHIN_S", -1.0)
    real = opening.begin

    def deletes() -> None:
        deletion.delete_booth(Booth.objects.get(pk=booth.pk))

    def begins(stale: Booth) -> None:
        deletes()
        real(stale)

    meanwhile(deletes)
    monkeypatch.setattr(opening, "begin", begins)
    answer = signed_in.post(f"/booths/{booth.pk}/{action}/", settings_of(preset))
    assert answer.status_code == 404
    booth.refresh_from_db()
    assert (booth.leaving, booth.door, booth.title) == (True, "", "Summer party")
    assert "sessionid" in signed_in.cookies


def test_the_host_sees_pictures_but_no_photos(
    signed_in: Client, booth: Booth, take: Take, paint: Paint
) -> None:
    sitting, code = take()
    page = signed_in.get(f"/booths/{booth.pk}/").content.decode()
    assert "Next in line" in page
    paint()
    page = signed_in.get(f"/booths/{booth.pk}/").content.decode()
    assert "1 picture painted so far" in page
    assert f"/booths/{booth.pk}/pictures/{sitting.pk}/thumbnail/" in page
    assert code not in page
    base = f"/booths/{booth.pk}/pictures/{sitting.pk}"
    assert status_at(signed_in, f"{base}/display/") == 200
    for rendition in ("photo", "original", "preview"):
        assert signed_in.get(f"{base}/{rendition}/").status_code == 404


def test_a_guests_picture_is_in_no_other_list_of_the_hosts(
    signed_in: Client, painted: tuple[Sitting, str]
) -> None:
    """A month of guests must not fill the gallery of whoever lent them a laptop."""
    sitting, _code = painted
    ids = {
        str(sitting.pk),
        str(sitting.photo_id),
        str(sitting.transfer_id),
        str(sitting.picture.pk),
    }
    for path in (
        "/", "/gallery/", "/transfers/", "/photos/", "/photos/?show=used", "/new/", "/new/many/",
        "/explore/", "/gallery/trash/", "/gallery/statistics/",
        "/api/v1/transfers/", "/api/v1/artworks/", "/api/v1/content-images/",
    ):  # fmt: skip
        answer = signed_in.get(path)
        if answer.status_code == 401:
            continue
        assert answer.status_code == 200
        found = answer.content.decode()
        assert not [one for one in ids if one in found], path


def test_one_picture_is_deleted_for_good(
    signed_in: Client, booth: Booth, painted: tuple[Sitting, str], client: Client
) -> None:
    sitting, code = painted
    path = f"/booths/{booth.pk}/pictures/{sitting.pk}/delete/"
    assert signed_in.get(path).status_code == 405
    assert signed_in.post(path)["Location"] == f"/booths/{booth.pk}/"
    assert not Sitting.objects.exists()
    assert signed_in.post(path).status_code == 404
    assert Client().get(f"/b/{code}/").status_code == 404


@pytest.mark.parametrize(("pictures", "left"), [("keep", 2), ("delete", 0)])
def test_ending_it_asks_what_becomes_of_the_pictures(
    signed_in: Client, booth: Booth, take: Take, paint: Paint, pictures: str, left: int
) -> None:
    take()
    paint()
    waiting, _code = take()
    path = f"/booths/{booth.pk}/end/"
    assert "2 pictures are there" in signed_in.get(path).content.decode()
    assert signed_in.post(path, {}).status_code == 422
    assert signed_in.post(path, {"pictures": pictures}).status_code == 302
    booth.refresh_from_db()
    assert booth.ended_at is not None
    assert Sitting.objects.count() == left
    assert Transfer.objects.filter(pk=waiting.transfer_id).exists() == bool(left)
    assert "Open it again here" in signed_in.get(f"/booths/{booth.pk}/").content.decode()


def test_deleting_it_takes_everything_along(
    signed_in: Client, booth: Booth, painted: tuple[Sitting, str]
) -> None:
    path = f"/booths/{booth.pk}/delete/"
    assert "cannot be brought back" in signed_in.get(path).content.decode()
    assert signed_in.post(path)["Location"] == "/booths/"
    assert not Booth.objects.exists()
    assert not Transfer.objects.exists()


def test_a_booth_of_very_many_is_out_of_sight_at_once(
    signed_in: Client, booth: Booth, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transfers import housekeeping

    _sitting, code = take()
    monkeypatch.setattr(deletion, "WITHIN_S", -1.0)
    signed_in.post(f"/booths/{booth.pk}/delete/")
    assert Sitting.objects.count() == 1
    assert signed_in.get(f"/booths/{booth.pk}/").status_code == 404
    assert "Summer party" not in signed_in.get("/booths/").content.decode()
    assert Client().get(f"/b/{code}/").status_code == 404
    housekeeping.tidy()
    housekeeping.tidy()
    assert not Booth.objects.exists()
    assert not Sitting.objects.exists()


def test_the_account_goes_with_its_booths(user: User, painted: tuple[Sitting, str]) -> None:
    user.delete()
    for model in (Booth, Sitting, Transfer):
        assert not model.objects.exists()


def test_an_address_that_is_for_this_computer_only_is_said_plainly(
    signed_in: Client, booth: Booth, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    for path in (f"/booths/{booth.pk}/", f"/booths/{booth.pk}/start/"):
        local = signed_in.get(path, HTTP_HOST="localhost:8000").content.decode()
        assert "http://localhost:8000, which is this computer only" in local
        assert "STYLESITE_PUBLIC_URL" in local
        assert "There will be no camera" not in local
        plain = signed_in.get(path, HTTP_HOST="192.168.1.5").content.decode()
        assert "this computer only" not in plain
        assert "There will be no camera" in plain
        good = signed_in.get(path, HTTP_HOST="pictures.example.org", secure=True).content.decode()
        assert "this computer only" not in good
        assert "There will be no camera" not in good


def test_what_it_means_to_start_is_said_before(signed_in: Client, booth: Booth, user: User) -> None:
    page = signed_in.get(f"/booths/{booth.pk}/start/").content.decode()
    assert "type your password" in page
    user.set_unusable_password()
    user.save()
    signed_in.force_login(user)
    page = signed_in.get(f"/booths/{booth.pk}/start/").content.decode()
    assert "has no password" in page


def test_another_users_booth_is_not_found(client: Client, stranger: User, booth: Booth) -> None:
    client.force_login(stranger)
    for path in ("", "edit/", "start/", "end/", "delete/"):
        assert client.get(f"/booths/{booth.pk}/{path}").status_code == 404
    for path in ("edit/", "start/", "end/", "delete/"):
        assert client.post(f"/booths/{booth.pk}/{path}").status_code == 404
    assert "Summer party" not in client.get("/booths/").content.decode()
    booth.refresh_from_db()
    assert booth.ended_at is None


def test_visitors_are_asked_to_sign_in(client: Client, booth: Booth) -> None:
    for path in ("", "add/", f"{booth.pk}/", f"{booth.pk}/start/"):
        assert client.get(f"/booths/{path}")["Location"].startswith("/accounts/login/")


def test_what_expired_is_not_shown_to_the_host_either(
    signed_in: Client, booth: Booth, painted: tuple[Sitting, str]
) -> None:
    sitting, _code = painted
    Sitting.objects.update(delete_at=timezone.now())
    assert str(sitting.pk) not in signed_in.get(f"/booths/{booth.pk}/").content.decode()
    assert signed_in.get(f"/booths/{booth.pk}/pictures/{sitting.pk}/thumbnail/").status_code == 404
