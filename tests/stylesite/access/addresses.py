"""The address behind each name, with a thing of the world's owner wherever one varies."""

from __future__ import annotations

from uuid import uuid4

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


def address(world: World, name: str, **others: object) -> str:
    parts = {**WORDS, **world.parts, **others}
    if name == "transfers:unsubscribe":
        parts["token"] = unsubscribe_token(world.owner.pk)
    if name.startswith("admin:"):
        parts |= {"id": world.stranger.pk, "pk": world.rows["gallery_styleoffer"]}
        route = ROUTES[name].split("/")[1:]
        parts["object_id"] = world.rows.get("_".join(route[:2]), 1)
        if name == "admin:gallery_style_import_run":
            parts["pk"] = uuid4()
    return filled(ROUTES[name], parts)


def every_address(world: World) -> dict[str, str]:
    return {name: address(world, name) for name in ROUTES}
