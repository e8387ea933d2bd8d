"""A database that restarts and a bucket that is away. Painting goes on, and nothing is lost."""

import re
from http import HTTPStatus
from pathlib import Path
from time import sleep
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import pytest

from tests.chaos.installation import LONG_S, START_S, Installation, SharedInstallation

pytestmark = pytest.mark.chaos


def in_the_middle(site: Installation, pk: str) -> bool:
    state, step, kept = site.transfer(pk, "state, step, checkpoint_step")
    return bool(state == "running" and step > 8 and kept > 0)


def ready(site: Installation) -> str:
    """Wait for the sentence that says it is ready, and return the address it names."""
    pattern = re.compile(r"ready at (http://\S+)")
    site.wait_for(lambda: pattern.search(site.tail()), START_S, "the ready sentence")
    found = pattern.search(site.tail())
    assert found is not None
    return found[1]


def status(address: str) -> int:
    try:
        with build_opener(ProxyHandler({})).open(address, timeout=20) as answer:
            return int(answer.status)
    except HTTPError as error:
        error.close()
        return error.code


@pytest.mark.parametrize("away_s", [0, pytest.param(4, marks=pytest.mark.long)])
def test_a_database_restarted_while_painting_costs_no_attempt(
    shared_site: SharedInstallation, away_s: float
) -> None:
    site = shared_site
    (pk,) = site.submit(seconds=LONG_S)
    site.start("work")
    site.wait_for(lambda: in_the_middle(site, pk), START_S, "some steps")
    painter = site.worker_of(pk)
    site.postgres.stop()
    sleep(away_s)
    site.postgres.start()
    step = site.transfer(pk, "step")[0]
    reported_s = site.wait_for(lambda: site.transfer(pk, "step")[0] > step, 10, "a report")
    print(f"reported {reported_s:.1f} s after the restart")
    site.finish(pk)
    assert site.transfer(pk, "attempts") == (1,)
    assert site.worker_of(pk) == painter
    assert site.artworks() == 1
    site.wait_for(lambda: site.ages_s("transfers") == {}, 5, "its files to be gone")

    (after,) = site.submit(seconds=0.5)
    waited_s = site.wait_for_state(after, "succeeded", 20)
    print(f"the next one took {waited_s:.1f} s")


@pytest.mark.long
def test_a_database_away_at_the_end_is_waited_for(shared_site: SharedInstallation) -> None:
    site = shared_site
    (pk,) = site.submit(seconds=15, least_steps=60)
    site.start("work")
    site.wait_for(lambda: in_the_middle(site, pk), START_S, "some steps")
    site.postgres.stop()
    site.wait_for(lambda: "waiting for the database" in site.tail(), 90, "the end of the painting")
    site.postgres.start()
    site.wait_for_state(pk, "succeeded", 20)
    assert site.transfer(pk, "attempts") == (1,)
    assert site.artworks() == 1


def test_pages_answer_again_as_soon_as_the_database_is_back(
    shared_site: SharedInstallation,
) -> None:
    site = shared_site
    site.start("up", "--port", "0")
    address = ready(site)
    for _visit in range(20):  # every thread of the server has its own connection
        assert status(address) == HTTPStatus.OK
    site.postgres.stop()
    assert status(address) == HTTPStatus.SERVICE_UNAVAILABLE
    site.postgres.start()
    assert [status(address) for _visit in range(20)] == [HTTPStatus.OK] * 20


@pytest.mark.long
def test_a_bucket_away_while_painting_and_saving_costs_nothing(
    shared_site: SharedInstallation,
) -> None:
    site = shared_site
    (pk,) = site.submit(seconds=LONG_S)
    site.start("work")
    site.wait_for(lambda: in_the_middle(site, pk), START_S, "some steps")
    site.s3.stop()
    try:
        site.keep(pk)
        site.wait_for(lambda: "waiting for the database or" in site.tail(), 60, "the saving")
        assert site.transfer(pk, "state, attempts") == ("running", 1)
    finally:
        site.s3.start()
    site.wait_for_state(pk, "succeeded", 40)
    assert site.transfer(pk, "attempts") == (1,)
    assert site.artworks() == 1
    (name,) = site.ask("SELECT original FROM gallery_artwork")[0]
    assert name in site.ages_s("artworks")


@pytest.mark.long
def test_a_bucket_away_before_a_transfer_begins_is_waited_for(
    shared_site: SharedInstallation,
) -> None:
    site = shared_site
    site.s3.stop()
    try:
        (pk,) = site.submit(seconds=0.5)
        site.start("work")
        site.wait_for(lambda: "waiting for the database or" in site.tail(), 60, "the waiting")
        assert site.transfer(pk, "state") == ("running",)
    finally:
        site.s3.start()
    site.wait_for_state(pk, "succeeded", 40)
    assert site.transfer(pk, "attempts") == (1,)


@pytest.mark.long
def test_two_hosts_share_the_work(shared_site: SharedInstallation, tmp_path: Path) -> None:
    site = shared_site
    other = site.another_host(tmp_path / "other")
    transfers = site.submit(seconds=3, count=6)
    site.start("work")
    other.start("work")
    try:
        for pk in transfers:
            site.wait_for_state(pk, "succeeded", 120)
        painted = {site.worker_of(pk) for pk in transfers}
    finally:
        other.stop_everything()
    assert len(painted) == 2
    assert {site.transfer(pk, "attempts") for pk in transfers} == {(1,)}
    assert site.artworks() == 6


def test_two_hosts_prepared_in_the_same_moment(
    shared_site: SharedInstallation, tmp_path: Path
) -> None:
    site = shared_site
    site.postgres.execute(f'DROP DATABASE "{site.name}"')
    site.postgres.create(site.name)
    other = site.another_host(tmp_path / "other")
    started = [host.start("prepare") for host in (site, other)]
    assert [process.wait(120) for process in started] == [0, 0], site.tail() + other.tail()
    assert (site.log.read_text() + other.log.read_text()).count("shown only now") == 1
    assert site.ask("SELECT count(*), count(DISTINCT slug) FROM gallery_style") == [(15, 15)]


def test_a_bucket_that_is_not_there_is_said_in_a_sentence(shared_site: SharedInstallation) -> None:
    shared_site.env["STYLESITE_S3_BUCKET"] = "nowhere"
    said = shared_site.refused("up", "--port", "0")
    assert "The bucket nowhere does not let Stylesite in" in said
    assert "STYLESITE_S3_" in said
