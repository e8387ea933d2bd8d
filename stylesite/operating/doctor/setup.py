"""Settings that work on a laptop and are dangerous on a server.

Django's own `check --deploy` lists everything that could be hardened; here stands what an
installation of this site gets wrong, told apart by whether others can reach it.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import get_connection
from django.db.models import Q

from accounts.models import Quota
from stylesite import permissions
from stylesite.operating.doctor.findings import Finding, note, ok, wrong
from stylesite.production import KEY_LENGTH, TOKEN_LENGTH, reached_by_others, weakness

MAIL_ANSWERS_S = 5
MUST = "mandatory"
STORAGE_OF_EVERYBODY = Q(user=None, group=None, storage_mb__isnull=False)


def is_public() -> bool:
    """Whether the site answers to names that others can reach."""
    return reached_by_others(settings.ALLOWED_HOSTS)


def secrets() -> Iterator[Finding]:
    """Whether keys can be guessed or read by others."""
    fine = True
    if weakness(settings.SECRET_KEY, KEY_LENGTH):
        fine = False
        yield wrong(
            f"STYLESITE_SECRET_KEY can be guessed: set it to {KEY_LENGTH} random characters, or "
            "unset it and let the site draw one."
        )
    kept = settings.DATA_DIR / "secret_key"
    if kept.exists() and stat.S_IMODE(kept.stat().st_mode) & 0o077:
        fine = False
        yield wrong(f"Others on this machine can read {kept}: run `chmod 600 {kept}`.")
    if settings.METRICS_TOKEN and weakness(settings.METRICS_TOKEN, TOKEN_LENGTH):
        fine = False
        yield wrong(
            f"STYLESITE_METRICS_TOKEN can be guessed: set it to {TOKEN_LENGTH} random characters "
            "or more."
        )
    if fine:
        yield ok("Keys are long enough and private.")


def data_folder() -> Iterator[Finding]:
    """Whether other accounts on this machine can read what people keep here."""
    folder, media = settings.DATA_DIR, settings.MEDIA_ROOT
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o005:
        yield note(
            f"Every account on this machine can read the pictures and the database in {folder}: "
            f"run `chmod -R go= {folder}`"
            + (" and let nginx in as docs/setup.md says." if settings.X_ACCEL_PREFIX else ".")
        )
    elif settings.X_ACCEL_PREFIX and not (mode & permissions.of_folders(media, folder) & 0o010):
        yield note(
            f"STYLESITE_X_ACCEL_PREFIX is set, and nobody but this account can read {media}: let "
            "nginx in as docs/setup.md says, unless it runs as this account."
        )
    else:
        whose = "and its group " if mode & 0o070 else ""
        yield ok(f"Only the owner {whose}of the data folder {folder} can enter it.")


def addresses() -> Iterator[Finding]:
    """Whether the site answers only as it should, and over HTTPS where others reach it."""
    fine = True
    if settings.DEBUG:
        fine = False
        say = wrong if is_public() else note
        yield say("STYLESITE_DEBUG is on and shows errors to everybody: unset it.")
    if "*" in settings.ALLOWED_HOSTS:
        fine = False
        yield wrong(
            "STYLESITE_ALLOWED_HOSTS lets everybody choose the site's name in mails: set it to the "
            "names that the site has."
        )
    if is_public() and not settings.PUBLIC_URL_IS_SET:
        fine = False
        yield note(
            f"Links in letters and webhooks begin with {settings.PUBLIC_URL}, which is a guess: "
            "set STYLESITE_PUBLIC_URL to the address that people use."
        )
    if is_public() and not settings.BEHIND_HTTPS:
        fine = False
        yield note(
            "Others can reach this site, and passwords and cookies travel in the clear: put a "
            "proxy with HTTPS in front and set STYLESITE_BEHIND_HTTPS to true."
        )
    if settings.BEHIND_HTTPS and not settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        fine = False
        yield wrong(
            "All visitors count as one, so anybody who guesses passwords keeps everybody out: have "
            "the proxy write X-Forwarded-For, and unset STYLESITE_TRUSTED_PROXIES."
        )
    if fine:
        names = ", ".join(settings.ALLOWED_HOSTS)
        yield ok(f"The site answers to {names}{' over HTTPS' if settings.BEHIND_HTTPS else ''}.")


def sign_up() -> Iterator[Finding]:
    """Whether strangers can find out who has an account here, or fill the disk."""
    fine, is_open = True, is_public() and settings.SIGN_UP == "open"
    if is_open and settings.ACCOUNT_EMAIL_VERIFICATION != MUST:
        fine = False
        yield note(
            "Signing up tells whether an address has an account, as nobody has to confirm theirs: "
            "set STYLESITE_EMAIL_VERIFICATION to mandatory, or STYLESITE_SIGN_UP to invitation."
        )
    if is_open and not Quota.objects.filter(STORAGE_OF_EVERYBODY).exists():
        fine = False
        yield note(
            "Everybody may sign up and keep as many pictures as the disk holds: give everybody a "
            "limit of storage under Limits in the admin."
        )
    if fine:
        yield ok(f"Sign-up: {settings.SIGN_UP}.")


def email() -> Iterator[Finding]:
    """Whether mail leaves the house. None is sent; the server is only asked to answer."""
    backend = settings.EMAIL_BACKEND.rpartition(".")[0].rpartition(".")[2]
    if backend != "smtp":
        needed = settings.ACCOUNT_EMAIL_VERIFICATION == MUST or is_public()
        say = wrong if settings.ACCOUNT_EMAIL_VERIFICATION == MUST else note
        yield say(
            "Mail is not sent but printed: set STYLESITE_EMAIL_URL"
            + (", or people cannot confirm addresses and reset passwords." if needed else ".")
        )
        return
    try:
        server = get_connection(timeout=MAIL_ANSWERS_S)
        server.open()
        server.close()
    except OSError as error:  # smtplib's errors are among them
        yield wrong(
            f"The mail server does not let us in ({type(error).__name__}): check "
            "STYLESITE_EMAIL_URL."
        )
        return
    yield ok("The mail server answers.")
    if "localhost" in settings.DEFAULT_FROM_EMAIL:
        yield note(
            "Mail comes from an address that nobody can answer: set STYLESITE_FROM_EMAIL to one of "
            "your own."
        )
