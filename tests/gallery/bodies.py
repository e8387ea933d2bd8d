"""Request bodies that must not be read to their end."""

import io

from django.http import HttpResponse
from django.test import Client


class Endless(io.BytesIO):
    """The beginning of a body that never ends; reading past it is a mistake."""

    def read(self, *args: int) -> bytes:
        data = super().read(*args)
        assert data, "the body was read to its end"
        return data


def post_gigabyte(client: Client, address: str, **fields: object) -> HttpResponse:
    """Post ``fields`` and then a file ``image`` that is announced as a gigabyte."""
    part = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n{}\r\n'
    body = "".join(part.format(name, "", value) for name, value in fields.items())
    body += part.format("image", '; filename="huge.jpg"', "x" * 2**17)
    return client.generic(
        "POST",
        address,
        b"",
        CONTENT_TYPE="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(2**30),
        **{"wsgi.input": Endless(body.encode())},
    )
