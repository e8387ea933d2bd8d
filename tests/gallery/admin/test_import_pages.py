"""Importing through the admin: upload, look, confirm; and who may not."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from gallery.files import FilesUnavailableError
from gallery.models import Collection, Style, StyleImport
from gallery.uploads import SizeGuard
from tests.gallery.admin.people import as_staff
from tests.gallery.imports.zips import styles_zip, zipped
from transfers import housekeeping

UPLOAD = "/admin/gallery/style/import/"
ROWS = [("a.png", "Dots", "Ada", "CC0-1.0"), ("b.png", "Lines", "", "")]
IMPORTER = ("gallery.add_style", "gallery.change_style", "gallery.view_style")


def file_of(data: io.BytesIO) -> SimpleUploadedFile:
    return SimpleUploadedFile("mine.zip", data.getvalue(), "application/zip")


def uploaded(client: Client, data: io.BytesIO | None = None, **fields: str) -> str:
    """The address of the dry run that the upload leads to."""
    response = client.post(UPLOAD, {"file": file_of(data or styles_zip(*ROWS)), **fields})
    assert response.status_code == 302, response.context["form"].errors
    return str(response["Location"])


def page(client: Client, address: str, *, post: bool = False) -> str:
    response = client.post(address) if post else client.get(address)
    return b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]


def errors(client: Client, data: io.BytesIO) -> str:
    response = client.post(UPLOAD, {"file": file_of(data)})
    return str(response.context["form"].errors["file"][0])


def test_it_shows_what_would_happen_and_does_it_when_confirmed(
    admin_client: Client,
    media_root: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    address = uploaded(admin_client)
    html = page(admin_client, address)
    assert "2 new, 0 changed, 0 unchanged, 0 refused." in html
    assert html.rstrip().endswith("</html>")
    assert not Style.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        done = page(admin_client, address, post=True)
    assert "2 new, 0 changed, 0 unchanged, 0 refused." in done
    assert Style.objects.filter(owner=None, state="draft").count() == 2
    assert not StyleImport.objects.exists()
    assert not list((media_root / "imports").glob("*"))


def test_a_form_that_cannot_be_read_is_answered_with_a_sentence(
    admin_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    response = admin_client.generic("POST", UPLOAD, b"--x\r\n", "multipart/form-data; boundary=")
    assert response.status_code == 400
    assert "What was sent cannot be read" in response.content.decode()
    assert not [record for record in caplog.records if record.exc_info]


def test_the_rows_are_sent_one_after_the_other(admin_client: Client) -> None:
    response = admin_client.get(uploaded(admin_client))
    pieces = [piece.decode() for piece in response.streaming_content]  # type: ignore[attr-defined]
    assert "<tbody>" in pieces[0]
    assert "Dots" in pieces[1]
    assert "Lines" in pieces[2]


def test_a_line_that_is_cut_leaves_whole_rows_and_goes_on_the_next_time(
    admin_client: Client,
) -> None:
    address = uploaded(admin_client)
    response = admin_client.post(address)
    pieces = iter(response.streaming_content)  # type: ignore[attr-defined]
    next(pieces)
    assert b"Dots" in next(pieces)
    del pieces, response
    assert [style.title for style in Style.objects.all()] == ["Dots"]
    assert "1 new, 0 changed, 1 unchanged, 0 refused." in page(admin_client, address, post=True)


def test_what_is_complete_is_published_and_collected_when_asked(admin_client: Client) -> None:
    collection = Collection.objects.create(title="Op art", slug="op")
    address = uploaded(admin_client, publish="on", collection=str(collection.pk))
    assert "stays hidden: no credit and no licence" in page(admin_client, address)
    page(admin_client, address, post=True)
    assert [style.title for style in Style.objects.presets()] == ["Dots"]
    assert collection.styles.count() == 2


def test_words_in_the_table_are_only_words(admin_client: Client) -> None:
    html = page(admin_client, uploaded(admin_client, styles_zip(("a.png", "<b>x", "", ""))))
    assert "&lt;b&gt;x" in html
    assert "<b>x" not in html


def test_it_can_be_thrown_away(
    admin_client: Client,
    media_root: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    address = uploaded(admin_client)
    with django_capture_on_commit_callbacks(execute=True):
        assert admin_client.post(address, {"throw_away": "1"}).status_code == 302
    assert not StyleImport.objects.exists()
    assert not list((media_root / "imports").glob("*"))
    assert admin_client.get(address).status_code == 404


def test_what_was_forgotten_goes_after_a_day(
    admin_client: Client,
    media_root: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    uploaded(admin_client)
    StyleImport.objects.update(created_at=timezone.now() - timedelta(days=2))
    fresh = uploaded(admin_client)
    with django_capture_on_commit_callbacks(execute=True):
        housekeeping.tidy()
    assert str(StyleImport.objects.get().pk) in fresh
    assert len(list((media_root / "imports").glob("*"))) == 1


def test_a_zip_larger_than_a_picture_may_be_is_taken(
    admin_client: Client, settings: Settings
) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    data = styles_zip(*ROWS, header=("file", "title", "artist", "licence"))
    assert len(data.getvalue()) > 4 * settings.UPLOAD_MAX_BYTES / 10
    uploaded(admin_client, data)


def test_somebody_elses_upload_is_not_there(admin_client: Client) -> None:
    address = uploaded(admin_client)
    other = as_staff(*IMPORTER)
    assert other.get(address).status_code == 404
    assert other.post(address).status_code == 404


def test_staff_need_both_permissions_and_others_sign_in(
    client: Client, signed_in: Client, admin_client: Client
) -> None:
    address = uploaded(admin_client)
    for some in (as_staff("gallery.add_style"), as_staff("gallery.change_style")):
        assert some.get(UPLOAD).status_code == 403
        assert some.post(UPLOAD, {"file": file_of(styles_zip(*ROWS))}).status_code == 403
        assert some.post(address).status_code == 403
    for outside in (signed_in, Client()):
        assert outside.get(UPLOAD).status_code == 302
        assert outside.post(UPLOAD, {"file": file_of(styles_zip(*ROWS))}).status_code == 302
    assert StyleImport.objects.count() == 1
    assert not Style.objects.exists()


def test_no_superuser_is_needed(db: None) -> None:
    client = as_staff(*IMPORTER)
    page(client, uploaded(client), post=True)
    assert Style.objects.count() == 2


def test_before_the_second_step_no_more_is_taken_in_than_of_anybody(
    admin_client: Client, settings: Settings
) -> None:
    def most_bytes() -> int:
        request = admin_client.post(UPLOAD, {"file": file_of(styles_zip(*ROWS))}).wsgi_request
        guards = [one for one in request.upload_handlers if isinstance(one, SizeGuard)]
        return guards[0].limit_bytes

    assert most_bytes() == settings.IMPORT_MAX_BYTES
    settings.ADMIN_TWO_FACTOR = True
    assert most_bytes() == settings.UPLOAD_MAX_BYTES


def test_the_upload_asks_for_its_token(admin_user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert client.post(UPLOAD, {"file": file_of(styles_zip(*ROWS))}).status_code == 403
    assert not StyleImport.objects.exists()


def test_bad_uploads_are_sentences_and_nothing_is_kept(
    admin_client: Client, media_root: Path, settings: Settings
) -> None:
    assert "choose a zip" in str(admin_client.post(UPLOAD).context["form"].errors["file"][0])
    assert "not a zip" in errors(admin_client, io.BytesIO(b"certainly not"))
    assert "no styles.csv" in errors(admin_client, zipped({"a.png": b"1"}))
    assert "outside" in errors(admin_client, zipped({"styles.csv": b"file\n", "../a": b"1"}))
    assert "outside" in errors(admin_client, zipped({"styles.csv": b"file\n", ".": b"1"}))
    assert "called file" in errors(admin_client, zipped({"styles.csv": b"title\nDots\n"}))
    settings.IMPORT_MAX_BYTES = 50
    assert "zip is larger than" in errors(admin_client, styles_zip(*ROWS))
    assert not StyleImport.objects.exists()
    assert not media_root.exists()


def test_a_zip_that_vanished_is_told(admin_client: Client) -> None:
    address = uploaded(admin_client)
    Path(StyleImport.objects.get().file.path).unlink()
    assert "upload it again" in page(admin_client, address, post=True)


def test_a_store_that_is_away_is_told_and_the_zip_stays(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: object) -> None:
        raise FilesUnavailableError(5, "silent")

    address = uploaded(admin_client)
    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._open", away)
    assert "try again soon" in page(admin_client, address, post=True)
    assert StyleImport.objects.exists()


def test_what_failed_for_a_reason_of_ours_can_be_imported_again(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    address = uploaded(admin_client)
    with monkeypatch.context() as patched:
        patched.setattr("django.core.files.storage.FileSystemStorage._save", full)
        assert "2 rows failed for a reason of ours" in page(admin_client, address, post=True)
    assert not Style.objects.exists()
    assert "2 new, 0 changed, 0 unchanged, 0 refused." in page(admin_client, address, post=True)
    assert not StyleImport.objects.exists()


@pytest.mark.parametrize("method", ["put", "delete"])
def test_other_methods_do_nothing(admin_client: Client, method: str) -> None:
    address = reverse("admin:gallery_style_import")
    assert getattr(admin_client, method)(address).status_code == 405
