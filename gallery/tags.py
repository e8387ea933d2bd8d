"""Words that people put on their pictures, and that the wall is filtered by.

Every change here keeps what a search looks through true, for many pictures at once in a few
queries. A tag that is on no picture any more goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import prefetch_related_objects

from accounts.models import User
from gallery import search
from gallery.models import Artwork, Tag

MOST_TAGS = 30
"""Of one picture."""

TAG_LENGTH = Tag._meta.get_field("name").max_length or 40

AT_ONCE = 200


def clean_names(names: Iterable[str]) -> list[str]:
    """In lower case, without commas and needless space, each once, in the order given."""
    words = (" ".join(name.replace(",", " ").split()).lower() for name in names)
    return list(dict.fromkeys(word for word in words if word))


def own_names(owner: User) -> list[str]:
    """All tags of ``owner``, for suggestions."""
    return list(Tag.objects.filter(owner=owner).values_list("name", flat=True))


@transaction.atomic
def set_tags(artwork: Artwork, names: Iterable[str]) -> None:
    """Give ``artwork`` exactly these tags."""
    artwork.tags.set(_rows(artwork.owner, clean_names(names)))
    _index([artwork])
    _forget_unused(artwork.owner)


@transaction.atomic
def add_tags(artworks: Iterable[Artwork], names: Iterable[str]) -> None:
    """Give ``artworks``, all of one owner, these tags beside those that they have."""
    if not (works := list(artworks)):
        return
    rows = _rows(works[0].owner, clean_names(names))
    through = Artwork.tags.through
    through.objects.bulk_create(
        (through(artwork_id=work.pk, tag_id=tag.pk) for work in works for tag in rows),
        ignore_conflicts=True,
    )
    _index(works)


@transaction.atomic
def remove_tags(artworks: Iterable[Artwork], names: Iterable[str]) -> None:
    """Take these tags from each of ``artworks``, all of one owner, where they are on it."""
    if not (works := list(artworks)):
        return
    owner = works[0].owner
    through = Artwork.tags.through
    gone = through.objects.filter(
        artwork__in=works, tag__owner=owner, tag__name__in=clean_names(names)
    )
    gone.delete()
    _index(works)
    _forget_unused(owner)


def _rows(owner: User, names: Sequence[str]) -> list[Tag]:
    Tag.objects.bulk_create((Tag(owner=owner, name=name) for name in names), ignore_conflicts=True)
    return list(Tag.objects.filter(owner=owner, name__in=names))


def _index(works: list[Artwork]) -> None:
    for work in works:
        getattr(work, "_prefetched_objects_cache", {}).pop("tags", None)
    prefetch_related_objects(works, "tags")
    for work in works:
        work.search_text = search.search_text(work, [tag.name for tag in work.tags.all()])
    Artwork.objects.bulk_update(works, ["search_text"], batch_size=AT_ONCE)


def _forget_unused(owner: User) -> None:
    Tag.objects.filter(owner=owner, artworks=None).delete()
