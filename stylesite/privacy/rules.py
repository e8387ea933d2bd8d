"""What is kept for how long on this site: the settings in force and the code's own times, in words.

The page *Privacy* and each person's own page of data show the same lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from allauth.account import app_settings as limits
from allauth.core.internal.ratelimit import parse_rates
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import places, sessions
from accounts.letters import LONGEST_WAIT, PAUSES_S
from accounts.models import ApiToken, Invitation
from gallery.models import ShareLink
from gallery.models.masks import UNUSED_FOR as MASK_UNUSED_FOR
from transfers.api.models import IdempotencyKey
from transfers.notify.outbox import KEPT as NOTICES_KEPT
from transfers.repeating.models import UNUSED_FOR as RECIPE_UNUSED_FOR
from transfers.studies.keeping import LOOKS_KEPT
from transfers.studies.models import Sweep

HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Rule:
    what: str
    kept: str


def all_of() -> list[Rule]:
    return [*_of_pictures(), *_of_passing_things(), *_of_accounts()]


def _of_pictures() -> list[Rule]:
    photos = _days_or_ever(settings.PHOTO_DAYS, _("%(time)s after they were last sent or painted"))
    rules = [
        Rule(_("Pictures, styles, albums, saved settings"), _("until you delete them")),
        Rule(
            _("Links by which you share"),
            _("%(time)s after their end") % {"time": spoken(ShareLink.REMEMBERED_FOR)},
        ),
        Rule(_("Photos"), photos),
    ]
    if settings.UNUSED_PHOTO_DAYS:
        after = _("%(time)s after they were last sent")
        rules.append(
            Rule(
                _("Photos that nothing was painted from"),
                _days_or_ever(settings.UNUSED_PHOTO_DAYS, after),
            )
        )
    failed = _days_or_ever(settings.FAILED_TRANSFER_DAYS, "%(time)s")
    return [
        *rules,
        Rule(_("Paintings that failed or were cancelled"), failed),
        Rule(_("What you put in the trash"), spoken(timedelta(days=settings.TRASH_DAYS))),
    ]


def _of_passing_things() -> list[Rule]:
    return [
        Rule(_("Quick looks"), spoken(LOOKS_KEPT)),
        Rule(_("Sheets of comparisons"), spoken(Sweep.KEPT)),
        Rule(_("Masks that nothing was painted with"), spoken(MASK_UNUSED_FOR)),
        Rule(_("Recipes that nothing was painted by"), spoken(RECIPE_UNUSED_FOR)),
        Rule(
            _("Photos and pictures of a booth’s guests"),
            _("as long as the host says on the booth’s first page, at most 30 days"),
        ),
        Rule(_("What was sent to you by letter or webhook, as a list"), spoken(NOTICES_KEPT)),
        Rule(_("Keys by which programs repeat requests"), spoken(IdempotencyKey.KEPT_FOR)),
    ]


def _of_accounts() -> list[Rule]:
    session = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    seen = _("%(time)s after each was last seen")
    ended = _("%(time)s after their end") % {"time": spoken(ApiToken.REMEMBERED_FOR)}
    log = spoken(timedelta(days=settings.AUDIT_KEPT_DAYS))
    return [
        Rule(_("That you are signed in"), spoken(session)),
        Rule(_("The list of devices where you are"), seen % {"time": spoken(sessions.kept())}),
        Rule(
            _("Browsers and networks you signed in from, of which only a fingerprint is stored"),
            _("%(time)s after you last did; with a new password, until then")
            % {"time": spoken(places.KEPT)},
        ),
        Rule(
            _("Network addresses, whole, to count how often somebody tries to sign in or up"),
            _("%(time)s at most") % {"time": spoken(addresses_counted_for())},
        ),
        Rule(
            _(
                "Letters about your account that wait to be sent. One that tells you of something "
                "holds the whole network address it was done from, and the browser’s name"
            ),
            _(
                "until they are sent, mostly within seconds; about %(tried)s where the mail server "
                "takes none, %(longest)s at most; once your account is deleted, only the one that "
                "says so"
            )
            % {
                "tried": spoken(timedelta(seconds=sum(PAUSES_S))),
                "longest": spoken(LONGEST_WAIT),
            },
        ),
        Rule(
            _("Which network asked for a letter, of which only a fingerprint is stored"),
            _("as long as the letter waits"),
        ),
        Rule(
            _("Invitations, with the address they were sent to"),
            _("%(time)s after their end") % {"time": spoken(Invitation.REMEMBERED_FOR)},
        ),
        Rule(_("API tokens, of which only a fingerprint is stored"), ended),
        Rule(_("The log of sign-ins and changes to your account"), log),
        Rule(_("Your account"), _("until you delete it")),
        Rule(_("A deleted account, in case you think better of it"), grace()),
        Rule(
            _("Of a deleted account"),
            _("a number that says to nobody whose it was, so that no backup brings it back"),
        ),
    ]


def addresses_counted_for() -> timedelta:
    """The longest limit by address: so long the cache holds the addresses that it counts."""
    rates = [rate for said in limits.RATE_LIMITS.values() for rate in parse_rates(said or "")]
    longest_s = max((rate.duration for rate in rates if rate.per == "ip"), default=0)
    return timedelta(seconds=longest_s)


def grace() -> str:
    days = settings.DELETION_GRACE_DAYS
    return spoken(timedelta(days=days)) if days else _("not at all: it goes within minutes")


def spoken(time: timedelta) -> str:
    hours = round(time.total_seconds() / HOUR_S)
    if hours < 24:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    days = round(hours / 24)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def _days_or_ever(days: int, words: str) -> str:
    if not days:
        return _("until you delete them")
    return words % {"time": spoken(timedelta(days=days))}


def where_files_are() -> str:
    """Host of the bucket that pictures are kept in; empty for a disk of the site's own."""
    if not settings.S3_BUCKET:
        return ""
    options = settings.STORAGES["default"].get("OPTIONS")
    endpoint = options.get("endpoint_url") if isinstance(options, dict) else None
    return urlsplit(endpoint).hostname or "" if endpoint else "Amazon S3"
