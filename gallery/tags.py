"""Words that people put on their pictures, and that the wall is filtered by.

Every change here keeps what a search looks through true, for many pictures at once in a few
queries. A tag that is on no picture any more goes. Raises QuotaError, with nothing changed, where
a picture or a person would have too many.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Count, Q, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.quotas import QuotaError, hold
from gallery import search
from gallery.models import Artwork, Tag

MOST_TAGS = 30
"""Of one picture."""

MOST_OF_A_PERSON = 2000

MOST_SHOWN = 300
"""To choose from: of more, those on most pictures."""

TAG_LENGTH = Tag._meta.get_field("name").max_length or 40

AT_ONCE = 200


def clean_names(names: Iterable[str]) -> list[str]:
    """In lower case, without commas and needless space, each once, in the order given."""
    words = (" ".join(name.replace(",", " ").split()).lower() for name in names)
    return list(dict.fromkeys(word for word in words if word))


def own_names(owner: User) -> list[str]:
    """Tags of ``owner`` to choose from, by name."""
    own = Tag.objects.filter(owner=owner)
    names = list(own.order_by("name").values_list("name", flat=True)[: MOST_SHOWN + 1])
    if len(names) > MOST_SHOWN:
        most_used = own.annotate(uses=Count("artworks")).order_by("-uses", "name")
        names = sorted(most_used.values_list("name", flat=True)[:MOST_SHOWN])
    return names


@transaction.atomic
def set_tags(artwork: Artwork, names: Iterable[str]) -> None:
    """Give ``artwork`` exactly these tags."""
    owner = artwork.owner
    hold(owner)
    had = _count(owner)
    artwork.tags.set(_rows(owner, clean_names(names)))
    _index([artwork])
    _forget_unused(owner)
    _check_count(owner, had)


@transaction.atomic
def add_tags(artworks: Iterable[Artwork], names: Iterable[str]) -> None:
    """Give ``artworks``, all of one owner, these tags beside those that they have."""
    if not (works := list(artworks)):
        return
    owner, new = works[0].owner, clean_names(names)
    hold(owner)
    if not (works := _lacking(works, new)):
        return
    had = _count(owner)
    rows = _rows(owner, new)
    _check_count(owner, had)
    through = Artwork.tags.through
    through.objects.bulk_create(
        (through(artwork_id=work.pk, tag_id=tag.pk) for work in works for tag in rows),
        ignore_conflicts=True,
    )
    _index(works)


def _rows(owner: User, names: Sequence[str]) -> list[Tag]:
    Tag.objects.bulk_create((Tag(owner=owner, name=name) for name in names), ignore_conflicts=True)
    return list(Tag.objects.filter(owner=owner, name__in=names))


def _lacking(works: list[Artwork], new: Sequence[str]) -> list[Artwork]:
    """Those of ``works`` that have not all of ``new`` yet: only they are written.

    Raises QuotaError where one of them would have too many.
    """
    named = Q(tags__name__in=new)
    counted = (
        Artwork.objects.filter(pk__in=[work.pk for work in works])
        .values("pk", "title")
        .annotate(there=Count("tags", filter=named), others=Count("tags", filter=~named))
    )
    lacking = {work["pk"]: work for work in counted if work["there"] < len(new)}
    room = MOST_TAGS - len(new)
    _refuse_full([work["title"] for work in lacking.values() if work["others"] > room])
    return [work for work in works if work.pk in lacking]


def _refuse_full(full: list[str]) -> None:
    """Raises QuotaError for pictures of these titles, if there are any."""
    if not full:
        return
    sentence = ngettext(
        "“%(title)s” would have more than %(most)d tags then. Take some off it, or leave it out; "
        "nothing was changed.",
        "%(count)d of the pictures would have more than %(most)d tags then, such as “%(title)s”. "
        "Take some off them, or leave them out; nothing was changed.",
        len(full),
    )
    words = {"title": full[0], "count": len(full), "most": MOST_TAGS}
    raise QuotaError(sentence % words, reason="kept")


def _count(owner: User) -> int:
    return Tag.objects.filter(owner=owner).count()


def _check_count(owner: User, had: int) -> None:
    """Raises QuotaError where ``owner`` has more than before, and too many."""
    if _count(owner) > max(had, MOST_OF_A_PERSON):
        sentence = _(
            "You have %(most)d different tags, which is all there is room for: use those that you "
            "have, or take some off their pictures first."
        )
        raise QuotaError(sentence % {"most": MOST_OF_A_PERSON}, reason="kept")


def _index(works: list[Artwork]) -> None:
    for work in works:
        getattr(work, "_prefetched_objects_cache", {}).pop("tags", None)
    prefetch_related_objects(works, "tags")
    for work in works:
        work.search_text = search.search_text(work, [tag.name for tag in work.tags.all()])
    Artwork.objects.bulk_update(works, ["search_text"], batch_size=AT_ONCE)


def _forget_unused(owner: User) -> None:
    Tag.objects.filter(owner=owner, artworks=None).delete()
