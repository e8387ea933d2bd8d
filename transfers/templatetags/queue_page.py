"""What the operator's page of the queue asks: ages to the second, and the words on buttons."""

from collections.abc import Mapping
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import ngettext

from transfers.views.queue import Act

register = template.Library()


@register.filter
def spoken_exactly(seconds: float) -> str:
    """Seconds up to two minutes, then minutes, hours and days; an operator counts."""
    for size, one, many in (
        (86_400, "%(count)d day", "%(count)d days"),
        (3600, "%(count)d hour", "%(count)d hours"),
        (60, "%(count)d minute", "%(count)d minutes"),
    ):
        if seconds >= 2 * size:
            count = int(seconds // size)
            return ngettext(one, many, count) % {"count": count}
    return ngettext("%(count)d second", "%(count)d seconds", int(seconds)) % {"count": seconds}


@register.filter
def age(then: datetime) -> str:
    """How long ago that was."""
    return spoken_exactly(max(0.0, (timezone.now() - then).total_seconds()))


@register.filter
def at(acts: Mapping[str, Act], name: str) -> str:
    """The words on the button of an act."""
    return str(acts[name].button)
