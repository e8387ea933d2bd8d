"""What every answer that is a file must say, so that no browser does more with it than show it."""

from __future__ import annotations

from typing import Any

PAGES = ("text/html", "application/problem+json", "text/plain")


def is_file(answer: Any) -> bool:
    """Whether it is one: a picture, a film, an archive, or anything that is to be saved."""
    kind = answer.get("Content-Type", "")
    data = kind.startswith("application/json") and "Content-Disposition" not in answer
    return answer.status_code == 200 and not kind.startswith(PAGES) and not data


def faults(answer: Any) -> dict[str, str]:
    """What is wrong with the headers of a file, by header; nothing, if all is well."""
    kept = answer.get("Cache-Control", "")
    public = kept.startswith("public")
    disposition = answer.get("Content-Disposition", "attachment")
    right = {
        "X-Content-Type-Options": answer.get("X-Content-Type-Options") == "nosniff",
        "Content-Security-Policy": answer.get("Content-Security-Policy")
        == "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": answer.get("Cross-Origin-Resource-Policy") == "same-origin",
        "Cache-Control": public or kept.startswith("private"),
        "Content-Type": answer["Content-Type"].partition(";")[0] in TYPES,
        "Content-Disposition": disposition.startswith(("attachment", "inline"))
        and disposition.isprintable(),
    }
    return {name: answer.get(name, "") for name, is_right in right.items() if not is_right}


TYPES = {
    *("image/png", "image/jpeg", "image/webp", "image/svg+xml", "video/mp4"),
    *("application/zip", "application/json", "text/csv"),
}
"""SVG: of codes that the site draws itself. Tables: of what staff take out of the admin."""
