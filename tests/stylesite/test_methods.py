"""Methods that no page has are refused before a page is asked."""

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_pages_know_three_methods(signed_in: Client, method: str) -> None:
    for path in ("/gallery/", "/accounts/login/", "/admin/", "/nothing/at/all/"):
        answer = signed_in.generic(method, path)
        assert (path, answer.status_code) == (path, 405)
        assert answer["Allow"] == "GET, HEAD, POST"


def test_the_api_says_itself_what_it_knows(signed_in: Client) -> None:
    assert signed_in.generic("PUT", "/api/v1/me/")["Allow"] == "GET, HEAD"
