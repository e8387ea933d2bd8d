"""How an answer reads in the letters of ``table``, and which of them the table expects."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.stylesite.access import table
from tests.stylesite.access.world import COLUMNS, Answer

OF_PAGES = ("GET", "HEAD", "POST")
RULES = table.rules()

SECOND_STEP = "/accounts/2fa/authenticate/"


def told(answer: Answer) -> str:
    """The letter of the table."""
    if answer.status in (302, 303):
        path = urlsplit(answer.location).path
        return "s" if path.endswith("/login/") else "2" if path == SECOND_STEP else "+"
    letters = {401: "u", 403: "f", 404: "-", 405: "m"}
    let_in = answer.status < 500 and answer.status != 429
    return letters.get(answer.status, "+" if let_in else str(answer.status))


def expected(name: str, method: str, role: str) -> str:
    column, rule = table.column_of(role, name), RULES[name].get(method)
    if rule is not None:
        answered = rule.answers[COLUMNS.index(column)]
        return table.HALF.get(name, answered) if role == "half" else answered
    if role == "guest" and not is_the_booths(name):
        return "-"
    if name in table.API | table.API_THINGS and column in ("anonymous", "holder"):
        return "u"
    if method in OF_PAGES and name.startswith(("admin:", "mfa_")):
        others = {rule.answers[COLUMNS.index(column)] for rule in RULES[name].values()}
        return "s" if "s" in others else "m"  # they ask first who it is
    return "m"


def is_the_booths(name: str) -> bool:
    return any(rule.answers == table.GUEST for rule in RULES[name].values())
