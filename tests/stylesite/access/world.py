"""The people of the matrix, and how each asks for an address.

What one of them owns is in ``things``. Every request is undone when it has been answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from django_q.models import Task

from accounts import tokens
from accounts.models import ApiToken, AuditEntry, Quota, User
from gallery import shares
from gallery.imports import exporting
from gallery.models import Collection, Profile, Style, StyleImport
from tests.conftest import PASSWORD
from tests.stylesite.access.things import Things
from transfers.booth import devices, opening
from transfers.models import MachineSpeed, Notice, WorkerHost

COLUMNS = ("anonymous", "stranger", "owner", "holder", "guest", "token", "admin")
"""Who has nothing; somebody else; whose things are asked for; who has typed the password of a link
to them; a booth's device; a program with the owner's token that may only read; a superuser."""

ROLES = (*COLUMNS, "half", "program", "deputy")
"""Besides: the owner who has typed the password and not taken the second step; a program that may
do everything for somebody else; staff with every permission there is, and no superuser."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    location: str
    body: bytes
    sets_cookies: bool


@contextmanager
def connection_kept() -> Iterator[None]:
    """As Django's test client has it: the end of a request does not end the test's transaction."""
    request_finished.disconnect(close_old_connections)
    try:
        yield
    finally:
        request_finished.connect(close_old_connections)


class World:
    """Who asks, and what there is to ask for. All who sign in do it in two steps."""

    def __init__(self) -> None:
        self.owner = User.objects.create_user("ada@example.org", PASSWORD)
        self.stranger = User.objects.create_user("bob@example.org", PASSWORD)
        self.admin = User.objects.create_superuser("root@example.org", PASSWORD)
        self.deputy = User.objects.create_user("dan@example.org", PASSWORD, is_staff=True)
        self.deputy.user_permissions.set(Permission.objects.all())
        people = (self.owner, self.stranger, self.admin, self.deputy)
        for user, handle in zip(people, ("ada", "bob", "root", "dan"), strict=True):
            Profile.objects.create(owner=user, handle=handle, is_public=True)
        self.things = Things(self.owner, self.stranger, self.admin)
        self.parts = self.things.parts
        self.parts["import_id"] = import_of(self.admin).pk
        for user in people:
            TOTP.activate(user, generate_totp_secret())
            RecoveryCodes.activate(user)
        link = self.things.link
        self._asks: dict[str, dict[str, Any]] = {
            "anonymous": {},
            "stranger": signed_in(self.stranger),
            "owner": signed_in(self.owner),
            "admin": signed_in(self.admin),
            "deputy": signed_in(self.deputy),
            "half": cookies_of(after_the_password(self.owner)),
            "holder": {"HTTP_COOKIE": f"unlocked={shares.key_of(link)}"},
            "guest": self._device(),
            "token": with_token(self.owner, "reader", [ApiToken.Scope.READ]),
            "program": with_token(self.stranger, "program", ApiToken.Scope.values),
        }
        self.parts["session_id"] = UserSession.objects.get(user=self.owner).pk
        self._handler = WSGIHandler()
        self.rows = rows_of_the_admin(self.owner, self.admin, self.parts)
        self.rows["accounts_user"] = self.stranger.pk  # no deputy touches other staff

    def ask(self, role: str, method: str, path: str, **data: Any) -> Answer:
        """What ``role`` is answered. Whatever the request changed is undone."""
        request = RequestFactory().generic(method, path, **self._asks[role], **data)
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        with connection_kept(), transaction.atomic():
            response = self._handler.get_response(request)
            body = b"".join(response) if response.streaming else response.content
            response.close()
            transaction.set_rollback(True)
        location, cookies = response.get("Location", ""), bool(response.cookies)
        return Answer(response.status_code, location, body, cookies)

    def browser(self, role: str) -> Client:
        """What ``role`` asks with, to ask for good."""
        return Client(**self._asks[role])

    def let_in(self, role: str, client: Client) -> None:
        """Let ``role`` ask with the session of ``client``."""
        self._asks[role] = cookies_of(client)

    def let_token(self, scope: str) -> None:
        """Let the owner's program do this and nothing else."""
        ApiToken.objects.filter(name="reader").update(scopes=[scope])

    def let_deputy(self, permissions: Iterable[str]) -> None:
        """Let the deputy do this and nothing else: names such as ``gallery.view_style``."""
        self.deputy.user_permissions.set([self.permissions[name] for name in permissions])

    @cached_property
    def permissions(self) -> dict[str, int]:
        """All there are, by name."""
        every = Permission.objects.values_list("content_type__app_label", "codename", "pk")
        return {f"{app_label}.{codename}": pk for app_label, codename, pk in every}

    def _device(self) -> dict[str, str]:
        opening.begin(self.things.booth)
        response = HttpResponse()
        devices.keep_open(response, self.things.booth)
        return {"HTTP_COOKIE": f"{devices.COOKIE}={response.cookies[devices.COOKIE].value}"}


def after_the_password(user: User) -> Client:
    """A browser in which that much was typed."""
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def signed_in(user: User) -> dict[str, str]:
    """With both steps, a moment ago, as for what protects an account."""
    client = after_the_password(user)
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    client.post("/accounts/2fa/authenticate/", {"code": code})
    return cookies_of(client)


def cookies_of(client: Client) -> dict[str, str]:
    name = settings.SESSION_COOKIE_NAME
    return {"HTTP_COOKIE": f"{name}={client.cookies[name].value}"}


def with_token(owner: User, name: str, scopes: list[str]) -> dict[str, str]:
    _token, secret = tokens.issue(owner, name, scopes)
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}


def import_of(admin: User) -> StyleImport:
    """A zip of presets that has been looked at, and waits."""
    packed = b"".join(exporting.stream(Style.objects.filter(slug="stripes")))
    waits = StyleImport(owner=admin, name="presets.zip")
    waits.file.save("waits.zip", ContentFile(packed), save=False)
    waits.save()
    return waits


def rows_of_the_admin(owner: User, root: User, parts: dict[str, Any]) -> dict[str, object]:
    """The key of a row of each table that the admin shows."""
    now = timezone.now()
    Task.objects.create(id="1", name="task", func="f", started=now, stopped=now, success=False)
    Group.objects.create(name="Friends")
    Quota.objects.create(waiting=5)
    Collection.objects.create(slug="sea", title="Sea")
    MachineSpeed.objects.create(host="here", pixel_steps_per_s=1, overhead_s=1)
    WorkerHost.objects.create(name="here", workers=1, threads_per_worker=1)
    Notice.objects.create(
        owner=owner, transfer_id=parts["transfer_id"], channel="email", event="transfer.succeeded"
    )
    AuditEntry.objects.create(action="token_made", account=owner)
    request = RequestFactory().get("/")
    request.user = root
    shown = {
        model._meta.label_lower.replace(".", "_"): its_admin.get_queryset(request)
        for model, its_admin in admin.site._registry.items()
    }
    first = {name: rows.first() for name, rows in shown.items()}
    assert None not in first.values(), "a row of each table is needed"
    return {name: row.pk for name, row in first.items()}
