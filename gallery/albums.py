"""Albums are made, filled, put in order, and deleted; their pictures stay where they are.

Positions only say what comes before what: they may have gaps, where a picture was taken out or is
in the trash. Such a picture keeps its place and has it again when it is restored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, UUIDField
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.quotas import check_count
from gallery.models import Album, AlbumArtwork, AlbumQuerySet, Artwork, ArtworkQuerySet

MOST = 500
"""Of one person: as many as a list on the wall can still hold."""

TITLE_MAX_LENGTH = Album._meta.get_field("title").max_length


def create(
    owner: User, title: str, artworks: Iterable[Artwork] = (), *, description: str = ""
) -> Album:
    """A new album of ``owner`` with ``artworks`` in the order given.

    Raises QuotaError where there are as many as may be.
    """
    with transaction.atomic():
        check_count(
            owner,
            Album.objects.filter(owner=owner),
            MOST,
            _("You have %(most)d albums, which is all there is room for. Delete one first."),
        )
        album = Album.objects.create(
            owner=owner, title=title.strip()[:TITLE_MAX_LENGTH], description=description.strip()
        )
        add(album, artworks)
    return album


def change(album: Album, title: str, description: str) -> None:
    album.title, album.description, album.changed_at = title, description, timezone.now()
    album.save(update_fields=["title", "description", "changed_at"])


def delete(album: Album) -> None:
    """For good, and with it the links to it; its pictures stay."""
    album.delete()


@transaction.atomic
def add(album: Album, artworks: Iterable[Artwork]) -> int:
    """Hang ``artworks`` at the end; return how many were not in it yet.

    Only its owner's own that are not in the trash; others are passed over.
    """
    _hold(album)
    wanted = [artwork.pk for artwork in artworks]
    own = set(
        Artwork.objects.filter(owner_id=album.owner_id, trashed_at=None, pk__in=wanted).values_list(
            "pk", flat=True
        )
    )
    there = set(album.places.values_list("artwork_id", flat=True))
    new = [pk for pk in dict.fromkeys(wanted) if pk in own and pk not in there]
    last = album.places.order_by("-position").values_list("position", flat=True).first()
    begin = 0 if last is None else last + 1
    AlbumArtwork.objects.bulk_create(
        AlbumArtwork(album=album, artwork_id=pk, position=begin + number)
        for number, pk in enumerate(new)
    )
    if new:
        _touch(album)
    return len(new)


@transaction.atomic
def remove(album: Album, artworks: Iterable[Artwork]) -> list[tuple[UUID, int]]:
    """Take ``artworks`` out; return what ``put_back`` needs to undo it."""
    _hold(album)
    taken = album.places.filter(artwork__in=[artwork.pk for artwork in artworks])
    places = list(taken.values_list("artwork_id", "position"))
    taken.delete()
    if places:
        _touch(album)  # a cover that was taken out stands for the album again when it is put back
    return places


@transaction.atomic
def put_back(album: Album, places: Iterable[tuple[UUID, int]]) -> None:
    """Undo ``remove``; harmless for pictures that are there again, or gone for good."""
    _hold(album)
    positions = dict(places)
    own = Artwork.objects.filter(owner_id=album.owner_id, pk__in=positions)
    AlbumArtwork.objects.bulk_create(
        (
            AlbumArtwork(album=album, artwork_id=pk, position=positions[pk])
            for pk in own.values_list("pk", flat=True)
        ),
        ignore_conflicts=True,
    )
    _touch(album)


@transaction.atomic
def move(album: Album, artwork: Artwork, to: int) -> None:
    """Give ``artwork`` the place ``to`` (0 is the first) among those that are shown.

    Beyond either end is the end. Harmless for a picture that is not in the album.
    """
    _hold(album)
    shown = list(album.places.filter(artwork__trashed_at=None))
    moved = next((place for place in shown if place.artwork_id == artwork.pk), None)
    if moved is None:
        return
    shown.remove(moved)
    to = max(0, min(to, len(shown)))
    positions = [place.position for place in shown]
    if to == len(shown):
        moved.position = max([moved.position, *positions]) + 1
    elif positions[to] in positions[:to]:  # a gap was filled by two: say anew who is first
        shown.insert(to, moved)
        arrange(album, [place.artwork_id for place in shown])
        return
    else:
        moved.position = positions[to]
        behind = album.places.filter(position__gte=moved.position)
        behind.exclude(pk=moved.pk).update(position=F("position") + 1)
    moved.save(update_fields=["position"])
    _touch(album)


@transaction.atomic
def arrange(album: Album, artwork_ids: Sequence[UUID]) -> None:
    """Put these first, in this order; what the album holds besides follows as it was."""
    _hold(album)
    places = list(album.places.all())
    wanted = {pk: number for number, pk in enumerate(artwork_ids)}
    places.sort(key=lambda place: wanted.get(place.artwork_id, len(wanted)))
    moved = []
    for number, place in enumerate(places):
        if place.position != number:
            place.position = number
            moved.append(place)
    AlbumArtwork.objects.bulk_update(moved, ["position"], batch_size=500)
    if moved:
        _touch(album)


def choose_cover(album: Album, artwork: Artwork) -> None:
    """``artwork`` must be in the album."""
    Album.objects.filter(pk=album.pk).update(cover=artwork, changed_at=timezone.now())
    album.cover = artwork


def shown_artworks(album: Album) -> ArtworkQuerySet:
    """What hangs in ``album``, in its order, without what is in the trash."""
    in_order = Artwork.objects.filter(album_places__album=album, trashed_at=None)
    return in_order.order_by("album_places__position", "album_places__id")


def with_counts(albums: AlbumQuerySet) -> AlbumQuerySet:
    """Each with ``count``, the pictures it shows, and ``cover_shown_id``, what stands for it."""
    places = AlbumArtwork.objects.filter(album=OuterRef("pk"), artwork__trashed_at=None)
    counted = places.order_by().values("album").annotate(many=Count("pk")).values("many")
    return albums.annotate(
        count=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        cover_shown_id=Coalesce(
            Subquery(places.filter(artwork=OuterRef("cover_id")).values("artwork_id")[:1]),
            Subquery(places.values("artwork_id")[:1]),
            output_field=UUIDField(),
        ),
    )


def with_covers(albums: Iterable[Album]) -> list[Album]:
    """Rows of ``with_counts``, each with ``cover_shown``: the picture itself, or None."""
    rows = list(albums)
    covers = Artwork.objects.in_bulk({row.cover_shown_id for row in rows} - {None})  # type: ignore[attr-defined]
    for row in rows:
        row.cover_shown = covers.get(row.cover_shown_id)  # type: ignore[attr-defined]
    return rows


def addable(album: Album) -> QuerySet[Artwork]:
    """Its owner's pictures that are not in it, newest first."""
    own = Artwork.objects.filter(owner_id=album.owner_id, trashed_at=None)
    return own.filter(~Q(album_places__album=album)).order_by("-created_at", "id")


def _hold(album: Album) -> None:
    """Keep others from changing the same album until the transaction ends."""
    Album.objects.select_for_update().filter(pk=album.pk).first()


def _touch(album: Album) -> None:
    album.changed_at = timezone.now()
    Album.objects.filter(pk=album.pk).update(changed_at=album.changed_at)
