"""Staff who may do just so much."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User


def staff(*permissions: str) -> User:
    """Somebody who may use the admin, with these permissions ("gallery.view_style") and no more."""
    number = User.objects.count()
    person = User.objects.create_user(f"staff{number}@example.org", is_staff=True)
    for name in permissions:
        app, _dot, codename = name.partition(".")
        found = Permission.objects.get(content_type__app_label=app, codename=codename)
        person.user_permissions.add(found)
    return person


def as_staff(*permissions: str) -> Client:
    client = Client()
    client.force_login(staff(*permissions))
    return client
