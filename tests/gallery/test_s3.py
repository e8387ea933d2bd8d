"""Files in a bucket of a real S3 server."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from time import monotonic
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import RequestFactory
from pytest_django import Settings

from gallery import s3
from gallery.files import FilesUnavailableError, file_response
from gallery.models import Artwork
from gallery.s3 import S3Files
from tests.services.s3 import S3

MIB = 2**20


def read(name: str) -> bytes:
    with default_storage.open(name) as file:
        data: bytes = file.read()
    return data


def fetch(address: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """What a browser gets that knows nothing but an address."""
    request = Request(address, method=method)
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except HTTPError as error:
        with error:
            return error.code, dict(error.headers), b""


def storage_at(endpoint: str, **changes: str) -> S3Files:
    named = {"bucket_name": "any", "access_key": "nobody", "secret_key": "guesses"} | changes
    return S3Files(endpoint_url=endpoint, region_name="us-east-1", **named)


@pytest.mark.parametrize("size", [0, 5, 20 * MIB], ids=["empty", "small", "in several parts"])
def test_a_file_is_read_as_it_was_written(bucket: str, size: int) -> None:
    data = os.urandom(size)
    name = default_storage.save("a/b/one.png", ContentFile(data))
    assert read(name) == data
    assert default_storage.size(name) == size
    assert default_storage.listdir("a/b") == ([], ["one.png"])


def test_a_name_is_never_written_twice(bucket: str) -> None:
    first = default_storage.save("one.png", ContentFile(b"first"))
    second = default_storage.save("one.png", ContentFile(b"second"))
    assert first != second
    assert (read(first), read(second)) == (b"first", b"second")


@pytest.mark.parametrize(
    "ask",
    [default_storage.open, default_storage.size, default_storage.get_modified_time],
    ids=["open", "size", "time"],
)
def test_a_missing_file_is_missed_as_on_a_disk(bucket: str, ask: Callable[[str], object]) -> None:
    with pytest.raises(FileNotFoundError, match=r"gone\.png"):
        ask("gone.png")
    assert not default_storage.exists("gone.png")
    default_storage.delete("gone.png")


def test_strangers_get_nothing_from_the_bucket(bucket: str, s3: S3) -> None:
    default_storage.save("one.png", ContentFile(b"mine"))
    assert fetch(f"{s3.endpoint}/{bucket}/one.png")[0] == HTTPStatus.FORBIDDEN


def test_a_picture_leaves_the_site_as_from_a_disk(
    bucket: str, artwork: Artwork, rf: RequestFactory
) -> None:
    response = file_response(rf.get("/"), artwork.display)
    data = b"".join(response)
    response.close()
    assert data == read(artwork.display.name)
    assert response["Content-Type"] == "image/webp"
    assert response["Content-Length"] == str(len(data))
    again = file_response(rf.get("/", headers={"If-None-Match": response["ETag"]}), artwork.display)
    assert again.status_code == HTTPStatus.NOT_MODIFIED


def test_head_fetches_nothing(
    bucket: str, artwork: Artwork, rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(S3Files, "_open", None)
    response = file_response(rf.head("/"), artwork.original)
    assert response["Content-Type"] == "image/png"
    assert response["Content-Length"] == str(artwork.bytes)
    assert response["ETag"]


def test_a_signed_address_gives_the_file_to_whoever_was_sent_there(
    bucket: str, artwork: Artwork, rf: RequestFactory, settings: Settings
) -> None:
    settings.S3_SIGNED_URLS = True
    response = file_response(rf.get("/"), artwork.original, download_as="Mühle.png")
    assert response.status_code == HTTPStatus.FOUND
    assert response["Cache-Control"] == "private, max-age=240"
    assert "ETag" not in response
    status, headers, data = fetch(response["Location"])
    assert status == HTTPStatus.OK
    assert data == read(artwork.original.name)
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Disposition"] == "attachment; filename*=utf-8''M%C3%BChle.png"
    assert "immutable" in headers["Cache-Control"]


def test_a_signed_address_answers_head_too(
    bucket: str, artwork: Artwork, rf: RequestFactory, settings: Settings
) -> None:
    settings.S3_SIGNED_URLS = True
    response = file_response(rf.head("/"), artwork.original)
    status, headers, _data = fetch(response["Location"], "HEAD")
    assert status == HTTPStatus.OK
    assert headers["Content-Length"] == str(artwork.bytes)


def test_a_signed_address_is_for_one_file_and_for_minutes(
    bucket: str,
    artwork: Artwork,
    rf: RequestFactory,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.S3_SIGNED_URLS = True
    address = file_response(rf.get("/"), artwork.original)["Location"]
    assert "X-Amz-Expires=300" in address
    other = address.replace(artwork.original.name, artwork.display.name)
    assert other != address
    assert fetch(other)[0] == HTTPStatus.FORBIDDEN
    changeable = file_response(rf.get("/"), artwork.original, immutable=False)
    assert "X-Amz-Expires=120" in changeable["Location"]
    assert "max-age=60" in changeable["Cache-Control"]
    assert "immutable" not in fetch(changeable["Location"])[1]["Cache-Control"]


def test_a_forked_process_speaks_through_a_connection_of_its_own(bucket: str) -> None:
    name = default_storage.save("one.png", ContentFile(b"shared"))
    ours = id(default_storage.connection)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            anew = id(default_storage.connection) != ours
            os.write(writing, read(name) if anew else b"the parent's")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert pipe.read() == b"shared"
    assert id(default_storage.connection) == ours


# What a bucket that is away looks like to callers


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def breaking() -> Iterator[str]:
    """A server that breaks off in the middle of a file."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _address = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


USES: dict[str, Callable[[S3Files], object]] = {
    "open": lambda storage: storage.open("one.png"),
    "save": lambda storage: storage.save("one.png", ContentFile(b"x")),
    "exists": lambda storage: storage.exists("one.png"),
    "size": lambda storage: storage.size("one.png"),
    "time": lambda storage: storage.get_modified_time("one.png"),
    "list": lambda storage: storage.listdir(""),
    "delete": lambda storage: storage.delete("one.png"),
    "check": lambda storage: storage.check(),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_server_that_is_not_there_is_an_error_of_the_system(use: Callable[..., object]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
    began = monotonic()
    with pytest.raises(FilesUnavailableError) as error:
        use(storage_at(endpoint))
    assert error.value.strerror
    assert monotonic() - began < 8


def test_a_server_that_never_answers_is_given_up(
    silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "ANSWER_S", 0.5)
    began = monotonic()
    with pytest.raises(FilesUnavailableError):
        storage_at(silent).save("one.png", ContentFile(b"x"))
    assert monotonic() - began < 15  # boto3's own minute is far away, on a busy machine too
    assert s3.ATTEMPTS * s3.ANSWER_S <= 20


def test_a_file_that_breaks_off_is_an_error_and_not_half_a_file(breaking: str) -> None:
    with pytest.raises(FilesUnavailableError):
        storage_at(breaking).open("one.png")


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_wrong_keys_are_no_missing_file(s3: S3, bucket: str, use: Callable[..., object]) -> None:
    with pytest.raises(FilesUnavailableError):
        use(storage_at(s3.endpoint, bucket_name=bucket))


def test_a_missing_bucket_is_no_missing_file(s3: S3, bucket: str) -> None:
    named = s3.settings(bucket)
    storage = storage_at(
        s3.endpoint,
        bucket_name="nowhere",
        access_key=named["STYLESITE_S3_ACCESS_KEY"],
        secret_key=named["STYLESITE_S3_SECRET_KEY"],
    )
    with pytest.raises(FilesUnavailableError):
        storage.open("one.png")
    with pytest.raises(FilesUnavailableError):
        storage.save("one.png", ContentFile(b"x"))
    with pytest.raises(FilesUnavailableError, match="nowhere"):
        storage.check()
