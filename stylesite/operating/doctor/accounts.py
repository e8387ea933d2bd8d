"""Accounts whose e-mail address is not what it should be, as earlier versions left some behind."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from accounts import mailboxes
from accounts.models import User
from stylesite.operating.doctor.findings import Finding, ok, wrong

MOST_NAMED = 10


def addresses() -> Iterator[Finding]:
    """Whether each account has one address, and the same wherever it is asked for.

    Accounts are named by their numbers: what the doctor says may end in a log.
    """
    without, two = mailboxes.without_one(), mailboxes.out_of_step()
    if numbers := _numbers(without):
        yield wrong(
            f"Without an e-mail address, nobody signs in to account {numbers}: give it the one "
            "that its owner tells you, or delete it, under People in the admin."
        )
    if numbers := _numbers(two):
        yield wrong(
            f"Two e-mail addresses count for account {numbers}, so that an old mailbox may open "
            "it: open it under People in the admin, correct the address if it is not its owner's, "
            "and save. The other one is forgotten then."
        )
    if not (without.exists() or two.exists()):
        yield ok("Every account has one e-mail address.")


def _numbers(people: QuerySet[User]) -> str:
    found = list(people.order_by("pk").values_list("pk", flat=True)[: MOST_NAMED + 1])
    named = ", ".join(str(number) for number in found[:MOST_NAMED])
    return f"{named} and more" if len(found) > MOST_NAMED else named
