"""Fills in what the recipes of older artworks say: their styles, their photo, their words.

A batch of rows at a time, so that neither the memory nor anybody who waits suffers. What it needs
of the code is written down here as it was.
"""

import unicodedata
import uuid
from typing import Any

from django.db import migrations
from django.db.models import Count

BATCH = 500


def fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.casefold().split())


def fill_in(apps: Any, schema_editor: Any) -> None:
    artwork_model = apps.get_model("gallery", "Artwork")
    style_model = apps.get_model("gallery", "Style")
    share_model = apps.get_model("gallery", "ArtworkStyle")
    known = set(style_model.objects.values_list("pk", flat=True))
    batch, shares = [], []
    for artwork in artwork_model.objects.only("title", "recipe").iterator(BATCH):
        content = artwork.recipe.get("content") or {}
        styles = artwork.recipe.get("styles") or []
        artwork.content_sha256 = content.get("sha256") or ""
        artwork.from_camera = content.get("source") == "camera"
        named = [style.get(key) or "" for style in styles for key in ("title", "artist")]
        artwork.search_text = fold("\n".join([artwork.title, *named, content.get("title") or ""]))
        weights = {style.get("style_id"): style.get("weight", 1.0) for style in styles}
        for pk, weight in weights.items():
            if pk and uuid.UUID(pk) in known:
                shares.append(share_model(artwork=artwork, style_id=pk, weight=weight))
        batch.append(artwork)
        if len(batch) == BATCH:
            write(artwork_model, share_model, batch, shares)
            batch, shares = [], []
    write(artwork_model, share_model, batch, shares)
    for row in share_model.objects.values("style").annotate(count=Count("pk")):
        style_model.objects.filter(pk=row["style"]).update(times_used=row["count"])


def write(artwork_model: Any, share_model: Any, batch: list[Any], shares: list[Any]) -> None:
    artwork_model.objects.bulk_update(batch, ["content_sha256", "from_camera", "search_text"])
    share_model.objects.bulk_create(shares, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("gallery", "0002_gallery_and_library")]

    operations = [migrations.RunPython(fill_in, migrations.RunPython.noop)]
