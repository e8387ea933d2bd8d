"""The kinds of problems that the API answers with, once: for `problems`, for the page behind each
problem's `type`, and for a test of docs/api.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: the word for programs, the usual status, and what it means."""

    reason: str
    status: int
    title: Any
    meaning: Any


_PICTURE = gettext_lazy("The picture cannot be used")
_t = gettext_lazy

KINDS: dict[str, Kind] = {
    kind.reason: kind
    for kind in (
        Kind(
            "malformed",
            400,
            _t("The request cannot be read"),
            _t("The body is not JSON (or not a form, where a file is sent). Send it anew."),
        ),
        Kind(
            "invalid",
            400,
            _t("A field is missing or wrong"),
            _t("“errors” names each field and says what is wrong with it."),
        ),
        Kind(
            "bad_cursor",
            400,
            _t("There is no such page"),
            _t("Follow “next” and “previous” as they were given, or start without a cursor."),
        ),
        Kind(
            "not_signed_in",
            401,
            _t("Who are you?"),
            _t("Send a token: “Authorization: Bearer sty_…”. Your settings page makes them."),
        ),
        Kind(
            "bad_token",
            401,
            _t("This token opens nothing"),
            _t("It is mistyped, expired or withdrawn, or its account is closed. Make a new one."),
        ),
        Kind(
            "scope",
            403,
            _t("This token may not do that"),
            _t("Each operation needs one scope; make a token that has it."),
        ),
        Kind(
            "csrf",
            403,
            _t("The page’s own token is missing"),
            _t("Only for pages of the site: programs send an API token and never see this."),
        ),
        Kind(
            "forbidden",
            403,
            _t("You may not do that"),
            _t("It exists, but it is not yours to change, such as a preset style."),
        ),
        Kind(
            "quota_waiting",
            403,
            _t("Too many of yours are waiting"),
            _t("Try again when some are painted, or cancel some; “me” says what you may use."),
        ),
        Kind(
            "quota_painting",
            403,
            _t("Your painting time for the day is used up"),
            _t("Choose a smaller size or come back later; “me” says what you may use."),
        ),
        Kind(
            "quota_storage",
            403,
            _t("There is no room left for you"),
            _t("Throw pictures away and empty the trash; “me” says what you may use."),
        ),
        Kind(
            "quota_kept",
            403,
            _t("There is no room for more of these"),
            _t("`detail` says of what you have as many as may be: delete some, then try again."),
        ),
        Kind(
            "not_found",
            404,
            _t("There is nothing here"),
            _t("The address is wrong, or what was here is gone or somebody else’s."),
        ),
        Kind(
            "method_not_allowed",
            405,
            _t("Not with this method"),
            _t("The header “Allow” names the methods of this address."),
        ),
        Kind(
            "in_use",
            409,
            _t("It is still in use"),
            _t(
                "A photo or a mask stays as long as there are transfers of it. A photo that was "
                "painted can be deleted with its transfers: say what becomes of copies of it."
            ),
        ),
        Kind(
            "wrong_state",
            409,
            _t("Not in this state"),
            _t("The transfer has ended, or has not begun, or nothing is painted yet. Read it."),
        ),
        Kind(
            "too_large",
            413,
            _t("This is too large"),
            _t("Files may have as many bytes as “me” says under “limits”, other bodies 1 MB."),
        ),
        Kind(
            "unsupported_media_type",
            415,
            _t("Not in this format"),
            _t("Send JSON, or a multipart form where there is a file."),
        ),
        Kind(
            "key_reused",
            422,
            _t("This key belongs to another request"),
            _t("An Idempotency-Key stands for one request for 24 hours. Draw a new one."),
        ),
        Kind(
            "cannot_paint",
            422,
            _t("This cannot be painted"),
            _t("The sentence says why and what would work."),
        ),
        Kind(
            "too_long",
            422,
            _t("This takes too long to paint"),
            _t("Choose a smaller size or fewer steps; “me” says what one may take."),
        ),
        Kind(
            "bad_recipe",
            422,
            _t("This is no recipe that can be used"),
            _t("The sentence says what is wrong with it, by the name of the entry."),
        ),
        Kind(
            "no_recipe",
            409,
            _t("There is no recipe, or not all that it needs"),
            _t("Too little is known of an old picture, or inputs are missing: “needs” names them."),
        ),
        Kind(
            "too_many_requests",
            429,
            _t("Too many requests"),
            _t("Wait as many seconds as the header “Retry-After” says."),
        ),
        Kind(
            "server_error",
            500,
            _t("Something broke on our side"),
            _t("Try again; if it stays, tell the site’s owner the reference."),
        ),
        Kind(
            "unavailable",
            503,
            _t("A part of the site is away"),
            _t("Its database or its files. Try again after as many seconds as “Retry-After” says."),
        ),
        Kind("empty", 400, _PICTURE, _t("The file has no bytes.")),
        Kind("svg", 400, _PICTURE, _t("SVG drawings have no pixels. Send a JPEG or a PNG.")),
        Kind("gif", 400, _PICTURE, _t("GIFs are not taken. Send one frame as a JPEG or a PNG.")),
        Kind(
            "unsupported",
            400,
            _PICTURE,
            _t("A format that is not taken. Send JPEG, PNG, WebP, HEIC or AVIF."),
        ),
        Kind("not_an_image", 400, _PICTURE, _t("The file is not a picture at all.")),
        Kind(
            "too_many_pixels", 400, _PICTURE, _t("“me” says under “limits” how many it may have.")
        ),
        Kind("too_small", 400, _PICTURE, _t("Each side needs 32 pixels at least.")),
        Kind("too_narrow", 400, _PICTURE, _t("It is too long and narrow to be painted.")),
        Kind(
            "other_proportions",
            400,
            _PICTURE,
            _t("A mask needs the proportions of its photo, within a pixel."),
        ),
        Kind(
            "unreadable",
            400,
            _PICTURE,
            _t("Reading it failed, or took too long. Send it as a JPEG or a PNG."),
        ),
        Kind(
            "busy",
            503,
            _t("Too many at once"),
            _t("Try again after as many seconds as “Retry-After” says."),
        ),
        Kind("damaged", 400, _PICTURE, _t("The file is cut off or broken. Send it again.")),
    )
}
