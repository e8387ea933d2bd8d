"""A thousand guesses at one password, against a site of several real processes.

A few at once, in one process, are in ``tests/accounts/test_guessing.py``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.guessing import guess, prepared, running_site
from tests.services.postgres import Postgres
from tests.services.processes import free_ports

ATTEMPTS = 1000

pytestmark = [pytest.mark.chaos, pytest.mark.long]


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_a_thousand_guesses_get_five_tries_and_the_owner_still_gets_in(
    tmp_path: Path, request: pytest.FixtureRequest, store: str
) -> None:
    database = ""
    if store == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        database = server.create("guessing")
    environment = prepared(tmp_path, database)
    with running_site(environment, 3, free_ports(1)[0]) as site:
        outcome = guess(site, ATTEMPTS, environment)
    assert outcome.answers["wrong"] == outcome.passwords_checked == 5
    assert outcome.answers["refused"] == ATTEMPTS - 5
    assert not outcome.guesser_got_in
    assert outcome.owner_at_home_got_in
