"""manage.py make_artworks: many rows for developers and benchmarks."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from gallery.listing import View
from gallery.models import Album, Artwork, Style

pytestmark = pytest.mark.django_db


def test_it_makes_owners_with_artworks_that_filters_find(client: Client) -> None:
    out = StringIO()
    call_command("make_artworks", owners=2, count=60, password="a bench of oak", stdout=out)
    assert "120 artworks of 2 owners." in out.getvalue()
    owners = User.objects.filter(email__startswith="bench-")
    assert [owner.artworks.count() for owner in owners] == [60, 60]
    for query in ({"q": "mill"}, {"favourite": "1"}, {"rating": "4"}, {"tag": "sea"}):
        assert View.from_query(query).apply(Artwork.objects.all()).exists(), query
    assert sum(Style.objects.values_list("times_used", flat=True)) == 120
    assert Album.objects.first().artworks.count() == 20
    assert client.login(username="bench-1@example.org", password="a bench of oak")
    assert client.get("/gallery/").status_code == 200


def test_the_files_are_few_and_shared() -> None:
    call_command("make_artworks", owners=1, count=40, verbosity=0)
    assert len(set(Artwork.objects.values_list("original", flat=True))) <= 7


@pytest.mark.parametrize("options", [{"owners": 0}, {"count": 0}])
def test_it_asks_for_at_least_one(options: dict[str, int]) -> None:
    with pytest.raises(CommandError, match="1 or more"):
        call_command("make_artworks", **options)
