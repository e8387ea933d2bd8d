"""Tags are given to many artworks at once, and searches find them by the new words."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import prefetch_related_objects

from gallery import search
from gallery.models import Artwork, Tag

AT_ONCE = 200


@transaction.atomic
def add_tags(artworks: Iterable[Artwork], names: Iterable[str]) -> None:
    """Give ``artworks``, all of one owner, these tags beside those they have."""
    works = list(artworks)
    if not works:
        return
    wanted = list(names)
    owner = works[0].owner_id
    new = [Tag(owner_id=owner, name=name) for name in wanted]
    Tag.objects.bulk_create(new, ignore_conflicts=True)
    tags = Tag.objects.filter(owner_id=owner, name__in=wanted)
    through = Artwork.tags.through
    through.objects.bulk_create(
        [through(artwork_id=work.pk, tag_id=tag.pk) for work in works for tag in tags],
        ignore_conflicts=True,
    )
    _index(works)


def _index(works: list[Artwork]) -> None:
    for work in works:
        getattr(work, "_prefetched_objects_cache", {}).pop("tags", None)
    prefetch_related_objects(works, "tags")
    for work in works:
        work.search_text = search.search_text(work, [tag.name for tag in work.tags.all()])
    Artwork.objects.bulk_update(works, ["search_text"], batch_size=AT_ONCE)
