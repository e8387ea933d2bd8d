"""Who asks: the owner, somebody else, a visitor, an admin."""

from __future__ import annotations

from django.test import Client

from accounts.models import User

WHO = ("owner", "other", "visitor", "admin")


def client_of(person: User | None) -> Client:
    client = Client()
    if person:
        client.force_login(person)
    return client


def status(client: Client, address: str) -> int:
    """Of a GET; reading a file to its end closes it."""
    response = client.get(address)
    response.getvalue()
    return response.status_code
