"""What the environment may say of database, files and cache, and how a mistake is answered."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SHOW = """
import json
import django
django.setup()
from django.conf import settings
from django.core.files.storage import default_storage, storages
shown = {"database": settings.DATABASES["default"], "images": settings.CONTENT_SECURITY_POLICY}
shown["images"] = shown["images"]["DIRECTIVES"]["img-src"]
shown["cache"] = settings.CACHES["default"]["BACKEND"].rpartition(".")[2]
shown["files"] = storages["default"].__class__.__name__
if settings.S3_SIGNED_URLS:
    shown["address"] = default_storage.signed_url(
        "a.png", expire_s=60, method="GET", answer_headers={}
    )
print(json.dumps(shown, default=str))
"""


def run(
    tmp_path: Path, settings: dict[str, str], *command: str
) -> subprocess.CompletedProcess[str]:
    ours = ("STYLESITE_", "AWS_", "DJANGO_")
    own = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    own |= {"STYLESITE_DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "stylesite.settings"}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=own | settings, capture_output=True, text=True
    )


def shown(tmp_path: Path, **settings: str) -> dict[str, object]:
    ran = run(tmp_path, settings, "-c", SHOW)
    assert ran.returncode == 0, ran.stderr
    answer: dict[str, object] = json.loads(ran.stdout)
    return answer


def test_one_machine_needs_nothing_said(tmp_path: Path) -> None:
    found = shown(tmp_path)
    assert found["database"]["ENGINE"].endswith("sqlite3")
    assert (found["files"], found["cache"]) == ("DiskFiles", "CountingDatabaseCache")


def test_postgresql_keeps_its_own_options_of_the_address(tmp_path: Path) -> None:
    address = "postgres://ada:secret@db.example.org/site?sslmode=require&connect_timeout=9"
    database = shown(tmp_path, STYLESITE_DATABASE_URL=address)["database"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["HOST"], database["NAME"]) == ("db.example.org", "site")
    assert database["CONN_HEALTH_CHECKS"] is True
    assert database["OPTIONS"]["sslmode"] == "require"
    assert str(database["OPTIONS"]["connect_timeout"]) == "9"


def test_redis_is_the_cache_when_it_is_named(tmp_path: Path) -> None:
    assert shown(tmp_path, STYLESITE_REDIS_URL="redis://localhost/1")["cache"] == "SteadyRedisCache"


KEYS = {"STYLESITE_S3_ACCESS_KEY": "access", "STYLESITE_S3_SECRET_KEY": "secret"}


@pytest.mark.parametrize(
    "where",
    [
        {"STYLESITE_S3_REGION": "us-east-1"},
        {"STYLESITE_S3_REGION": "eu-central-1"},
        {"STYLESITE_S3_ENDPOINT_URL": "https://s3.example.org:9000/"},
    ],
    ids=["oldest region", "region", "another make"],
)
def test_pages_allow_pictures_from_where_they_send_browsers(
    tmp_path: Path, where: dict[str, str]
) -> None:
    signed = {"STYLESITE_S3_BUCKET": "pictures", "STYLESITE_S3_SIGNED_URLS": "true"}
    found = shown(tmp_path, **signed, **KEYS, **where)
    origin = "/".join(str(found["address"]).split("/")[:3])
    assert origin.startswith("https://")
    assert origin in found["images"]


def test_pages_allow_pictures_from_nowhere_else_when_the_site_streams_them(tmp_path: Path) -> None:
    found = shown(tmp_path, STYLESITE_S3_BUCKET="pictures", STYLESITE_S3_REGION="us-east-1", **KEYS)
    assert found["files"] == "S3Files"
    assert found["images"] == ["'self'", "blob:", "data:"]


MAIL = """
from stylesite import settings as s
print(s.SENDS_MAIL, s.EMAIL_BACKEND.split(".")[-2], s.EMAIL_USE_TLS, s.EMAIL_USE_SSL, s.PUBLIC_URL)
"""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "False console False False http://localhost:8000"),
        (
            {
                "STYLESITE_EMAIL_URL": "submission://ada:k3-lighthouse@mail.example.org",
                "STYLESITE_ALLOWED_HOSTS": ".example.org",
                "STYLESITE_BEHIND_HTTPS": "true",
            },
            "True smtp True False https://example.org",
        ),
        (
            {
                "STYLESITE_EMAIL_URL": "smtp://ada:k3-lighthouse@mail.example.org:465?ssl=true",
                "STYLESITE_PUBLIC_URL": "https://pictures.example.org/",
            },
            "True smtp False True https://pictures.example.org",
        ),
    ],
)
def test_mail_goes_as_its_address_says_and_its_links_lead_to_the_site(
    tmp_path: Path, given: dict[str, str], expected: str
) -> None:
    ran = run(tmp_path, given, "-c", MAIL)
    assert ran.stdout.strip() == expected, ran.stderr


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"STYLESITE_DATABASE_URL": "mysql://host/name"}, "Set STYLESITE_DATABASE_URL to"),
        ({"STYLESITE_DATABASE_URL": "no address"}, "Set STYLESITE_DATABASE_URL to"),
        ({"STYLESITE_PUBLIC_GALLERY": "perhaps"}, "Set STYLESITE_PUBLIC_GALLERY to true or false"),
        ({"STYLESITE_REDIS_URL": "localhost:6379"}, "Set STYLESITE_REDIS_URL to"),
        ({"STYLESITE_REDIS_URL": "redis://host:port/0"}, "Set STYLESITE_REDIS_URL to"),
        ({"STYLESITE_S3_REGION": "us-east-1"}, "Set STYLESITE_S3_BUCKET to"),
        ({"STYLESITE_S3_SIGNED_URLS": "true"}, "Set STYLESITE_S3_BUCKET to"),
        ({"STYLESITE_X_ACCEL_PREFIX": "protected"}, "Set STYLESITE_X_ACCEL_PREFIX to"),
        (
            {"STYLESITE_X_ACCEL_PREFIX": "/protected/", "STYLESITE_S3_BUCKET": "pictures"},
            "Unset STYLESITE_X_ACCEL_PREFIX",
        ),
        (
            {"STYLESITE_S3_BUCKET": "pictures", "STYLESITE_S3_ACCESS_KEY": "access"},
            "Set both STYLESITE_S3_ACCESS_KEY and",
        ),
        (
            {"STYLESITE_S3_BUCKET": "pictures", "STYLESITE_S3_ENDPOINT_URL": "s3.example.org"},
            "Set STYLESITE_S3_ENDPOINT_URL to",
        ),
        (
            {"STYLESITE_S3_BUCKET": "pictures", "STYLESITE_S3_SIGNED_URLS": "true"},
            "Set STYLESITE_S3_REGION or",
        ),
        (
            {"STYLESITE_S3_BUCKET": "pictures", "STYLESITE_S3_SIGNED_URLS": "perhaps"},
            "Set STYLESITE_S3_SIGNED_URLS to true or false",
        ),
        ({"STYLESITE_EMAIL_URL": "smtp+tls://a:b@host:587"}, "Set STYLESITE_EMAIL_URL to"),
        ({"STYLESITE_PUBLIC_URL": "pictures.example.org"}, "Set STYLESITE_PUBLIC_URL to"),
        ({"STYLESITE_WEBHOOK_NETWORKS": "10.1.2.3/8"}, "Set STYLESITE_WEBHOOK_NETWORKS to"),
        (
            {"STYLESITE_TIMELAPSE_QUALITY": "101"},
            "Set STYLESITE_TIMELAPSE_QUALITY to a whole number from 1 to 100.",
        ),
        (
            {"STYLESITE_LONGEST_PICTURE_HOURS": "half"},
            "Set STYLESITE_LONGEST_PICTURE_HOURS to a whole number from 1 to 720.",
        ),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_sentence(
    tmp_path: Path, wrong: dict[str, str], sentence: str
) -> None:
    ran = run(tmp_path, wrong, "manage.py", "work")
    assert ran.returncode == 1
    assert ran.stderr.startswith(sentence)
    assert ran.stderr.count("\n") == 1


IN_PUBLIC = {
    "STYLESITE_ALLOWED_HOSTS": "pictures.example.org",
    "STYLESITE_BEHIND_HTTPS": "true",
}
HOST_COOKIES = "__Host-sessionid __Host-csrftoken True True __Host-browser __Host-booth"
COOKIES = """
from django.conf import settings as s
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)
print(s.BROWSER_COOKIE_NAME, s.BOOTH_COOKIE_NAME)
print(s.SECURE_HSTS_SECONDS, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_AGE // 86_400)
print(s.ALLAUTH_TRUSTED_PROXY_COUNT, s.API_TOKEN_MAX_DAYS)
"""


def test_djangos_own_checks_find_nothing_to_harden_in_public(tmp_path: Path) -> None:
    ran = run(tmp_path, IN_PUBLIC, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert ran.returncode == 0, ran.stderr
    assert "no issues" in ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "sessionid csrftoken False False browser booth 0 False 14 0 0"),
        (IN_PUBLIC, f"{HOST_COOKIES} 86400 True 14 1 365"),
        (
            IN_PUBLIC
            | {
                "STYLESITE_HSTS_SECONDS": "31536000",
                "STYLESITE_SESSION_DAYS": "1",
                "STYLESITE_API_TOKEN_MAX_DAYS": "0",
            },
            f"{HOST_COOKIES} 31536000 True 1 1 0",
        ),
    ],
)
def test_behind_https_cookies_browsers_and_programs_are_kept_to_it(
    tmp_path: Path, given: dict[str, str], expected: str
) -> None:
    ran = run(tmp_path, given, "-c", COOKIES)
    assert ran.stdout.split() == expected.split(), ran.stderr


def test_a_site_that_others_can_reach_does_not_start_with_what_only_a_laptop_may(
    tmp_path: Path,
) -> None:
    ran = run(tmp_path, IN_PUBLIC | {"STYLESITE_SECRET_KEY": "short"}, "manage.py", "check")
    assert ran.returncode == 1
    assert ran.stderr.startswith("Set STYLESITE_SECRET_KEY")
    assert ran.stderr.count("\n") == 1


ADMIN = """
import json
import django
django.setup()
from django.conf import settings
from django.urls import reverse
names = ("admin:index", "transfers:queue", "transfers:examples", "gallery:reports")
print(json.dumps([settings.ADMIN_TWO_FACTOR, *map(reverse, names)]))
"""


def test_the_pages_for_staff_move_together_and_take_two_steps_behind_https(
    tmp_path: Path,
) -> None:
    laptop = json.loads(run(tmp_path, {}, "-c", ADMIN).stdout)
    assert laptop[:2] == [False, "/admin/"]
    public = {
        "STYLESITE_BEHIND_HTTPS": "true",
        "STYLESITE_ADMIN_PATH": "/behind/the-scenes",
        "STYLESITE_SECRET_KEY": "".join(map(chr, range(40, 110))),
    }
    assert json.loads(run(tmp_path, public, "-c", ADMIN).stdout) == [
        True,
        "/behind/the-scenes/",
        "/behind/the-scenes/queue/",
        "/behind/the-scenes/examples/",
        "/behind/the-scenes/reports/",
    ]


@pytest.mark.parametrize(
    ("https", "mail", "expected"),
    [
        ("false", "console:", "optional"),
        ("false", "submission://user:password@mail.example.org:587", "optional"),
        ("true", "console:", "optional"),
        ("true", "submission://user:password@mail.example.org:587", "mandatory"),
    ],
)
def test_addresses_are_confirmed_where_strangers_come_and_letters_arrive(
    tmp_path: Path, https: str, mail: str, expected: str
) -> None:
    env = {
        "STYLESITE_BEHIND_HTTPS": https,
        "STYLESITE_EMAIL_URL": mail.replace("password", "s3cret-of-the-server"),
        "STYLESITE_SECRET_KEY": "".join(map(chr, range(40, 110))),
    }
    said = "from django.conf import settings; print(settings.ACCOUNT_EMAIL_VERIFICATION)"
    assert run(tmp_path, env, "-c", said).stdout.strip() == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STYLESITE_ADMIN_PATH", "../admin"),
        ("STYLESITE_ADMIN_PATH", "/"),
        ("STYLESITE_SIGN_UP", "friends"),
        ("STYLESITE_PAGE_WRITES_PER_MINUTE", "0"),
    ],
)
def test_a_wrong_word_about_who_gets_in_names_its_setting(
    tmp_path: Path, name: str, value: str
) -> None:
    ran = run(tmp_path, {name: value}, "-c", SHOW)
    assert ran.returncode == 1
    assert f"Set {name} to" in ran.stderr
