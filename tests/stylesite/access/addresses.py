"""The address behind each name, with a thing of the world's owner wherever one varies."""

from __future__ import annotations

from collections.abc import Iterator

from tests.stylesite.access.routes import every_route, filled
from tests.stylesite.access.world import World
from transfers.notify.letters import unsubscribe_token

ROUTES = every_route()

# What varies in addresses and is nobody's thing.
WORDS: dict[str, object] = {
    "act": "dismiss",
    "answer": "accept",
    "app_label": "gallery",
    "authenticator_type": "totp",
    "column": 0,
    "content_type_id": 1,
    "file_format": "png",
    "handle": "ada",
    "key": "nonsense",
    "name": "retry",
    "pk": 1,
    "rendition": "thumbnail",
    "secret": "nonsense",
    "row": 0,
    "slot": "photo",
    "slug": "chelsea",
    "step": 1,
    "uidb36": "1",
    "url": "nothing",
    "word": "nonsense",
}

INSTEAD: list[tuple[str, str, str]] = [
    ("transfer_id", "look_id", "transfers:look-state transfers:look-cancel transfers:look-keep"),
    ("settings_id", "trashed_settings_id", "transfers:settings-put-back"),
    (
        "artwork_id",
        "published_id",
        "gallery:explored gallery:explored-file gallery:explored-report",
    ),
    ("artwork_id", "reported_id", "gallery:report-file gallery:report-decide"),
    ("style_id", "preset_id", "transfers:booth-style-file"),
    ("pk", "passkey_id", "mfa_edit_webauthn mfa_remove_webauthn"),
    ("key", "confirmation", "account_confirm_email"),
    ("secret", "invitation", "accounts:invitation"),
    ("pk", "import_id", "admin:gallery_style_import_run"),
]
"""In the place of which part these addresses take another thing than their neighbours: one that is
published, reported, in the trash, or of another kind."""

UNSHOWN: list[tuple[str, str, str]] = [
    ("artwork_id", "artwork_id", "gallery:explored gallery:explored-file gallery:explored-report"),
    ("artwork_id", "artwork_id", "gallery:report-file gallery:report-decide"),
    (
        "artwork_id",
        "reported_id",
        "gallery:shared-picture gallery:shared-file gallery:shared-download gallery:shared-report",
    ),
    (
        "token",
        "ended_token",
        """
        gallery:shared gallery:shared-picture gallery:shared-file gallery:shared-download
        gallery:shared-download-all gallery:shared-report
        """,
    ),
    (
        "code",
        "ended_code",
        """
        transfers:guest-picture transfers:guest-file transfers:guest-download
        transfers:guest-delete
        """,
    ),
    ("sitting_id", "shy_sitting_id", "transfers:booth-wall-file"),
    ("style_id", "style_id", "transfers:booth-style-file"),
]
"""The same with things that these addresses show nobody: what is private, not reported, not in the
album, on no wall and no wheel, or behind a link that has ended."""

QUERIES = {"admin:autocomplete": "?app_label=accounts&model_name=quota&field_name=user&term="}
"""What a script sends along, without which nobody is let in."""


def address(world: World, name: str, **others: object) -> str:
    parts = {**WORDS, **world.parts, **others}
    for part, thing, names in INSTEAD:
        if name in names.split() and part not in others:
            parts[part] = parts[thing]
    if name == "transfers:unsubscribe":
        parts["token"] = unsubscribe_token(world.owner.pk)
    if name.startswith("admin:"):
        parts["id"] = world.stranger.pk
        route = ROUTES[name].split("/")[1:]
        parts["object_id"] = world.rows.get("_".join(route[:2]), 1)
        if "styleoffer" in name:
            parts["pk"] = world.rows["gallery_styleoffer"]
    return filled(ROUTES[name], parts) + QUERIES.get(name, "")


def every_address(world: World) -> dict[str, str]:
    return {name: address(world, name) for name in ROUTES}


def unshown_addresses(world: World) -> Iterator[tuple[str, str]]:
    for part, thing, names in UNSHOWN:
        for name in names.split():
            yield name, address(world, name, **{part: world.parts[thing]})
