"""The people of the matrix, all that one of them owns, and how each asks for an address.

Made once for a module: every request of the matrix is undone when it has been answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from django_q.models import Task

from accounts import tokens
from accounts.models import ApiToken, AuditEntry, Invitation, Quota, User
from engine.params import Params
from gallery import albums, shares
from gallery.masks import add_mask
from gallery.models import Artwork, Collection, Profile, Style, StyleOffer
from gallery.recipe_files import described, of_artwork
from gallery.styles import add_style
from tests.conftest import PASSWORD
from tests.gallery.drawings import hang_artwork, whole_recipe
from tests.gallery.films import add_time_lapse
from tests.transfers.drawings import as_file, left_half, quadrants
from transfers.booth import devices, opening, sittings
from transfers.models import Booth, ContentImage, MachineSpeed, Notice, Transfer, WorkerHost
from transfers.photos import add_photo
from transfers.queue import submission
from transfers.queue.submission import Order
from transfers.repeating.bringing import keep
from transfers.studies import sweeps
from transfers.studies.axes import AXES
from transfers.studio import saved

ROLES = ("anonymous", "stranger", "owner", "holder", "guest", "token", "admin")
"""Who has nothing; somebody else; whose things are asked for; who has typed the password of a link
to them; a booth's device; a program with the owner's token that may only read; a superuser."""


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
    """Who asks, and what there is to ask for."""

    def __init__(self) -> None:
        self.owner = User.objects.create_user("ada@example.org", PASSWORD)
        self.stranger = User.objects.create_user("bob@example.org", PASSWORD)
        self.admin = User.objects.create_superuser("root@example.org", PASSWORD)
        self.parts = self._things()
        self._asks: dict[str, dict[str, Any]] = {
            "anonymous": {},
            "stranger": self._signed_in(self.stranger),
            "owner": self._signed_in(self.owner),
            "admin": self._signed_in(self.admin),
            "holder": {"HTTP_COOKIE": f"unlocked={shares.key_of(self.link)}"},
            "guest": self._device(),
            "token": self._token(),
        }
        self._handler = WSGIHandler()
        self.rows = rows_of_the_admin(self.owner, self.parts)

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

    def let_token(self, scope: str) -> None:
        """Let the program's token do this and nothing else."""
        ApiToken.objects.filter(name="program").update(scopes=[scope])

    def _things(self) -> dict[str, Any]:
        """What varies in addresses, all of it the owner's."""
        owner = self.owner
        photo = add_photo(owner, BytesIO(as_file(quadrants())), "upload", "Harbour")
        preset = Style(title="Stripes", slug="stripes")
        preset.set_picture(quadrants(90, 90))
        preset.save()
        own_style = add_style(owner=owner, image=quadrants(64, 96), title="My tiles")
        mask = add_mask(owner, BytesIO(as_file(left_half(), "PNG")), (photo.width, photo.height))
        artwork = self._artwork(photo, preset)
        add_time_lapse(artwork)
        finished = submission.submit(owner, photo, [(preset, 1.0)], Params(size_px=256))
        Transfer.objects.filter(pk=finished.pk).update(state="succeeded", artwork=artwork)
        album = albums.create(owner, "Summer", [artwork])
        self.link = shares.create(owner, album=album, password=PASSWORD)
        order = Order(content_image=photo, styles=[(preset, 1.0)], params=Params(size_px=512))
        strength, scale = AXES["style_strength"], AXES["style_scale"]
        rows, columns = strength.judged([40, 90], owner), scale.judged([1], owner)
        wish = sweeps.Wish(order, (strength, rows), (scale, columns), 256)
        self.booth = Booth.objects.create(owner=owner, title="Summer party")
        self.booth.styles.add(preset)
        sitting, code = sittings.take(
            self.booth, BytesIO(as_file(quadrants(120, 80))), preset, on_wall=True
        )
        for user, handle in ((owner, "ada"), (self.stranger, "bob"), (self.admin, "root")):
            Profile.objects.create(owner=user, handle=handle, is_public=True)
        token, _secret = tokens.issue(owner, "mine", ["read"])
        session = UserSession.objects.create(user=owner, session_key="laptop", ip="192.0.2.0")
        return {
            "album_id": album.pk,
            "artwork_id": artwork.pk,
            "other_id": artwork.pk,
            "booth_id": self.booth.pk,
            "brought_id": (brought := keep(owner, of_artwork(artwork))).pk,
            "recipe_id": brought.pk,
            "code": code,
            "link_id": self.link.pk,
            "mask_id": mask.pk,
            "photo_id": photo.pk,
            "session_id": session.pk,
            "settings_id": saved.save(owner, "Soft", Params(style_strength=40)).pk,
            "sitting_id": sitting.pk,
            "style_id": own_style.pk,
            "sweep_id": (sheet := sweeps.begin(owner, wish)).pk,
            "sheet_id": sheet.pk,
            "token": shares.token_of(self.link),
            "token_id": token.pk,
            "transfer_id": finished.pk,
        }

    def _artwork(self, photo: ContentImage, preset: Style) -> Artwork:
        """Of which enough is known to paint it again."""
        recipe = whole_recipe(
            params=Params(size_px=96, seed=3).to_json(),
            styles=[{"title": "Stripes", "style_id": str(preset.pk), **described(preset)}],
            content={"title": "Harbour", "photo_id": str(photo.pk), **described(photo)},
        )
        picture = quadrants(96, 64)
        return hang_artwork(
            owner=self.owner, image=picture, before=picture, title="Harbour", recipe=recipe
        )

    def _signed_in(self, user: User) -> dict[str, str]:
        client = Client()
        client.force_login(user)
        return {"HTTP_COOKIE": client.cookies.output(header="", sep=";").strip()}

    def _device(self) -> dict[str, str]:
        opening.begin(self.booth)
        response = HttpResponse()
        devices.keep_open(response, self.booth)
        return {"HTTP_COOKIE": f"{devices.COOKIE}={response.cookies[devices.COOKIE].value}"}

    def _token(self) -> dict[str, str]:
        _token, secret = tokens.issue(self.owner, "program", [ApiToken.Scope.READ])
        return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}


def rows_of_the_admin(owner: User, parts: dict[str, Any]) -> dict[str, object]:
    """The key of a row of each table that the admin shows."""
    now = timezone.now()
    Task.objects.create(id="1", name="task", func="f", started=now, stopped=now, success=False)
    Group.objects.create(name="Friends")
    Quota.objects.create(waiting=5)
    Collection.objects.create(slug="sea", title="Sea")
    StyleOffer.objects.create(style_id=parts["style_id"], licence="CC0")
    MachineSpeed.objects.create(host="here", pixel_steps_per_s=1, overhead_s=1)
    WorkerHost.objects.create(name="here", workers=1, threads_per_worker=1)
    Notice.objects.create(
        owner=owner, transfer_id=parts["transfer_id"], channel="email", event="transfer.succeeded"
    )
    invited_until = now + timedelta(days=1)
    Invitation.objects.create(made_by=owner, digest="0", expires_at=invited_until)
    careful = User.objects.create_user("eve@example.org", PASSWORD)
    Authenticator.objects.create(user=careful, type="totp", data={})
    AuditEntry.objects.create(action="token_made", account=owner)
    request = RequestFactory().get("/")
    request.user = User.objects.get(is_superuser=True)
    shown = {
        model._meta.label_lower.replace(".", "_"): its_admin.get_queryset(request)
        for model, its_admin in admin.site._registry.items()
    }
    first = {name: rows.first() for name, rows in shown.items()}
    assert None not in first.values(), "a row of each table is needed"
    return {name: row.pk for name, row in first.items()}
