"""Not now: what is said to whoever is to come back later, by pages and the API alike."""

from __future__ import annotations

from enum import Enum, auto
from math import ceil

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engine.errors import ImageError

PICTURE_AGAIN_S, PLACE_AGAIN_S, SLOW_AGAIN_S = 10, 60, 120


class BusyError(ImageError):
    """Not now: too many pictures are being read, if no other ``sentence`` says what. ``wait_s``
    says when to try again. The API answers with both, and so does ``sending.Later`` for pages."""

    def __init__(self, sentence: str = "", wait_s: int = PICTURE_AGAIN_S) -> None:
        pictures = _("Many pictures are arriving right now. Please send yours again in a moment.")
        super().__init__(sentence or pictures, reason="busy")
        self.wait_s = wait_s


class Enough(Enum):
    """Who has as many places at slow work as may be, where somebody is refused one."""

    ONESELF = auto()
    NETWORK = auto()
    """Oneself, or somebody else of the same network: nobody can tell."""

    TOO_SLOW = auto()
    """Oneself, having lost a place."""

    NETWORK_TOO_SLOW = auto()

    HOLDERS = auto()
    """Of links of the same person."""

    EVERYBODY = auto()


class NoPlaceError(BusyError):
    """There is none at slow work (``slow_work``); ``again_s``: one should be free so soon, but for
    those who lost theirs."""

    def __init__(self, enough: Enough, count: int = 0, again_s: int = PLACE_AGAIN_S) -> None:
        is_barred = enough in (Enough.TOO_SLOW, Enough.NETWORK_TOO_SLOW)
        wait_s = SLOW_AGAIN_S if is_barred else again_s
        super().__init__(why(enough, count, wait_s), wait_s)


def why(enough: Enough, count: int, wait_s: int) -> str:
    """What whoever is refused a place is told; ``count``: so many have they themselves."""
    match enough:
        case Enough.ONESELF:
            sentence = ngettext(
                "You already have %(count)d download, photo or the like on its way. Please try "
                "again when it is done.",
                "You already have %(count)d downloads, photos or the like on their way. Please try "
                "again when one of them is done.",
                count,
            )
        case Enough.NETWORK:
            sentence = ngettext(
                "You, or somebody on your network, already have %(count)d download or the like on "
                "its way. Please try again when it is done.",
                "You, or others on your network, already have %(count)d downloads or the like on "
                "their way. Please try again when one of them is done.",
                count,
            )
        case Enough.TOO_SLOW:
            sentence = _(
                "Others waited for the place of a download that you took slowly, and come first. "
                "%(again)s"
            )
        case Enough.NETWORK_TOO_SLOW:
            sentence = _(
                "Others waited for the place of a download that you, or somebody on your network, "
                "took slowly, and come first. %(again)s"
            )
        case Enough.HOLDERS:
            sentence = _(
                "Others who use links of the same person have as many downloads on their way as "
                "may be. %(again)s"
            )
        case Enough.EVERYBODY:
            sentence = _(
                "Many people have downloads, photos or the like on their way right now. %(again)s"
            )
    return sentence % {"count": count, "again": _again(wait_s)}


def _again(wait_s: int) -> str:
    if wait_s < 60:
        sentence = ngettext(
            "Please try again in %(count)d second.",
            "Please try again in %(count)d seconds.",
            wait_s,
        )
        return sentence % {"count": wait_s}
    minutes = ceil(wait_s / 60)
    sentence = ngettext(
        "Please try again in a minute.", "Please try again in %(count)d minutes.", minutes
    )
    return sentence % {"count": minutes}
