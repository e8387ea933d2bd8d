"""Seconds as people say them: rounded as far as the estimate can be trusted."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 86_400


def spoken(seconds: float) -> str:
    """``"a few seconds"``, ``"about 40 seconds"``, ``"about 3 minutes"``, ``"about 1½ hours"``,
    ``"about 3 days"``."""
    if seconds < 8:
        return _("a few seconds")
    if seconds < 55:
        count = max(10, round(seconds / 5) * 5)
        return ngettext("about %(count)d second", "about %(count)d seconds", count) % {
            "count": count
        }
    if seconds < 55 * MINUTE_S:
        count = max(1, round(seconds / MINUTE_S))
        return ngettext("about %(count)d minute", "about %(count)d minutes", count) % {
            "count": count
        }
    if seconds >= 2 * DAY_S:
        count = round(seconds / DAY_S)
        return ngettext("about %(count)d day", "about %(count)d days", count) % {"count": count}
    halves = max(2, round(seconds / HOUR_S * 2))
    whole = halves // 2
    amount = f"{whole}½" if halves % 2 else str(whole)
    return ngettext("about %(amount)s hour", "about %(amount)s hours", halves - 1) % {
        "amount": amount
    }
