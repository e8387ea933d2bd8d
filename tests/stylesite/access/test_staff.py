"""The pages for staff: what each permission opens, and that a password alone opens none of them."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib import admin
from django.test import Client, RequestFactory

from accounts.models import User
from tests.stylesite.access import permissions, table
from tests.stylesite.access.addresses import address
from tests.stylesite.access.answers import RULES, expected, told
from tests.stylesite.access.permissions import enough, lacking
from tests.stylesite.access.world import World, after_the_password

pytestmark = pytest.mark.django_db

NEEDS = permissions.needs()
OF_STAFF = sorted(name for name in RULES if table.is_for_staff(name))
BY_NEED: dict[str, list[tuple[str, str]]] = {}
for asked, needed in NEEDS.items():
    if asked[1] != "HEAD":
        BY_NEED.setdefault(needed, []).append(asked)

CLOSED = [
    (name, method)
    for name, method in NEEDS
    if name not in ("admin:login", "admin:logout") and method != "HEAD"
]
"""To whom has not taken both steps lately: all but the ways in and out."""


def test_the_table_says_of_every_page_for_staff_what_opens_it() -> None:
    assert set(NEEDS) == {(name, method) for name in OF_STAFF for method in RULES[name]}


def test_a_permission_opens_what_the_table_says(world: World) -> None:
    wrong = []
    for needed, pages in BY_NEED.items():
        for held in enough(needed):
            world.let_deputy(held)
            for name, method in pages:
                answer = world.ask("deputy", method, address(world, name))
                wanted = "-" if name in NOT_THEIRS else expected(name, method, "admin")
                if told(answer) != wanted:
                    wrong.append((name, method, sorted(held), wanted, answer.status))
    assert not wrong, "\n".join(map(str, wrong))


NOT_THEIRS = {"admin:gallery_style_import_run"}
"""What another curator has uploaded is not there."""


def test_all_other_permissions_do_not_open_it(world: World) -> None:
    wrong = []
    for needed, pages in BY_NEED.items():
        for lacks in lacking(needed):
            world.let_deputy(world.permissions.keys() - lacks)
            for name, method in pages:
                answer = world.ask("deputy", method, address(world, name))
                if told(answer) != ("-" if name == "admin:app_list" else "f"):
                    wrong.append((name, method, sorted(lacks), answer.status))
    assert not wrong, "\n".join(map(str, wrong))


def test_what_is_done_to_many_rows_takes_its_permission(world: World) -> None:
    request = RequestFactory().get("/")
    wrong = []
    for model, its_admin in admin.site._registry.items():
        label = model._meta.label_lower.replace(".", "_")
        request.user = world.admin
        listed = permissions.ACTIONS.get(label, {})
        if its_admin.get_actions(request).keys() != listed.keys():
            wrong.append((label, "other actions", sorted(its_admin.get_actions(request))))
        for action, needed in listed.items():
            ways = [(held, True) for held in enough(needed)]
            ways += [(world.permissions.keys() - lacks, False) for lacks in lacking(needed)]
            for held, opens in ways:
                world.let_deputy(held)
                request.user = User.objects.get(pk=world.deputy.pk)
                if (action in its_admin.get_actions(request)) != opens:
                    wrong.append((label, action, needed, opens))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("role", ["admin", "deputy"])
def test_a_password_alone_opens_no_page_for_staff(world: World, role: str) -> None:
    """Neither to those who have set up no second step."""
    Authenticator.objects.all().delete()
    wrong = []
    for name, method in CLOSED:
        answer = world.ask(role, method, address(world, name))
        if answer.status != 403 or b'href="/accounts/2fa/"' not in answer.body:
            wrong.append((name, method, answer.status, answer.location))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("password", ["typed a moment ago", "typed long ago"])
def test_without_a_fresh_proof_every_page_for_staff_asks_for_the_second_step(
    world: World, password: str
) -> None:
    """Though the account has one: this session began before, and never gave it."""
    client = Client()
    if password == "typed a moment ago":
        Authenticator.objects.all().delete()
        client = after_the_password(world.admin)
        TOTP.activate(world.admin, generate_totp_secret())
    else:
        client.force_login(world.admin)
    world.let_in("admin", client)
    wrong = []
    for name, method in CLOSED:
        answer = world.ask("admin", method, address(world, name))
        if urlsplit(answer.location).path != "/accounts/2fa/reauthenticate/":
            wrong.append((name, method, answer.status, answer.location))
    assert not wrong, "\n".join(map(str, wrong))
