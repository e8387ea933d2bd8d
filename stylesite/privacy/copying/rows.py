"""Which tables a copy holds, and how a row of one reads as JSON.

All that belongs to the person is in it, so that a table that comes tomorrow is, too; what is left
out is named here, with the reason. Columns whose names speak of secrets are left out unless they
are named as harmless.
"""

from __future__ import annotations

import re
from typing import Any

from allauth.account.models import EmailConfirmation
from django.contrib.admin.models import LogEntry
from django.db import models
from django.db.models import QuerySet

from accounts.models import AuditEntry, Letter, User
from gallery.models import Report, ShareLink
from gallery.shares import address
from stylesite.privacy import belongings
from stylesite.privacy.models import AccountDeletion
from transfers.models import BoothPicture, ContentImage, Sitting, Transfer

LEFT_OUT: dict[type[models.Model], str] = {
    Sitting: "A guest's turn is the guest's, who has a link to it.",
    BoothPicture: "So is the picture.",
    EmailConfirmation: "Keys of letters that were sent.",
    LogEntry: "What an admin did with what belongs to others.",
    Letter: "On their way to the person; links in them open the account.",
    AccountDeletion: "Nobody whose account is closed takes a copy.",
}

NOT_OF_THE_PERSON = frozenset(
    {
        "actor",
        "decided_by",
        "ordered_by",
        "worker",
        "sender",
        "token",
        "rank",
        "search_text",
        "leased_until",
    }
)
"""Other people's numbers, and what only the workers and this site's searches make of a row."""

SECRETIVE = re.compile(r"password|secret|digest|token|key|door|code|sha256|ending|^data$")
HARMLESS = frozenset(
    {
        "sha256",
        "pixels_sha256",
        "content_sha256",
        "source_sha256",
        "status_code",
    }
)
"""Hashes of the person's own pictures, by which recipes name them, and what a program answered."""


def tables() -> list[type[models.Model]]:
    """In the order of their names. Rows that only join two others are told of by one of these."""
    theirs = [one for one in belongings.paths() if not one._meta.auto_created]
    return sorted([AuditEntry, *(set(theirs) - set(LEFT_OUT))], key=file_name)


def file_name(model: type[models.Model]) -> str:
    return f"data/{model._meta.label_lower}.json"


def of(model: type[models.Model], user: User) -> QuerySet[Any]:
    """The rows of ``user`` in a copy: their guests' photos and transfers are the guests'."""
    if model is AuditEntry:  # refers to accounts without belonging to them
        return AuditEntry.objects.filter(account=user)
    if model is Report:  # those about their pictures are other people's words
        return Report.objects.filter(reporter=user)
    rows = belongings.rows_of(model, user)
    if model in (ContentImage, Transfer):
        return rows.filter(booth=None)
    for way in belongings.paths()[model]:
        first = model._meta.get_field(way.partition("__")[0])
        if first.related_model in (ContentImage, Transfer):
            rows = rows.exclude(**{f"{first.name}__booth__isnull": False})
    return rows


def columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [
        field
        for field in model._meta.concrete_fields
        if field.name not in NOT_OF_THE_PERSON and not is_secret(field.name)
    ]


def is_secret(name: str) -> bool:
    return bool(SECRETIVE.search(name)) and name not in HARMLESS


def as_json(row: models.Model, files: dict[str, str]) -> dict[str, Any]:
    """What ``row`` says; ``files`` is where its files are in the copy, by their fields."""
    said: dict[str, Any] = {}
    for field in columns(type(row)):
        if not isinstance(field, models.FileField):
            said[field.name] = getattr(row, field.attname)
    if files:
        said["files"] = files
    for many in type(row)._meta.local_many_to_many:
        if many.remote_field.through._meta.auto_created:  # type: ignore[union-attr]
            said[many.name] = [
                str(one) for one in getattr(row, many.name).values_list("pk", flat=1)
            ]
    if isinstance(row, AuditEntry) and row.actor_id not in (None, row.account_id):
        said["address"] = ""  # where an administrator was
    if isinstance(row, ShareLink):
        said |= {"address": address(row), "has_password": bool(row.password)}
    return said
