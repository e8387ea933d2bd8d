"""What keeps a preset off the wall, and what its history says."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.admin.models import LogEntry

from accounts.models import User
from gallery import curation, history
from gallery.models import Collection, Style

DRAFT, PUBLISHED = Style.State.DRAFT, Style.State.PUBLISHED
CREDIT = {"artist": "Ada", "licence": "CC0-1.0"}

Make = Callable[..., Style]


def test_what_is_whole_is_published_and_what_lacks_something_stays_hidden(
    make_preset: Make, user: User
) -> None:
    whole = make_preset(slug="a", state=DRAFT, **CREDIT)
    bare = make_preset(slug="b", state=DRAFT, title="Bare", artist="  ")
    outcome = curation.publish([whole, bare], user)
    assert (outcome.changed, outcome.refused) == ([whole], [bare])
    assert list(Style.objects.presets()) == [whole]
    assert curation.needed_sentence(bare) == "“Bare” stays hidden: no credit and no licence."
    assert LogEntry.objects.get().change_message == "State: hidden → published"


def test_publishing_twice_notes_it_once(make_preset: Make, user: User) -> None:
    style = make_preset(state=DRAFT, **CREDIT)
    curation.publish([style], user)
    assert curation.publish([style], user).changed == []
    assert LogEntry.objects.count() == 1


def test_a_credit_that_went_meanwhile_is_looked_at_once_more(make_preset: Make, user: User) -> None:
    style = make_preset(state=DRAFT, **CREDIT)
    Style.objects.update(licence="")
    assert curation.publish([style], user).changed == []
    assert not Style.objects.presets().exists()


def test_a_personal_style_is_never_touched(own_style: Style, user: User) -> None:
    assert curation.hide([own_style], user).changed == []
    own_style.refresh_from_db()
    assert own_style.state == PUBLISHED


def test_missing_names_the_example_too(make_preset: Make) -> None:
    assert curation.missing(make_preset()) == ["no credit", "no licence", "no example"]
    assert curation.missing(Style(example="x.webp", **CREDIT)) == []


def test_new_presets_go_behind_all_others(make_preset: Make, own_style: Style) -> None:
    assert curation.next_position() == 0
    make_preset(position=120)
    assert curation.next_position() == 130


def test_a_history_tells_lists_settings_and_collections(make_preset: Make, user: User) -> None:
    style = make_preset(tags=["blue"], params={})
    before = history.snapshot(style)
    style.tags, style.params = ["blue", "sea"], {"style_strength": 70}
    style.collections.add(Collection.objects.create(title="Op art", slug="op"))
    assert history.note_changes(user, style, before) == [
        "Tags: blue → blue, sea",
        'Recommended settings: – → {"style_strength": 70}',
        "Collections: – → Op art",
    ]


def test_without_a_change_nothing_is_noted(preset: Style, user: User) -> None:
    assert history.note_changes(user, preset, history.snapshot(preset)) == []
    assert not LogEntry.objects.exists()
