"""Seconds of painting, from the recipes of the artworks that are there already."""

from typing import Any

from django.db import migrations

BATCH = 500
MOST_S = 10**7


def fill_in(apps: Any, schema_editor: Any) -> None:
    artwork_model = apps.get_model("gallery", "Artwork")
    batch = []
    for artwork in artwork_model.objects.filter(painting_s=0).only("recipe").iterator(BATCH):
        said = artwork.recipe.get("seconds")
        is_number = isinstance(said, int | float) and not isinstance(said, bool)
        if is_number and 0 < said < MOST_S:
            artwork.painting_s = float(said)
            batch.append(artwork)
        if len(batch) == BATCH:
            artwork_model.objects.bulk_update(batch, ["painting_s"])
            batch = []
    artwork_model.objects.bulk_update(batch, ["painting_s"])


class Migration(migrations.Migration):
    dependencies = [("gallery", "0006_painting_seconds")]

    operations = [migrations.RunPython(fill_in, migrations.RunPython.noop)]
