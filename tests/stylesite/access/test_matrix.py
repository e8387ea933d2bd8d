"""Every address × everybody × every method, against the one table in ``table``.

Whoever adds an address adds it there; what each page does with those whom it lets in, its own tests
say. No answer may be an error of ours, and nobody can tell from one whether a stranger's thing is
there.
"""

from __future__ import annotations

from itertools import product
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from accounts.models import ApiToken
from tests.stylesite.access import table
from tests.stylesite.access.addresses import ROUTES, address
from tests.stylesite.access.world import ROLES, Answer, World

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
OF_PAGES = ("GET", "HEAD", "POST")
RULES = table.rules()
PARTS = {
    "pages": [name for name in ROUTES if not name.startswith(("api:", "admin:"))],
    "API": [name for name in ROUTES if name.startswith("api:")],
    "admin": [name for name in ROUTES if name.startswith("admin:")],
}


def told(answer: Answer) -> str:
    """The letter of the table."""
    if answer.status in (302, 303) and urlsplit(answer.location).path.endswith("/login/"):
        return "s"
    letters = {401: "u", 403: "f", 404: "-", 405: "m"}
    return letters.get(answer.status, "+" if answer.status < 500 else str(answer.status))


def expected(name: str, method: str, role: str) -> str:
    rule = RULES[name].get(method)
    if rule is not None:
        return rule.answers[ROLES.index(role)]
    if role == "guest" and not is_the_booths(name):
        return "-"
    if name in table.API | table.API_THINGS and role in ("anonymous", "holder"):
        return "u"
    if method in OF_PAGES and name.startswith(("admin:", "mfa_")):
        others = {rule.answers[ROLES.index(role)] for rule in RULES[name].values()}
        return "s" if "s" in others else "m"  # they ask first who it is
    return "m"


def is_the_booths(name: str) -> bool:
    return any(rule.answers == table.GUEST for rule in RULES[name].values())


def test_the_table_has_every_address_and_no_other() -> None:
    """Somebody has to decide who may what: in tests/stylesite/access/table.py."""
    assert sorted(RULES) == sorted(ROUTES)


@pytest.mark.parametrize("part", PARTS)
def test_everybody_gets_what_the_table_says(world: World, part: str) -> None:
    wrong = []
    for name in PARTS[part]:
        path = address(world, name)
        for method, role in product(METHODS, ROLES):
            if part != "API" and method not in OF_PAGES and role not in ("anonymous", "guest"):
                continue  # refused before anybody asks who it is: test_methods
            answer, wanted = world.ask(role, method, path), expected(name, method, role)
            lacks = name in table.NOTHING_THERE and (wanted, told(answer)) == ("+", "-")
            if told(answer) != wanted and not lacks:
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


def test_nobody_can_tell_whether_a_strangers_thing_is_there(world: World) -> None:
    """Whoever is not let in is answered as if the ids were made up, with every method."""
    made_up = {name: uuid4() for name, part in world.parts.items() if isinstance(part, UUID)}
    made_up |= {"token": "made.up", "code": "made-up", "token_id": uuid4(), "session_id": 10**9}
    told_apart = []
    for name in ROUTES:
        if name.startswith("admin:"):
            continue
        for method, rule in RULES[name].items():
            for role, letter in zip(ROLES, rule.answers, strict=True):
                if letter not in "-s" or role == "guest":
                    continue
                real, other = (
                    world.ask(role, method, path)
                    for path in (address(world, name), address(world, name, **made_up))
                )
                if (real.status, real.location.split("?")[0]) != (
                    other.status,
                    other.location.split("?")[0],
                ):
                    told_apart.append((name, method, role, real.status, other.status))
    assert not told_apart, "\n".join(map(str, told_apart))


def test_nothing_of_the_owners_is_on_anybody_elses_pages(world: World) -> None:
    """No id of theirs, and not their address: in lists, searches and what is shown to everybody."""
    marks = [str(part).encode() for part in world.parts.values() if isinstance(part, UUID)]
    marks.append(world.owner.email.encode())
    found = []
    for name in [*PARTS["pages"], *PARTS["API"]]:
        if "GET" not in RULES[name] or "<" in ROUTES[name]:
            continue
        for role in ("anonymous", "stranger", "admin"):
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
