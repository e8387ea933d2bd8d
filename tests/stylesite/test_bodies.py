"""What a body may be, everywhere; and that nothing of those which may not is kept."""

from __future__ import annotations

import io
import os
import random
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from engine.images import encode_png
from gallery import uploads
from gallery.models import Style
from tests.gallery.bodies import Endless
from tests.gallery.drawings import gradient, upload
from tests.stylesite.access.routes import every_view

pytestmark = pytest.mark.django_db

LARGE = 3 * 2**20  # beyond what Django keeps in memory: it lies on the disk while it arrives
TAKE_FILES = {
    *("gallery:style-add", "gallery:style-edit", "transfers:booth-take", "transfers:look"),
    *("transfers:many", "transfers:new", "transfers:recipe-give", "transfers:recipe-import"),
    *("transfers:settings-change", "transfers:settings-delete", "transfers:settings-put-back"),
    *("transfers:settings-save", "transfers:sweep-new"),
    *("admin:gallery_style_add", "admin:gallery_style_change", "admin:gallery_style_import"),
    *(
        "api:content-images",
        "api:content-image-masks",
        "api:recipe-upload",
        "api:style-picture",
        "api:styles",
    ),
}
"""Whatever else there is takes none. Of the studio's form every button brings its photo along."""


def files_in(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def nameless_in(folder: Path) -> list[str]:
    """What this process has open there and no name leads to."""
    found = []
    for number in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # the one that the list itself was read by
            found.append(os.readlink(f"/proc/self/fd/{number}"))
    return [one for one in found if one.startswith(f"{folder}/") and one.endswith("(deleted)")]


@pytest.fixture
def on_disk(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> set[tuple[int, int]]:
    """How many files with a name, and without one, lie there whenever a piece has arrived."""
    seen: set[tuple[int, int]] = set()
    receive = uploads.SizeGuard.receive_data_chunk

    def watched(guard: uploads.SizeGuard, raw: bytes, start: int) -> bytes:
        seen.add((len(files_in(temporary)), len(nameless_in(temporary))))
        return receive(guard, raw, start)

    monkeypatch.setattr(uploads.SizeGuard, "receive_data_chunk", watched)
    return seen


def large() -> SimpleUploadedFile:
    return SimpleUploadedFile("large.jpg", bytes(LARGE), "image/jpeg")


def test_only_these_addresses_take_files() -> None:
    found = {name for name, view in every_view().items() if uploads.view_takes_files(view)}
    assert found == TAKE_FILES


def test_a_page_that_takes_no_file_keeps_none(
    signed_in: Client, temporary: Path, media_root: Path
) -> None:
    response = signed_in.post(reverse("gallery:profile-edit"), {"handle": "ada", "file": upload()})
    assert response.status_code == 400
    assert "This page takes no files" in response.content.decode()
    assert files_in(temporary, media_root) == []


def test_a_long_body_is_not_even_read_where_no_file_is_taken(signed_in: Client) -> None:
    response = signed_in.generic(
        "POST",
        reverse("gallery:profile-edit"),
        b"",
        CONTENT_TYPE="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(LARGE),
        **{"wsgi.input": Endless(b"--x")},
    )
    assert response.status_code == 413
    assert "more than this page takes" in response.content.decode()


@pytest.mark.parametrize(("beyond", "status"), [(0, 302), (1, 422)])
def test_a_form_with_files_may_have_four_times_what_a_file_may(
    signed_in: Client, settings: Settings, beyond: int, status: int
) -> None:
    """One byte more, and of its files nothing is read."""
    picture = upload(gradient(96, 64)).read()
    head = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
    settings.UPLOAD_MAX_BYTES = 2**16
    body = head + picture + b"\r\n--x--\r\n"
    response = signed_in.generic(
        "POST",
        reverse("gallery:style-add"),
        b"",
        CONTENT_TYPE="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(4 * 2**16 + beyond),
        **{"wsgi.input": io.BytesIO(body)},
    )
    assert response.status_code == status
    said = "This file is larger than" in response.content.decode()
    assert said is (status == 422)


def test_a_visitor_leaves_no_file_behind_and_is_asked_to_sign_in(
    client: Client, temporary: Path, media_root: Path, on_disk: set[tuple[int, int]]
) -> None:
    response = client.post(reverse("gallery:style-add"), {"image": large()})
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")
    assert files_in(temporary, media_root) == nameless_in(temporary) == []
    assert on_disk <= {(0, 0)}


def test_a_large_picture_arrives_whole_and_never_has_a_name_on_the_disk(
    signed_in: Client, user: User, temporary: Path, on_disk: set[tuple[int, int]]
) -> None:
    """With one, it would stay with all that its camera wrote when the process is killed."""
    noise = Image.frombytes("RGB", (1200, 1000), random.Random(5).randbytes(3_600_000))
    file = SimpleUploadedFile("noise.png", encode_png(noise), "image/png")
    assert file.size > LARGE
    response = signed_in.post(reverse("gallery:style-add"), {"image": file})
    assert response.status_code == 302, response.content.decode()
    assert Style.objects.owned_by(user).get().width == 1200
    assert on_disk == {(0, 1)}
    response.close()
    assert files_in(temporary) == nameless_in(temporary) == []


@pytest.mark.parametrize("data", [bytes(LARGE), b"GIF89a" + bytes(LARGE)])
def test_of_a_refused_file_nothing_stays(
    signed_in: Client, user: User, temporary: Path, media_root: Path, data: bytes
) -> None:
    file = SimpleUploadedFile("large.jpg", data)
    response = signed_in.post(reverse("gallery:style-add"), {"image": file})
    assert response.status_code == 422
    assert files_in(temporary, media_root) == nameless_in(temporary) == []
    assert not Style.objects.owned_by(user).exists()


def test_of_a_body_that_breaks_off_nothing_stays(
    signed_in: Client, temporary: Path, media_root: Path
) -> None:
    class Broken(io.BytesIO):
        def read(self, *args: int) -> bytes:
            data = super().read(*args)
            if not data:
                raise OSError("the line was cut")
            return data

    head = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n'
    response = signed_in.generic(
        "POST",
        reverse("gallery:style-add"),
        b"",
        CONTENT_TYPE="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(2 * LARGE),
        **{"wsgi.input": Broken(head + bytes(LARGE))},
    )
    assert 400 <= response.status_code < 500
    assert files_in(temporary, media_root) == nameless_in(temporary) == []


@pytest.mark.parametrize("address", ["/new/", "/api/v1/transfers/"])
def test_a_body_of_unknown_length_is_refused_with_a_sentence(
    signed_in: Client, address: str
) -> None:
    response = signed_in.generic(
        "POST",
        address,
        b"",
        CONTENT_LENGTH="",
        HTTP_TRANSFER_ENCODING="chunked",
        **{"wsgi.input": Endless(b"")},
    )
    assert response.status_code == 411
    assert "Content-Length is missing" in response.content.decode()


def test_a_program_gets_a_whole_problem_document(signed_in: Client) -> None:
    response = signed_in.generic(
        "POST", "/api/v1/transfers/", b"", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked"
    )
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "/api/v1/problems/#malformed",
        "title": "The request cannot be read",
        "status": 411,
        "detail": "Please say how long the body is: Content-Length is missing.",
        "reason": "malformed",
        "errors": {},
    }


BROKEN = {"data": b"--x\r\nno form at all", "content_type": "multipart/form-data; boundary="}
LONG = {"data": b"text=" + b"x" * LARGE, "content_type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("address", "body", "status"),
    [
        ("/booth/take/", BROKEN, 400),
        ("/looks/", BROKEN, 400),
        ("/gallery/bulk/", BROKEN, 400),
        ("/booth/take/", LONG, 413),
        ("/gallery/bulk/", LONG, 413),
    ],
)
def test_a_script_of_a_page_gets_a_sentence_to_show(
    signed_in: Client, address: str, body: dict[str, object], status: int
) -> None:
    """Whether somebody is signed in or not: guests of a booth are not."""
    for client in (signed_in, Client()):
        response = client.generic("POST", address, HTTP_ACCEPT="application/json", **body)  # type: ignore[arg-type]
        assert response.status_code == status
        assert response.json()["sentence"].endswith(".")
    page = signed_in.generic("POST", address, HTTP_ACCEPT="text/html,*/*;q=0.8", **body)  # type: ignore[arg-type]
    assert page.status_code == status
    assert "</html>" in page.content.decode()


def test_what_is_stored_is_what_was_encoded_here(signed_in: Client, user: User) -> None:
    sent = upload(gradient(), format="JPEG", comment=b"rides along").read()
    file = SimpleUploadedFile("../../evil.php", sent + b"<?php rides along")
    assert signed_in.post(reverse("gallery:style-add"), {"image": file}).status_code == 302
    style = Style.objects.owned_by(user).get()
    stored = Path(style.original.path).read_bytes()
    assert b"rides along" not in stored
    assert "evil" not in str(style.original.name)
