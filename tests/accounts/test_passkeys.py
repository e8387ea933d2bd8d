"""Passkeys, as far as no browser is needed: that which is none, and that of somebody else.

How one is made and used is shown in tests/browser.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from fido2 import cbor
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.passkey_forms import MOST_CHARACTERS, AddPasskeyForm, PasskeyForm
from tests.accounts.conftest import LOGIN, is_signed_in

pytestmark = pytest.mark.django_db


def test_somebody_elses_passkey_is_not_there(proven: Client, stranger: User) -> None:
    theirs = Authenticator.objects.create(
        user=stranger, type="webauthn", data={"name": "Bob’s", "credential": {}}
    )
    for act in ("edit", "remove"):
        address = f"/accounts/2fa/webauthn/keys/{theirs.pk}/{act}/"
        assert proven.get(address).status_code == 404
        assert proven.post(address, {"name": "mine"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.data["name"] == "Bob’s"


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "nonsense",
        "{}",
        '{"response": {"userHandle": "MQ"}}',
        '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"userHandle": "enp6"}}',
        '{"id": "AA"}',
        '{"response": []}',
        "[" * 5_000,
    ],
)
def test_a_passkey_that_is_none_signs_nobody_in(client: Client, user: User, answer: str) -> None:
    assert client.get("/accounts/2fa/webauthn/login/", HTTP_ACCEPT="application/json").json()
    response = client.post("/accounts/2fa/webauthn/login/", {"credential": answer})
    assert response["Location"] == LOGIN
    assert not is_signed_in(client)


def test_a_passkey_that_proves_nothing_leads_back_to_the_question(
    proven: Client, user: User
) -> None:
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "Key", "credential": {}})
    page = "/accounts/2fa/webauthn/reauthenticate/"
    refused = proven.post(page, {"credential": '{"id": "AA"}', "next": "/gallery/"})
    assert refused["Location"] == f"{page}?next=%2Fgallery%2F"
    assert "That didn’t fit." in next(iter(get_messages(refused.wsgi_request))).message


def test_nobody_fills_the_database_with_challenges() -> None:
    def ask() -> int:
        accept = {"accept": "application/json"}
        return Client().get("/accounts/2fa/webauthn/login/", headers=accept).status_code

    assert [ask() for _time in range(32)] == [200] * 30 + [429] * 2
    assert Session.objects.count() == 30


# What is read of it

EXTENSIONS_FOLLOW, KEY_FOLLOWS = 0x80, 0x40
"""Flags of what an authenticator says (Web Authentication, section 6.1)."""


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def answer_of(authenticator_data: bytes, **response: Any) -> str:
    return json.dumps(
        {
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": {
                "clientDataJSON": base64url(b'{"type": "webauthn.get", "challenge": "AA"}'),
                "authenticatorData": base64url(authenticator_data),
                "signature": "AA",
                **response,
            },
        }
    )


def authenticator_data(flags: int, rest: bytes) -> bytes:
    return bytes(32) + bytes([flags]) + bytes(4) + rest


def test_an_answer_without_end_is_not_read(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """fido2 reads a list of a million zeros for minutes, and holds the process meanwhile."""
    read: list[int] = []
    monkeypatch.setattr(cbor, "decode_from", lambda data: read.append(len(data)))
    zeros = b"\x9a" + (10**6).to_bytes(4, "big") + bytes(10**6)
    answer = answer_of(authenticator_data(EXTENSIONS_FOLLOW, zeros))
    form = PasskeyForm({"credential": answer}, user=user)
    assert not form.is_valid()
    assert read == []
    assert len(answer) > MOST_CHARACTERS


@pytest.mark.parametrize("digits", ["1099511627776", "1" * 30, "1" * 5000, "-65537"])
@pytest.mark.parametrize("name", ["rawId", "signature"])
def test_a_number_in_the_place_of_bytes_takes_no_memory(
    proven: Client, user: User, digits: str, name: str
) -> None:
    """fido2 makes zeros of it, a terabyte of the first."""
    answer = answer_of(authenticator_data(0, b""))
    sent = answer.replace(f'"{name}": "AA"', f'"{name}": {digits}')
    assert sent != answer
    assert not PasskeyForm({"credential": sent}, user=user).is_valid()
    page = proven.post("/accounts/2fa/webauthn/add/", {"credential": sent, "name": "Key"})
    assert page.status_code == 200


def test_a_number_inside_of_a_new_passkey_takes_no_memory(proven: Client, user: User) -> None:
    said = {"fmt": "none", "attStmt": {}, "authData": 2**40}
    about = base64url(b'{"type": "webauthn.create", "challenge": "AA", "origin": "https://x"}')
    packed = cbor.encode(said)
    for attestation in (base64url(packed), list(packed)):
        sent = answer_of(b"", clientDataJSON=about, attestationObject=attestation)
        page = proven.post("/accounts/2fa/webauthn/add/", {"credential": sent, "name": "Key"})
        assert page.status_code == 200
    assert not Authenticator.objects.exists()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)
names = ["authenticatorData", "clientDataJSON", "signature", "userHandle", "attestationObject"]
answers = st.builds(
    lambda flags, rest, response: answer_of(authenticator_data(flags, rest), **response),
    st.sampled_from([0, EXTENSIONS_FOLLOW, KEY_FOLLOWS, EXTENSIONS_FOLLOW | KEY_FOLLOWS]),
    st.binary(max_size=40) | st.builds(lambda depth: b"\x81" * depth, st.integers(0, 4000)),
    st.dictionaries(
        st.sampled_from(names), json_values | st.binary(max_size=60).map(base64url), max_size=3
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(answer=answers | json_values.map(json.dumps) | st.text(max_size=30))
@pytest.mark.parametrize("form", [PasskeyForm, AddPasskeyForm])
def test_whatever_is_sent_for_a_passkey_is_refused_by_a_sentence(
    user: User, rf: RequestFactory, form: type[PasskeyForm | AddPasskeyForm], answer: str
) -> None:
    request = rf.post("/")
    request.session = {}  # type: ignore[assignment]
    with request_context(request):
        one = form({"credential": answer, "name": "Key"}, user=user)
        assert not one.is_valid()
