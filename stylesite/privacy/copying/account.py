"""``account.json`` of a copy, and the words in front: who this was of, and what is where."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import User
from accounts.quotas import limits_of
from stylesite.privacy.copying import rows


def readme(user: User) -> str:
    tables = [(rows.file_name(one), one._meta.verbose_name_plural) for one in rows.tables()]
    return render_to_string(
        "privacy/copy_readme.txt",
        {
            "site_name": settings.SITE_NAME,
            "address": settings.PUBLIC_URL,
            "now": timezone.now(),
            "email": user.email,
            "tables": tables,
        },
    )


def as_json(user: User) -> dict[str, Any]:
    limits = limits_of(user)
    addresses = EmailAddress.objects.filter(user=user).order_by("pk")
    return {
        "site": settings.PUBLIC_URL,
        "email": user.email,
        "name": user.name,
        "joined_at": user.date_joined,
        "last_sign_in_at": user.last_login,
        "may_use_the_admin": user.is_staff,
        "groups": [str(group) for group in user.groups.order_by("name")],
        "email_addresses": list(addresses.values("email", "verified", "primary")),
        "limits": {
            name: getattr(limits, name)
            for name in ("running", "waiting", "painting_minutes_a_day", "storage_mb")
        },
    }
