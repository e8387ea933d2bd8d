"""Settings of the site, all read from the environment; README.md documents them in one table.

Own settings are named ``STYLESITE_…`` in the environment. A value of the wrong kind stops the
start with a sentence that names the variable.
"""

import os
import re
import tempfile
import tomllib
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from stylesite import permissions, production, secret_key, stores
from stylesite.environment import env, networks, web_address, whole_number, yes_or_no
from stylesite.log_settings import *  # noqa: F403
from stylesite.signing_in import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]

# Where things are

DATA_DIR = Path(env.str("STYLESITE_DATA_DIR", str(BASE_DIR / "var"))).expanduser().resolve()
try:
    DATA_DIR.mkdir(permissions.OWN, parents=True, exist_ok=True)
    SECRET_KEY = env.str("STYLESITE_SECRET_KEY", "") or secret_key.read_or_create(
        DATA_DIR / "secret_key"
    )
except OSError as error:
    raise ImproperlyConfigured(
        f"Stylesite cannot write to its data folder {DATA_DIR} ({error.strerror}). Make it "
        "writable and its disk not full, or set STYLESITE_DATA_DIR to another folder."
    ) from error

# Backups lie here unless the commands are told otherwise; the doctor looks how old the last one is.
BACKUP_DIR = env.str("STYLESITE_BACKUP_DIR", "").strip()

# Core

SECRET_KEY_FALLBACKS: list[str] = env.list("STYLESITE_SECRET_KEY_FALLBACKS", [])
DEBUG = yes_or_no("STYLESITE_DEBUG", False)
ALLOWED_HOSTS = env.list("STYLESITE_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("STYLESITE_CSRF_TRUSTED_ORIGINS", [])
CSRF_FAILURE_VIEW = "stylesite.views.csrf_failure"
BEHIND_HTTPS = yes_or_no("STYLESITE_BEHIND_HTTPS", False)
if BEHIND_HTTPS:
    # Another site of the same domain cannot set a cookie of such a name, whatever it is tricked to.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
BROWSER_COOKIE_NAME = "__Host-browser" if BEHIND_HTTPS else "browser"  # accounts.places
BOOTH_COOKIE_NAME = "__Host-booth" if BEHIND_HTTPS else "booth"  # transfers.booth.devices
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_HTTPS
SESSION_COOKIE_AGE = whole_number("STYLESITE_SESSION_DAYS", 14, at_least=1) * 24 * 3600
SECURE_SSL_REDIRECT = BEHIND_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^metrics$"]  # scrapers come from inside; without its token it is a 404
# Browsers hold a site to it for so long. A day does no harm when HTTPS breaks; docs/security.md
# says how to raise it. What the neighbours of the site's name do is for their owner to promise.
SECURE_HSTS_SECONDS = whole_number("STYLESITE_HSTS_SECONDS", 86_400, at_least=0) * BEHIND_HTTPS
SECURE_HSTS_INCLUDE_SUBDOMAINS = yes_or_no("STYLESITE_HSTS_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = SECURE_HSTS_INCLUDE_SUBDOMAINS and SECURE_HSTS_SECONDS >= 31_536_000
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
ROOT_URLCONF = "stylesite.urls"
WSGI_APPLICATION = "stylesite.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_NAME = env.str("STYLESITE_SITE_NAME", "Stylesite")

INSTALLED_APPS = [
    "stylesite",
    "transfers",
    "gallery",
    "accounts",
    "stylesite.theme",  # before "tailwind": its command of that name comes first
    "tailwind",
    "accounts.staff.StaffConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_cotton",
    "django_htmx",
    "django_q",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "heroicons",
    "rest_framework",
]

MIDDLEWARE = [
    "stylesite.headers.SafeHeaders",  # first, so that no answer goes without
    "csp.middleware.CSPMiddleware",
    "stylesite.operating.probes.Probes",  # early: a probe knows no host name, session or HTTPS
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "transfers.booth.guard.BoothGuard",  # before anything that could answer a booth's guests
    "stylesite.methods.KnownMethods",
    "accounts.caches.PrivateAnswers",  # around the next, which says what depends on a cookie
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "stylesite.bodies.BodyLimits",  # before the next, which reads bodies, too
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.sessions.LastSeen",
    "accounts.places.KnownBrowser",
    "accounts.limits.PageWrites",
    "django_htmx.middleware.HtmxMiddleware",
    "gallery.sending.Later",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django_htmx.templatetags.django_htmx"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "stylesite.context_processors.site",
            ],
        },
    },
]
COTTON_DIR = "components"

# Where rows and counts are kept

DATABASES = {"default": stores.database(DATA_DIR)}
REDIS_URL = stores.redis_url()
CACHES = stores.caches(REDIS_URL)

# People; what no site sets otherwise stands in stylesite/signing_in.py

SIGN_UP = env.str("STYLESITE_SIGN_UP", "open")
if SIGN_UP not in {"open", "invitation", "closed"}:
    raise ImproperlyConfigured("Set STYLESITE_SIGN_UP to open, invitation or closed.")
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "

# Staff: the admin, and the site's own pages for staff below its address. On a laptop `make run`
# stays one command; on the internet nobody looks after a site with a password alone.
ADMIN_PATH = env.str("STYLESITE_ADMIN_PATH", "admin/").strip("/") + "/"
if not re.fullmatch(r"([A-Za-z0-9_-]+/)+", ADMIN_PATH):
    raise ImproperlyConfigured(
        "Set STYLESITE_ADMIN_PATH to letters, digits, - and _, such as behind-the-scenes/."
    )
ADMIN_TWO_FACTOR = yes_or_no("STYLESITE_ADMIN_TWO_FACTOR", BEHIND_HTTPS)

# Limits for each address count the visitor's own, not that of the proxy in front. HTTPS is always a
# proxy's here, and what it wrote itself is the last entry. Were it to pass on a visitor's header as
# it came, who lies in it evades limits for addresses; without a proxy counted, anybody who guesses
# uses up everybody's.
ALLAUTH_TRUSTED_PROXY_COUNT = whole_number(
    "STYLESITE_TRUSTED_PROXIES", int(BEHIND_HTTPS), at_least=0
)

# What is written down of accounts and of what staff do; docs/security.md

AUDIT_KEPT_DAYS = whole_number("STYLESITE_AUDIT_DAYS", 365, at_least=30)
AUDIT_ADDRESSES = env.str("STYLESITE_AUDIT_ADDRESSES", "shortened")
if AUDIT_ADDRESSES not in {"none", "shortened", "whole"}:
    raise ImproperlyConfigured("Set STYLESITE_AUDIT_ADDRESSES to none, shortened or whole.")

# What somebody may send from the pages in a minute, as the API has limits of its own.
PAGE_WRITES_PER_MINUTE = whole_number("STYLESITE_PAGE_WRITES_PER_MINUTE", 240, at_least=1)

# Mail: printed on the console until an SMTP address is set

_email = env.dj_email_url("STYLESITE_EMAIL_URL", "console:")
if "EMAIL_BACKEND" not in _email:
    raise ImproperlyConfigured(
        "Set STYLESITE_EMAIL_URL to an address such as submission://user:password@host:587 (with "
        "STARTTLS), smtp://host:25 or smtp://user:password@host:465?ssl=true."
    )
# A mail server that says nothing must not keep whoever waits for it for ever.
_email["EMAIL_TIMEOUT"] = _email["EMAIL_TIMEOUT"] or 15
vars().update(_email)
SENDS_MAIL = _email["EMAIL_BACKEND"].split(".")[-2] not in {"console", "dummy"}
# Only where everybody has to confirm theirs does signing up not tell who has an account.
_verification = "mandatory" if SENDS_MAIL and BEHIND_HTTPS else "optional"
ACCOUNT_EMAIL_VERIFICATION = env.str("STYLESITE_EMAIL_VERIFICATION", _verification)
if ACCOUNT_EMAIL_VERIFICATION not in {"none", "optional", "mandatory"}:
    raise ImproperlyConfigured("Set STYLESITE_EMAIL_VERIFICATION to none, optional or mandatory.")
DEFAULT_FROM_EMAIL = env.str("STYLESITE_FROM_EMAIL", f"{SITE_NAME} <stylesite@localhost>")

# Notices: links in them lead to the public address. Webhooks reach public addresses only, and the
# networks named here.

_known_as = next((name.lstrip(".") for name in ALLOWED_HOSTS if "*" not in name), "localhost")
_port = (
    f":{env.str('STYLESITE_PORT', '') or '8000'}" if _known_as in {"localhost", "127.0.0.1"} else ""
)
PUBLIC_URL_IS_SET = bool(env.str("STYLESITE_PUBLIC_URL", "").strip())
PUBLIC_URL = web_address(
    "STYLESITE_PUBLIC_URL", ("http", "https"), "https://pictures.example.org"
) or (f"{'https' if BEHIND_HTTPS else 'http'}://{_known_as}{_port}")
WEBHOOK_NETWORKS = networks("STYLESITE_WEBHOOK_NETWORKS")

# Words and time

LANGUAGE_CODE = "en"
TIME_ZONE = env.str("STYLESITE_TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True

# Files, in the data folder or in an S3 bucket. Media are private: views hand them out after asking
# who may; there is no MEDIA_URL.

MEDIA_ROOT = DATA_DIR / "media"
FILE_UPLOAD_DIRECTORY_PERMISSIONS = permissions.of_folders(MEDIA_ROOT, DATA_DIR)
FILE_UPLOAD_PERMISSIONS = permissions.of_files(FILE_UPLOAD_DIRECTORY_PERMISSIONS)
_bucket = stores.bucket()
S3_BUCKET = _bucket.name
S3_SIGNED_URLS = _bucket.signed_urls
X_ACCEL_PREFIX = stores.x_accel_prefix(_bucket)
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_HASHED = yes_or_no("STYLESITE_STATIC_HASHED", not DEBUG)
WHITENOISE_USE_FINDERS = not STATIC_HASHED
STORAGES: dict[str, dict[str, object]] = {
    "default": _bucket.storage,
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_HASHED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# What others get to see: without a public gallery nobody can publish, links still work.

PUBLIC_GALLERY = yes_or_no("STYLESITE_PUBLIC_GALLERY", True)

# What is kept for how long; docs/security.md. Zero days mean for as long as its owner likes. The
# page /privacy/ tells people all of it.

OPERATOR = env.str("STYLESITE_OPERATOR", "").strip()
DELETION_GRACE_DAYS = whole_number("STYLESITE_DELETION_GRACE_DAYS", 14, at_least=0, at_most=90)
TRASH_DAYS = whole_number("STYLESITE_TRASH_DAYS", 30, at_least=1)
UNUSED_PHOTO_DAYS = whole_number("STYLESITE_UNUSED_PHOTO_DAYS", 0, at_least=0)
PHOTO_DAYS = whole_number("STYLESITE_PHOTO_DAYS", 0, at_least=0)
FAILED_TRANSFER_DAYS = whole_number("STYLESITE_FAILED_TRANSFER_DAYS", 0, at_least=0)

# Uploads

UPLOAD_MAX_BYTES = whole_number("STYLESITE_UPLOAD_MAX_MB", 25, at_least=1) * 2**20
UPLOAD_MAX_PIXELS = whole_number("STYLESITE_UPLOAD_MAX_MEGAPIXELS", 50, at_least=1) * 10**6
IMPORT_MAX_BYTES = whole_number("STYLESITE_IMPORT_MAX_MB", 500, at_least=1) * 2**20
# Django’s own DATA_UPLOAD_MAX_… say how long a form may be without its files, and any body where no
# files are taken (stylesite.bodies), and how many fields and files it may have.
FILE_UPLOAD_HANDLERS = [
    "gallery.uploads.SizeGuard",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "gallery.uploads.NamelessFiles",
]

# Transfers

EXAMPLE_SIZE_PX = whole_number("STYLESITE_EXAMPLE_SIZE_PX", 640, at_least=32)
if EXAMPLE_SIZE_PX > 1024:
    raise ImproperlyConfigured("Set STYLESITE_EXAMPLE_SIZE_PX to a whole number from 32 to 1024.")
WAITING_PER_PERSON = whole_number("STYLESITE_WAITING_PER_PERSON", 1000, at_least=1)
LONGEST_PICTURE_S = (
    whole_number("STYLESITE_LONGEST_PICTURE_HOURS", 6, at_least=1, at_most=720) * 3600
)
TRANSFER_HEARTBEAT_S = 5
TRANSFER_LEASE_S = 30
TRANSFER_CHECKPOINT_S = 4
TRANSFER_PREVIEW_S = 1
TRANSFER_MAX_ATTEMPTS = 5
# Frames of how a picture came to be; docs/gallery.md says what they cost.
TIMELAPSE = yes_or_no("STYLESITE_TIMELAPSE", True)
TIMELAPSE_FRAMES = whole_number("STYLESITE_TIMELAPSE_FRAMES", 48, at_least=6, at_most=200)
TIMELAPSE_SIDE_PX = whole_number("STYLESITE_TIMELAPSE_SIDE_PX", 640, at_least=64, at_most=1600)
TIMELAPSE_QUALITY = whole_number("STYLESITE_TIMELAPSE_QUALITY", 55, at_least=1, at_most=100)
VGG19_WEIGHTS = env.str("STYLESITE_VGG19_WEIGHTS", "bundled")
WORKERS = whole_number("STYLESITE_WORKERS", 1, at_least=1)
# For all sites of this account on the machine: they share its memory.
PAINTING_MEMORY = Path(tempfile.gettempdir()) / f"stylesite-painting-{os.getuid()}.json"
WORKER_MEMORY_BYTES = whole_number("STYLESITE_WORKER_MEMORY_MB", 0, at_least=0) * 2**20 or None

# The queue's messages are wake-ups only (docs/architecture.md says why), so nothing here has to
# retry, and the time-outs are far beyond the longest picture, also where a host is slower than the
# one that its estimate is of: see transfers.queue.turns.

LONGEST_CLAIM_S = max(86_400, 4 * LONGEST_PICTURE_S)
Q_CLUSTER = {
    "name": "paint",
    "orm": "default",
    "broker_class": "transfers.queue.broker.PatientBroker",
    "workers": WORKERS,
    "queue_limit": WORKERS,
    "bulk": 1,
    "timeout": LONGEST_CLAIM_S,
    "retry": LONGEST_CLAIM_S + 3600,
    "max_attempts": 1,
    "ack_failures": True,
    "poll": 0.2,  # somebody who tunes by quick looks waits for it each time
    "save_limit": 200,
    "catch_up": False,
    "guard_cycle": 0.5,
    "scheduler": False,
    # No cache of this name: the pool would write its statistics to it twice a second.
    "cache": "no statistics",
}

# Styles: the CLI comes from a wheel, so nobody needs Node

TAILWIND_APP_NAME = "stylesite.theme"
TAILWIND_USE_STANDALONE_BINARY = True
TAILWIND_STANDALONE_BINARY_VERSION = "v4.3.3"

# The browser's leash: nothing from elsewhere, nothing inline; pictures from the bucket only where
# pages send browsers there

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "frame-src": [NONE],
        "img-src": [SELF, "blob:", "data:", *_bucket.origins],
        "media-src": [SELF, "blob:"],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "worker-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# The API. transfers/api/views/base.py says what its own views do; these are the safe answers for
# any other view of DRF.

API_READS_PER_MINUTE = whole_number("STYLESITE_API_READS_PER_MINUTE", 600, at_least=1)
API_WRITES_PER_MINUTE = whole_number("STYLESITE_API_WRITES_PER_MINUTE", 120, at_least=1)
# Where the internet reaches the site nothing that opens it is forgotten for ever. Zero: no limit.
API_TOKEN_MAX_DAYS = whole_number(
    "STYLESITE_API_TOKEN_MAX_DAYS", 365 * BEHIND_HTTPS, at_least=0, at_most=36_500
)
API_TOKENS_PER_PERSON = whole_number("STYLESITE_API_TOKENS_PER_PERSON", 20, at_least=1)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "transfers.api.problems.handle",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": SITE_NAME,
    "DESCRIPTION": (
        "Have your photos painted in a style. Every address below asks for "
        "`Authorization: Bearer sty_…`; the settings page makes tokens. Errors are "
        "`application/problem+json` (RFC 9457) with a `reason` for programs."
    ),
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "StateEnum": "transfers.models.Transfer.State",
        "ScopeEnum": "accounts.models.ApiToken.Scope",
    },
    "SORT_OPERATIONS": False,
}

# Metrics; what is logged stands in stylesite/log_settings.py

METRICS_TOKEN = env.str("STYLESITE_METRICS_TOKEN", "")

# Last, when everything is known

production.refuse_unsafe(globals())
