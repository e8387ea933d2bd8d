"""A sitting in words and addresses: for the device it was begun on, and for its guest's phone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db.models.fields.files import FieldFile
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from transfers.models import BoothPicture, Sitting, Transfer
from transfers.status import Status

PICTURES = ("display", "thumbnail")
"""Small enough to look at; the full size comes as a download, where the host allows it."""


@dataclass(frozen=True, slots=True)
class Told:
    facts: dict[str, Any]

    @property
    def etag(self) -> str:
        written = json.dumps(self.facts, sort_keys=True).encode()
        return f'"{hashlib.sha256(written).hexdigest()[:32]}"'


def of(sitting: Sitting, code: str, address: str = "transfers:booth-turn-file") -> Told:
    """How far it is. ``address`` names the URL of its files, which takes code and rendition."""
    transfer, picture = sitting.transfer, picture_of(sitting)
    shown = Status.of(transfer)
    facts: dict[str, Any] = {
        "state": transfer.state,
        "doing": shown.doing,
        "time_left": shown.time_left,
        "percent": shown.percent if transfer.total_steps else None,
        "style": shown.style_title,
        "photo": reverse(address, args=[code, "photo"]),
        "picture": reverse(address, args=[code, "photo"]),
        "width": sitting.photo.width,
        "height": sitting.photo.height,
        "sentence": _sentence(transfer, picture),
    }
    if picture is not None:
        facts["picture"] = reverse(address, args=[code, "display"])
        facts |= {"width": picture.width, "height": picture.height}
    elif transfer.preview:
        facts["picture"] = f"{reverse(address, args=[code, 'preview'])}?v={transfer.preview_step}"
    return Told(facts)


def until(sitting: Sitting) -> str:
    """When its link ends, and when everything of it is gone."""
    link, gone = (_spoken(at) for at in (sitting.link_until, sitting.delete_at))
    if sitting.link_until >= sitting.delete_at:
        return _("The link works until %(gone)s. Then everything is deleted.") % {"gone": gone}
    return _("The link works until %(link)s. Everything is deleted on %(gone)s.") % {
        "link": link,
        "gone": gone,
    }


def picture_of(sitting: Sitting) -> BoothPicture | None:
    return getattr(sitting, "picture", None)


def file_of(sitting: Sitting, rendition: str) -> FieldFile:
    """A file of what the guest sent or got. Raises Http404 for what there is not."""
    if rendition == "photo":
        return sitting.photo.display
    if rendition == "preview":
        return sitting.transfer.preview
    picture = picture_of(sitting)
    if picture is None or rendition not in PICTURES:
        raise Http404
    file: FieldFile = getattr(picture, rendition)
    return file


def _sentence(transfer: Transfer, picture: BoothPicture | None) -> str:
    """Why there will be no picture; empty where there is one, or will be."""
    if transfer.is_unfinished or picture is not None:
        return ""
    if transfer.state == Transfer.State.FAILED:
        return _("This picture could not be painted. Your photo was fine: please try again.")
    return _("This picture was stopped.")


def _spoken(at: Any) -> str:
    return date_format(timezone.localtime(at), "j F, H:i")
