"""Not now: what is said to whoever is to come back later, by pages and the API alike."""

from __future__ import annotations

from enum import Enum, auto

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

    HOLDERS = auto()
    """Of links of the same person."""

    EVERYBODY = auto()


class NoPlaceError(BusyError):
    """There is none at slow work (``slow_work``)."""

    def __init__(self, enough: Enough, count: int = 0) -> None:
        wait_s = SLOW_AGAIN_S if enough == Enough.TOO_SLOW else PLACE_AGAIN_S
        super().__init__(why(enough, count), wait_s)


def why(enough: Enough, count: int = 0) -> str:
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
                "Please try again in two minutes."
            )
        case Enough.HOLDERS:
            sentence = _(
                "Others who use links of the same person have as many downloads on their way as "
                "may be. Please try again in a minute."
            )
        case Enough.EVERYBODY:
            sentence = _(
                "Many people have downloads, photos or the like on their way right now. Please try "
                "again in a minute."
            )
    return sentence % {"count": count}
