"""Tags: set, added, taken away, and found by a search from then on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.quotas import QuotaError
from gallery import search, tags
from gallery.models import Artwork, Tag

Make = Callable[..., Artwork]


def names(artwork: Artwork) -> list[str]:
    return list(Artwork.objects.get(pk=artwork.pk).tags.values_list("name", flat=True))


def found(word: str) -> set[Artwork]:
    return set(search.matching(Artwork.objects.all(), word))


def test_a_picture_gets_exactly_these_tags(artwork: Artwork) -> None:
    tags.set_tags(artwork, [" Winter  Walk ", "sea", "SEA", "", ","])
    assert names(artwork) == ["sea", "winter walk"]
    assert found("winter sea") == {artwork}
    tags.set_tags(artwork, ["forest"])
    assert names(artwork) == ["forest"]
    assert not found("winter")


def test_a_tag_that_is_on_no_picture_goes(artwork: Artwork, user: User) -> None:
    tags.set_tags(artwork, ["sea", "sky"])
    tags.set_tags(artwork, ["sky"])
    assert tags.own_names(user) == ["sky"]


def test_many_get_tags_beside_their_own(make_artwork: Make) -> None:
    first, second = make_artwork(), make_artwork()
    tags.set_tags(first, ["sea"])
    tags.add_tags([first, second], ["holiday", "sea"])
    tags.add_tags([first, second], ["holiday"])
    assert names(first) == names(second) == ["holiday", "sea"]
    assert found("holiday") == {first, second}
    assert Tag.objects.count() == 2


def test_many_take_as_few_queries_as_two(
    make_artwork: Make, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    works = [make_artwork() for _ in range(12)]
    with django_assert_max_num_queries(11):
        tags.add_tags(works, ["holiday"])


def test_no_picture_of_many_gets_more_than_it_may_have(make_artwork: Make) -> None:
    full, free = make_artwork(title="Full"), make_artwork(title="Free")
    tags.set_tags(full, [f"tag {number}" for number in range(tags.MOST_TAGS)])
    tags.add_tags([full, free], ["tag 0", "tag 1"])
    assert names(free) == ["tag 0", "tag 1"]
    with pytest.raises(QuotaError, match="“Full” would have more than 30 tags then"):
        tags.add_tags([full, free], ["tag 0", "new"])
    assert names(free) == ["tag 0", "tag 1"]
    assert not Tag.objects.filter(name="new").exists()
    tags.set_tags(free, names(full))
    with pytest.raises(QuotaError, match="2 of the pictures would have more than 30 tags"):
        tags.add_tags([full, free], ["new"])


def test_who_has_them_already_is_left_alone(make_artwork: Make) -> None:
    full = make_artwork()
    tags.set_tags(full, [f"tag {number}" for number in range(tags.MOST_TAGS)])
    Artwork.objects.update(search_text="untouched")
    tags.add_tags([full], ["tag 0", "tag 1"])
    assert Artwork.objects.get().search_text == "untouched"
    tags.add_tags([full, make_artwork()], ["tag 0"])
    assert Artwork.objects.filter(search_text="untouched").get() == full


def test_a_person_has_only_so_many_tags(
    monkeypatch: pytest.MonkeyPatch, make_artwork: Make, stranger: User
) -> None:
    first, second = make_artwork(), make_artwork()
    tags.set_tags(first, ["one", "two", "three"])
    monkeypatch.setattr(tags, "MOST_OF_A_PERSON", 2)
    tags.set_tags(first, ["one", "two", "other"])
    tags.set_tags(make_artwork(owner=stranger), ["four"])
    for change in (tags.set_tags, lambda one, new: tags.add_tags([one], new)):
        with pytest.raises(QuotaError, match="which is all there is room for"):
            change(second, ["one", "four"])
        assert names(second) == []
    tags.set_tags(second, ["one"])
    tags.set_tags(first, ["two"])
    assert tags.own_names(first.owner) == ["one", "two"]


def test_of_very_many_those_on_most_pictures_are_to_choose_from(
    monkeypatch: pytest.MonkeyPatch, make_artwork: Make
) -> None:
    first, second = make_artwork(), make_artwork()
    tags.add_tags([first, second], ["sea", "hill"])
    tags.add_tags([second], ["a", "z"])
    monkeypatch.setattr(tags, "MOST_SHOWN", 3)
    assert tags.own_names(first.owner) == ["a", "hill", "sea"]
    monkeypatch.setattr(tags, "MOST_SHOWN", 4)
    assert tags.own_names(first.owner) == ["a", "hill", "sea", "z"]


def test_nobody_elses_tags_are_touched(
    artwork: Artwork, make_artwork: Make, stranger: User
) -> None:
    theirs = make_artwork(owner=stranger)
    tags.set_tags(theirs, ["sea"])
    tags.set_tags(artwork, ["sea"])
    tags.set_tags(artwork, [])
    assert names(theirs) == ["sea"]
    assert (tags.own_names(artwork.owner), tags.own_names(stranger)) == ([], ["sea"])


def test_nothing_is_a_fine_selection(db: None) -> None:
    tags.add_tags([], ["sea"])
    assert not Tag.objects.exists()
