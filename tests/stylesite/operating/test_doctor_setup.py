"""The doctor on settings."""

import smtplib
from pathlib import Path

import pytest
from django.core.mail.backends import smtp
from pytest_django import Settings

from accounts.models import Quota, User
from stylesite.operating.doctor import setup
from stylesite.operating.doctor.findings import Level
from tests.stylesite.operating.findings import only

pytestmark = pytest.mark.django_db


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
    safe.PUBLIC_URL_IS_SET, safe.ALLAUTH_TRUSTED_PROXY_COUNT = True, 1
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


def test_a_guessed_public_address_is_worth_a_note_where_others_reach_the_site(
    settings: Settings,
) -> None:
    settings.ALLOWED_HOSTS = ["pictures.example.org"]
    settings.BEHIND_HTTPS, settings.ALLAUTH_TRUSTED_PROXY_COUNT = True, 1
    level, sentence = only(setup.addresses())
    assert level is Level.NOTE
    assert "STYLESITE_PUBLIC_URL" in sentence
    settings.PUBLIC_URL_IS_SET = True
    assert only(setup.addresses())[0] is Level.OK


def test_a_proxy_that_is_not_counted_is_wrong(safe: Settings) -> None:
    safe.ALLOWED_HOSTS, safe.BEHIND_HTTPS = ["localhost"], True
    safe.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    level, sentence = only(setup.addresses())
    assert level is Level.WRONG
    assert "STYLESITE_TRUSTED_PROXIES" in sentence


@pytest.mark.parametrize(
    ("hosts", "sign_up", "verification", "level"),
    [
        (["localhost"], "open", "optional", Level.OK),
        (["pictures.example.org"], "open", "optional", Level.NOTE),
        (["pictures.example.org"], "open", "mandatory", Level.OK),
        (["pictures.example.org"], "invitation", "optional", Level.OK),
    ],
)
def test_a_public_site_that_tells_strangers_who_has_an_account_says_so(
    safe: Settings, hosts: list[str], sign_up: str, verification: str, level: Level
) -> None:
    safe.ALLOWED_HOSTS, safe.SIGN_UP = hosts, sign_up
    safe.ACCOUNT_EMAIL_VERIFICATION = verification
    Quota.objects.create(storage_mb=500)
    assert only(setup.sign_up())[0] is level


@pytest.mark.parametrize(
    ("hosts", "sign_up", "level"),
    [
        (["pictures.example.org"], "open", Level.NOTE),
        (["localhost"], "open", Level.OK),
        (["pictures.example.org"], "invitation", Level.OK),
    ],
)
def test_a_public_site_where_anybody_may_fill_the_disk_says_so(
    safe: Settings, user: User, hosts: list[str], sign_up: str, level: Level
) -> None:
    """A limit of one person, or one of other things, is none for whoever signs up."""
    safe.ALLOWED_HOSTS, safe.SIGN_UP = hosts, sign_up
    safe.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    Quota.objects.create(user=user, storage_mb=500)
    everybody = Quota.objects.create(running=2)
    found, sentence = only(setup.sign_up())
    assert found is level
    assert (level is Level.OK) != ("limit of storage" in sentence)
    everybody.storage_mb = 500
    everybody.save()
    assert only(setup.sign_up())[0] is Level.OK


@pytest.mark.parametrize(
    ("folder", "media", "nginx", "level", "part"),
    [
        (0o700, 0o700, "", Level.OK, "Only the owner of"),
        (0o2750, 0o2750, "", Level.OK, "and its group"),
        (0o755, 0o700, "", Level.NOTE, "`chmod -R go= {}`."),
        (0o701, 0o700, "", Level.NOTE, "`chmod -R go= {}`."),
        (0o755, 0o755, "/protected/", Level.NOTE, "let nginx in as docs/setup.md says."),
        (0o710, 0o2750, "/protected/", Level.OK, "and its group"),
        (0o700, 0o2750, "/protected/", Level.NOTE, "unless it runs as this account"),
        (0o710, 0o700, "/protected/", Level.NOTE, "unless it runs as this account"),
    ],
)
def test_a_data_folder_that_everybody_reads_or_nginx_cannot_is_worth_a_note(
    safe: Settings, tmp_path: Path, folder: int, media: int, nginx: str, level: Level, part: str
) -> None:
    safe.MEDIA_ROOT, safe.X_ACCEL_PREFIX = tmp_path / "media", nginx
    safe.MEDIA_ROOT.mkdir()
    safe.MEDIA_ROOT.chmod(media)
    tmp_path.chmod(folder)
    found, sentence = only(setup.data_folder())
    assert found is level
    assert part.format(tmp_path) in sentence
