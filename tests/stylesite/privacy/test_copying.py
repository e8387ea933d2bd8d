"""A copy of everything: what is in it, and what happens when something goes meanwhile."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.files.base import File
from django.db.models.fields.files import FieldFile
from django.test import Client

from accounts.models import User
from gallery import slow_work
from gallery.disk import DiskFiles
from gallery.models import Artwork
from stylesite.privacy import belongings
from stylesite.privacy.copying import rows, turns
from stylesite.privacy.copying.archive import Copy
from tests.stylesite.privacy.everything import EMAIL, NEW_EMAIL, PASSWORD
from transfers.models import ContentImage

pytestmark = pytest.mark.django_db

COPY = "/data/copy/"


def copy_of(user: User) -> zipfile.ZipFile:
    return opened(b"".join(Copy(user).pieces()))


def content_of(file: FieldFile) -> bytes:
    with file.open() as stream:
        return stream.read()


def opened(data: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    return archive


@pytest.fixture
def sure(client: Client, zaphod: User) -> Client:
    client.force_login(zaphod)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


@pytest.fixture(params=["disk", "bucket"])
def place(request: pytest.FixtureRequest) -> None:
    """Where the site keeps its files."""
    if request.param == "bucket":
        request.getfixturevalue("bucket")


def test_every_table_of_hers_is_in_it_and_every_file_in_full_size(
    place: None, with_everything: User
) -> None:
    archive = copy_of(with_everything)
    names = archive.namelist()
    assert names[:2] == ["README.txt", "account.json"]
    assert len(names) == len(set(names))
    for model in rows.tables():
        told = json.loads(archive.read(rows.file_name(model)))
        there = [row.pk for row in rows.of(model, with_everything)]
        assert len(told) == len(there) > 0, model
    stored = {
        content_of(getattr(row, field))
        for kind, fields in (
            (Artwork, ("original", "before")),
            (ContentImage, ("original",)),
        )
        for row in kind.objects.filter(owner=with_everything)
        if getattr(row, "booth", None) is None
        for field in fields
    }
    assert stored <= {archive.read(name) for name in names}
    assert {"artworks/Zaphod's mill.png", "artworks/Zaphod's mill.before.webp"} <= set(names)
    frames = opened(archive.read("artworks/Zaphod's mill.time-lapse.zip"))
    assert frames.namelist()
    work = json.loads(archive.read("data/gallery.artwork.json"))[0]
    assert set(work["files"].values()) <= set(names)
    assert json.loads(archive.read("artworks/Zaphod's mill.recipe.json"))["format"]


def test_the_account_and_the_readme_can_be_read(with_everything: User) -> None:
    archive = copy_of(with_everything)
    account = json.loads(archive.read("account.json"))
    assert (account["email"], account["groups"]) == (EMAIL, ["Class 7"])
    assert account["email_addresses"] == [
        {"email": EMAIL, "verified": True, "primary": True},
        {"email": NEW_EMAIL, "verified": False, "primary": False},
    ]
    readme = archive.read("README.txt").decode()
    for model in rows.tables():
        assert rows.file_name(model) in readme
    links = json.loads(archive.read("data/gallery.sharelink.json"))
    assert links[0]["has_password"] is True
    assert links[0]["address"].startswith("/s/")


def test_no_secret_and_nothing_of_others_is_in_it(with_everything: User) -> None:
    archive = copy_of(with_everything)
    text = "".join(
        archive.read(name).decode() for name in archive.namelist() if name.endswith(".json")
    )
    with_everything.refresh_from_db()
    token, choices = with_everything.api_tokens.get(), with_everything.notice_choices
    link, booth = with_everything.share_links.get(), with_everything.booths.get()
    for secret in (
        with_everything.password,
        token.digest,
        choices.webhook_secret,
        link.password,
        booth.door,
        "This is Zaphod.",  # what somebody else reported
        str(with_everything.booth_pictures.get().pk),
        str(booth.photos.get().pk),
        "Open a link",  # of a letter that waits
    ):
        assert secret
        assert secret not in text


def test_a_column_that_sounds_like_a_secret_has_been_thought_about() -> None:
    """A new one is left out of copies until somebody names it as harmless."""
    left_out = {
        f"{model._meta.label}.{field.name}"
        for model in belongings.paths()
        if model in rows.tables()
        for field in model._meta.concrete_fields
        if rows.is_secret(field.name)
    }
    ours = {label for label in left_out if apps.get_model(label.rpartition(".")[0]) in KNOWN}
    assert ours == {
        "accounts.ApiToken.digest",
        "accounts.ApiToken.ending",
        "gallery.ShareLink.password",
        "transfers.Booth.door",
        "transfers.IdempotencyKey.key",
        "transfers.Notice.token",
        "transfers.NoticeChoices.webhook_secret",
        "transfers.Transfer.token",
    }


KNOWN = [model for model in apps.get_models() if model._meta.app_label in ("gallery", "transfers")]
KNOWN += [apps.get_model("accounts.ApiToken")]


def test_what_vanishes_meanwhile_is_named_and_the_rest_is_there(with_everything: User) -> None:
    gone, later = Artwork.objects.filter(owner=with_everything).order_by("pk")
    Path(gone.original.path).unlink()
    pieces = Copy(with_everything).pieces()
    data = next(pieces)
    later.delete()
    archive = opened(data + b"".join(pieces))
    assert f"artworks/{gone.title}.png" in archive.read("Left out.txt").decode()
    assert f"artworks/{gone.title}.before.webp" in archive.namelist()
    assert f"artworks/{later.title}.png" not in archive.namelist()


class Breaking(File):
    """Ends in the middle, as a bucket that goes away does."""

    def read(self, size: int = -1) -> bytes:
        if self.tell():
            raise OSError("the store went away")
        return super().read(10)


def test_a_file_that_breaks_off_does_not_break_the_zip(
    with_everything: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = DiskFiles.open
    monkeypatch.setattr(DiskFiles, "open", lambda *args: Breaking(opening(*args).file))
    archive = copy_of(with_everything)
    told = archive.read("Left out.txt").decode()
    assert "artworks/Zaphod's mill.png (only a part is here)" in told
    assert json.loads(archive.read("data/gallery.album.json"))


def test_the_page_tells_what_is_in_it_and_gives_it(sure: Client, zaphod: User) -> None:
    assert "Take a copy of everything" in sure.get(COPY).content.decode()
    answer = sure.post(COPY)
    assert answer["Content-Type"] == "application/zip"
    assert answer["Cache-Control"].count("no-store")
    assert "attachment" in answer["Content-Disposition"]
    archive = opened(b"".join(answer.streaming_content))
    assert json.loads(archive.read("account.json"))["email"] == EMAIL


def test_one_at_a_time_for_each_person(sure: Client, zaphod: User, stranger: User) -> None:
    first = turns.take(zaphod, Copy(zaphod).pieces())
    assert first is not None
    assert next(first)
    second = sure.post(COPY)
    assert second.status_code == 429
    assert "is being sent already" in second.content.decode()
    assert turns.take(stranger, Copy(stranger).pieces()) is not None
    first.close()  # the browser went away before the end
    assert sure.post(COPY).getvalue()
    assert sure.post(COPY).status_code == 200, "a copy that was sent whole has ended, too"


def test_a_copy_that_stalled_for_too_long_leaves_the_next_its_turn(zaphod: User) -> None:
    stalled = turns.take(zaphod, Copy(zaphod).pieces())
    assert stalled is not None
    cache.delete(f"copy-{zaphod.pk}")  # as ten minutes without a sign of life do
    second = turns.take(zaphod, Copy(zaphod).pieces())
    assert second is not None
    stalled.close()
    assert turns.take(zaphod, Copy(zaphod).pieces()) is None
    second.close()
    assert turns.take(zaphod, Copy(zaphod).pieces()) is not None


def test_a_copy_that_could_not_begin_keeps_no_turn(
    sure: Client, zaphod: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_facts: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as breaking:
        breaking.setattr("accounts.audit.record", broken)
        sure.raise_request_exception = False
        assert sure.post(COPY).status_code == 500
    assert sure.post(COPY).status_code == 200


def test_not_without_end(sure: Client, zaphod: User) -> None:
    for _time in range(6):
        sure.post(COPY).getvalue()
    answer = sure.post(COPY)
    assert answer.status_code == 429
    assert "several copies within this hour" in answer.content.decode()


def test_a_copy_that_found_no_place_is_not_counted(
    sure: Client, zaphod: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(slow_work.room, "most", 0)
        for _time in range(7):
            assert sure.post(COPY).status_code == 503
    assert sure.post(COPY).getvalue()


def test_visitors_sign_in_first(client: Client) -> None:
    for path in ("/data/", COPY, "/data/delete/"):
        assert client.get(path)["Location"].startswith("/accounts/login/")
