"""What schemathesis loads: most requests name things that are there, and uploads hold pictures.

Made-up ids alone would meet 404 every time, and made-up bytes are never a picture. The test passes
the ids in the environment.
"""

import json
import os
import random
from typing import Any
from uuid import UUID

import schemathesis

from tests.transfers.drawings import as_file, quadrants

THINGS: dict[str, list[str]] = json.loads(os.environ["REAL_THINGS"])
PICTURE = as_file(quadrants(40, 40), "PNG")
SHARE = 0.7

chance = random.Random(7)


@schemathesis.hook
def map_path_parameters(context: object, path_parameters: dict[str, Any]) -> dict[str, Any]:
    for name in path_parameters or {}:
        if name in THINGS and chance.random() < SHARE:
            path_parameters[name] = chance.choice(THINGS[name])
    return path_parameters


@schemathesis.hook
def map_body(context: object, body: Any) -> Any:
    if not isinstance(body, dict) or chance.random() > SHARE:
        return body
    if isinstance(body.get("image"), bytes):
        body["image"] = PICTURE
    if _is_id(body.get("content_image")):
        body["content_image"] = THINGS["photo_id"][0]
    if isinstance(body.get("content_images"), list) and all(map(_is_id, body["content_images"])):
        body["content_images"] = THINGS["photo_id"][: len(body["content_images"])]
    if _is_id(body.get("protect")):
        body["protect"] = THINGS["mask_id"][0]
    for name in ("artwork", "album"):
        if _is_id(body.get(name)):
            body[name] = THINGS[f"{name}_id"][0]
    if isinstance(body.get("artworks"), list) and all(map(_is_id, body["artworks"])):
        body["artworks"] = THINGS["artwork_id"][: len(body["artworks"])]
    if isinstance(body.get("styles"), list):
        body["styles"] = [_real(style, number) for number, style in enumerate(body["styles"])]
    return body


def _real(style: Any, number: int) -> Any:
    """Only in the place of a well-formed id: what is wrong on purpose must stay wrong."""
    known = THINGS["style_id"][number % len(THINGS["style_id"])]
    if isinstance(style, dict) and _is_id(style.get("style")):
        mask = {"mask": THINGS["mask_id"][0]} if _is_id(style.get("mask")) else {}
        return {**style, "style": known, **mask}
    return known if _is_id(style) else style


def _is_id(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False
