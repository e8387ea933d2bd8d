"""An offered style becomes a preset of its own, once, and only while it is offered."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.models import User
from gallery import promotion, styles
from gallery.models import Style, StyleOffer
from tests.gallery.drawings import gradient

State = StyleOffer.State


@pytest.fixture
def offer(own_style: Style) -> StyleOffer:
    Style.objects.update(tags=["tile"], params={"style_strength": 60}, palette=[{"hex": "#fff"}])
    own_style.refresh_from_db()
    return StyleOffer.objects.create(style=own_style, credit="Ada L.", licence="CC BY 4.0")


def test_a_hidden_preset_with_files_of_its_own_is_made(
    offer: StyleOffer, own_style: Style, stranger: User
) -> None:
    preset = promotion.accept(offer, stranger, own_style.version)
    preset.refresh_from_db()
    assert (preset.owner, preset.state, preset.catalogue) == (None, Style.State.DRAFT, {})
    assert (preset.title, preset.artist, preset.licence) == ("My tiles", "Ada L.", "CC BY 4.0")
    assert preset.source == "Offered by its owner (Ada L.)."
    assert (preset.tags, preset.palette) == (["tile"], [{"hex": "#fff"}])
    assert preset.sha256 == own_style.sha256
    assert preset.pixels_sha256 == own_style.pixels_sha256
    for mine, theirs in zip(preset.file_fields(), own_style.file_fields(), strict=True):
        assert mine.name != theirs.name
        assert Path(mine.path).read_bytes() == Path(theirs.path).read_bytes()
    assert (offer.state, offer.decided_by, offer.preset) == (State.ACCEPTED, stranger, preset)
    own_style.delete_files()
    own_style.delete()
    assert Style.objects.filter(pk=preset.pk).exists()


def test_of_two_answers_the_first_counts_and_the_second_leaves_no_file(
    offer: StyleOffer, stranger: User, media_root: Path
) -> None:
    promotion.decline(offer, stranger)
    files = set(media_root.rglob("*.*"))
    stale = StyleOffer.objects.get()
    stale.state = State.OPEN
    with pytest.raises(promotion.AnsweredError):
        promotion.accept(stale, stranger, stale.style.version)
    assert set(media_root.rglob("*.*")) == files
    assert Style.objects.count() == 1


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.ACCEPTED])
def test_what_is_not_open_is_neither_accepted_nor_declined(
    offer: StyleOffer, stranger: User, state: str
) -> None:
    StyleOffer.objects.update(state=state)
    with pytest.raises(promotion.AnsweredError):
        promotion.accept(offer, stranger, offer.style.version)
    with pytest.raises(promotion.AnsweredError):
        promotion.decline(offer, stranger)


def test_a_picture_that_was_replaced_after_a_look_at_it_is_not_accepted(
    offer: StyleOffer, own_style: Style, stranger: User
) -> None:
    seen = own_style.version
    styles.replace_picture(own_style, gradient(40, 40))
    offer.refresh_from_db()
    with pytest.raises(promotion.AnsweredError):
        promotion.accept(offer, stranger, seen)
    assert Style.objects.count() == 1


def test_a_style_in_the_trash_is_not_offered_any_more(
    offer: StyleOffer, own_style: Style, stranger: User
) -> None:
    styles.trash(own_style)
    assert not promotion.is_shown(StyleOffer.objects.get())
    with pytest.raises(promotion.AnsweredError):
        promotion.accept(offer, stranger, offer.style.version)


def test_a_decline_is_taken_back(offer: StyleOffer, stranger: User) -> None:
    promotion.decline(offer, stranger)
    promotion.reopen(offer)
    assert (offer.state, offer.decided_by, offer.decided_at) == (State.OPEN, None, None)


def test_not_when_its_owner_offered_it_again(offer: StyleOffer, stranger: User) -> None:
    promotion.decline(offer, stranger)
    StyleOffer.objects.create(style=offer.style, licence="CC0")
    with pytest.raises(promotion.AnsweredError):
        promotion.reopen(offer)
