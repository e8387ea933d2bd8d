import pytest
from django.test import Client
from pytest_django import Settings

from accounts import limits
from accounts.models import User

pytestmark = pytest.mark.django_db

SETTINGS = "/accounts/settings/"


@pytest.fixture(autouse=True)
def three_a_minute(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PAGE_WRITES_PER_MINUTE = 3
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_000.0)


def test_what_is_sent_beyond_the_limit_is_refused_and_looking_goes_on(
    signed_in: Client, user: User
) -> None:
    statuses = [signed_in.post(SETTINGS, {"name": f"Ada {n}"}).status_code for n in range(4)]
    assert statuses == [302, 302, 302, 429]
    user.refresh_from_db()
    assert user.name == "Ada 2"
    assert signed_in.get(SETTINGS).status_code == 200


def test_uploading_and_submitting_count(signed_in: Client) -> None:
    for address in ("/new/", "/camera/", "/new/many/"):
        signed_in.post(address)
    refused = signed_in.post("/new/")
    assert refused.status_code == 429
    assert refused["Retry-After"] == "60"
    assert "Wait a minute" in refused.content.decode()


def test_a_script_is_told_in_json(signed_in: Client) -> None:
    for _time in range(4):
        refused = signed_in.post("/gallery/bulk/", HTTP_ACCEPT="application/json")
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert "Wait a minute" in refused.json()["sentence"]


def test_it_begins_anew_with_the_next_minute(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _time in range(4):
        signed_in.post(SETTINGS, {"name": "Ada"})
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_060.0)
    assert signed_in.post(SETTINGS, {"name": "Ada"}).status_code == 302


def test_nobody_is_kept_from_sending_by_somebody_else(signed_in: Client, stranger: User) -> None:
    for _time in range(4):
        signed_in.post(SETTINGS, {"name": "Ada"})
    other = Client()
    other.force_login(stranger)
    assert other.post(SETTINGS, {"name": "Bob"}).status_code == 302
