"""Every address × everybody × every method, against the one table in ``table``.

Whoever adds an address adds it there; what each page does with those whom it lets in, its own tests
say. No answer may be an error of ours, and nobody can tell from one whether a stranger's thing is
there. What opens to staff who are no superusers is in ``test_staff``.
"""

from __future__ import annotations

from itertools import product
from uuid import UUID, uuid4

import pytest

from accounts.models import ApiToken
from tests.stylesite.access import table
from tests.stylesite.access.addresses import ROUTES, address, unshown_addresses
from tests.stylesite.access.answers import RULES, expected, is_the_booths, told
from tests.stylesite.access.world import COLUMNS, ROLES, World

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
PARTS = {
    "pages": [name for name in ROUTES if not name.startswith(("api:", "admin:"))],
    "API": [name for name in ROUTES if name.startswith("api:")],
    "admin": [name for name in ROUTES if name.startswith("admin:")],
}


def test_the_table_has_every_address_and_no_other() -> None:
    """Somebody has to decide who may what: in tests/stylesite/access/table.py."""
    assert sorted(RULES) == sorted(ROUTES)


@pytest.mark.parametrize("part", PARTS)
def test_everybody_gets_what_the_table_says(world: World, part: str) -> None:
    wrong = []
    for name in PARTS[part]:
        path = address(world, name)
        for method, role in product(METHODS, ROLES):
            if role == "deputy" and table.is_for_staff(name):
                continue  # by which permission: test_staff
            answer, wanted = world.ask(role, method, path), expected(name, method, role)
            if told(answer) != wanted:
                wrong.append((name, method, role, wanted, answer.status, answer.location))
            if role == "guest" and wanted == "-" and (answer.body or answer.sets_cookies):
                wrong.append((name, method, role, "nothing at all", answer.body, ""))
    assert not wrong, "\n".join(map(str, wrong))


def test_a_booths_device_that_asks_for_a_page_is_led_back(world: World) -> None:
    browser = {"HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8"}
    wrong = []
    for name in (name for name in ROUTES if not is_the_booths(name)):
        for method in ("GET", "HEAD"):
            answer = world.ask("guest", method, address(world, name), **browser)
            if (answer.status, answer.location, answer.body) != (302, "/booth/", b""):
                wrong.append((name, method, answer.status))
    assert not wrong, "\n".join(map(str, wrong))


def test_what_nobody_is_shown_is_not_there(world: World) -> None:
    """The same addresses as in the table, with things that it lets nobody in to."""
    wrong = []
    for name, path in unshown_addresses(world):
        for method, role in product(RULES[name], COLUMNS):
            answer, wanted = world.ask(role, method, path), expected(name, method, role)
            if told(answer) != wanted.replace("+", "-"):
                wrong.append((name, method, role, answer.status, path))
    assert not wrong, "\n".join(map(str, wrong))


def test_nobody_can_tell_whether_a_strangers_thing_is_there(world: World) -> None:
    """Whoever is not let in is answered as if the ids were made up, with every method."""
    made_up = {name: uuid4() for name, part in world.parts.items() if isinstance(part, UUID)}
    made_up |= {"token": "made.up", "code": "made-up", "token_id": uuid4()}
    made_up |= {"session_id": 10**9, "passkey_id": 10**9}
    told_apart = []
    for name in (name for name in ROUTES if not name.startswith("admin:")):
        nowhere = address(world, name, **made_up)
        if nowhere == address(world, name):
            continue
        for method, role in product(RULES[name], COLUMNS):
            letter = expected(name, method, role)  # of what is there, as asked above
            if letter not in "-s" or role == "guest":
                continue
            answer = world.ask(role, method, nowhere)
            if told(answer) != letter:
                told_apart.append((name, method, role, letter, answer.status))
    assert not told_apart, "\n".join(map(str, told_apart))


def test_nothing_of_the_owners_is_on_anybody_elses_pages(world: World) -> None:
    """No id of theirs, and not their address: in lists, searches and what is shown to everybody."""
    shown = {world.parts["published_id"], world.parts["preset_id"]}
    ids = {part for part in world.parts.values() if isinstance(part, UUID)} - shown
    marks = [str(one).encode() for one in ids]
    marks.append(world.owner.email.encode())
    found = []
    for name in [*PARTS["pages"], *PARTS["API"]]:
        if "GET" not in RULES[name] or "<" in ROUTES[name]:
            continue
        for role in ("anonymous", "half", "stranger", "admin"):
            body = world.ask(role, "GET", address(world, name)).body
            found += [(name, role, mark) for mark in marks if mark in body]
    staff = {"gallery:reports", "transfers:queue", "transfers:examples"}
    assert [hit for hit in found if not (hit[0] in staff and hit[1] == "admin")] == []


@pytest.mark.parametrize("scope", ApiToken.Scope.values)
def test_each_operation_of_the_api_needs_its_scope(world: World, scope: str) -> None:
    world.let_token(scope)
    wrong = []
    for name, rules in RULES.items():
        for method, rule in rules.items():
            if not rule.scope or (name, method) in ANY_SCOPE:
                continue
            answer = world.ask("token", method, address(world, name))
            if (told(answer) == "f") == (rule.scope == scope):
                wrong.append((name, method, rule.scope, answer.status, answer.body[:200]))
    assert not wrong, "\n".join(map(str, wrong))


ANY_SCOPE = {("api:me", "GET"), ("api:me", "HEAD")}
"""Whose token it is may be asked by any."""
