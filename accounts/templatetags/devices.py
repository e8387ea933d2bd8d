"""What a session is shown as: its device in words, its network as far as it is kept."""

from allauth.usersessions.models import UserSession
from django import template
from django.utils.translation import gettext as _

from accounts import sessions

register = template.Library()


@register.filter
def device(user_agent: str) -> str:
    browser, system = sessions.device(user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A browser that we don’t know")


@register.filter
def network(session: UserSession) -> str:
    """192.0.2.… or 2001:db8:1:…"""
    if session.ip == sessions.UNKNOWN_ADDRESS:
        return ""
    if ":" in session.ip:
        return f"{session.ip.rstrip(':')}:…"
    return f"{session.ip.rpartition('.')[0]}.…"
