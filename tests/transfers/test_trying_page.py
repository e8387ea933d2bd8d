"""Trying a style: a draft on a sample or on a photo of one's own, in place or on a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Quota, User
from gallery.models import Artwork, Style
from tests.gallery.drawings import RECIPE, hang_artwork
from tests.transfers.drawings import quadrants
from transfers import housekeeping
from transfers.models import ContentImage, Notice, Transfer
from transfers.queue import lifecycle
from transfers.queue.recipes import artwork_title

HTMX = {"HX-Request": "true"}


def try_page(style: Style) -> str:
    return reverse("transfers:try", args=[style.pk])


def tried_page(style: Style, transfer: Transfer) -> str:
    return reverse("transfers:tried", args=[style.pk, transfer.pk])


@pytest.fixture
def trial(signed_in: Client, preset: Style, photo: ContentImage) -> Transfer:
    signed_in.post(try_page(preset), {"photo": str(photo.pk)})
    return Transfer.objects.get()


def end(trial: Transfer, title: str) -> Artwork:
    """The trial as a worker would have ended it."""
    artwork = hang_artwork(
        owner=trial.owner,
        image=quadrants(96, 64),
        before=quadrants(96, 64),
        title=title,
        recipe=RECIPE,
    )
    Transfer.objects.filter(pk=trial.pk).update(
        state=Transfer.State.SUCCEEDED, artwork=artwork, finished_at=timezone.now()
    )
    return artwork


def test_photos_to_try_it_on_are_offered(
    signed_in: Client, preset: Style, photo: ContentImage
) -> None:
    response = signed_in.get(try_page(preset))
    for words in (
        "Chelsea the cat",
        "A cup of coffee",
        "Harbour",
        'value="chelsea"',
        str(photo.pk),
    ):
        assertContains(response, words)
    fragment = signed_in.get(try_page(preset), headers=HTMX)
    assertContains(fragment, "On which photo?")
    assertNotContains(fragment, "<html")


def test_a_sample_is_painted_as_a_draft_under_a_title_of_its_own(
    signed_in: Client, preset: Style, user: User
) -> None:
    response = signed_in.post(try_page(preset), {"photo": "chelsea"})
    transfer = Transfer.objects.get()
    assert response["Location"] == reverse("transfers:detail", args=[transfer.pk])
    assert (transfer.owner, transfer.content_image.title) == (user, "Chelsea the cat")
    assert (transfer.params["size_px"], transfer.params["style_strength"]) == (256, 71)
    assert [share.style for share in transfer.style_shares.all()] == [preset]
    assert artwork_title(transfer, list(transfer.style_shares.all())) == "Trying Stripes"


def test_a_sample_becomes_a_photo_of_theirs_once(
    signed_in: Client, preset: Style, own_style: Style
) -> None:
    for style in (preset, own_style):
        signed_in.post(try_page(style), {"photo": "coffee"})
    assert Transfer.objects.count() == 2
    assert ContentImage.objects.count() == 1
    assertContains(signed_in.get(try_page(preset)), "A cup of coffee", count=1)


def test_in_place_it_develops_and_ends_as_the_picture(
    signed_in: Client, preset: Style, photo: ContentImage, set_row: Callable[..., Any]
) -> None:
    response = signed_in.post(try_page(preset), {"photo": str(photo.pk)}, headers=HTMX)
    trial = Transfer.objects.exclude(title="").get()
    assertContains(response, f'hx-get="{tried_page(preset, trial)}"')
    assertContains(response, "data-words")
    Transfer.objects.filter(pk=trial.pk).update(state="running", step=10, total_steps=100)
    assertContains(signed_in.get(tried_page(preset, trial), headers=HTMX), "step 10 of 100")
    artwork = end(trial, "Trying Stripes")
    response = signed_in.get(tried_page(preset, trial), headers=HTMX)
    assert (response["HX-Retarget"], response["HX-Reswap"]) == (f"#trial-{trial.pk}", "outerHTML")
    assertContains(response, reverse("gallery:artwork", args=[artwork.pk]))
    assertContains(response, f"?photo={photo.pk}&amp;style={preset.pk}")


def test_a_trial_that_failed_says_why_and_asks_no_more(
    signed_in: Client, preset: Style, trial: Transfer
) -> None:
    Transfer.objects.update(state="failed", error="The paint ran out.")
    response = signed_in.get(tried_page(preset, trial), headers=HTMX)
    assertContains(response, "The paint ran out.", status_code=286)


def test_without_htmx_the_live_page_shows_it(
    signed_in: Client, preset: Style, trial: Transfer
) -> None:
    response = signed_in.get(tried_page(preset, trial))
    assert response["Location"] == reverse("transfers:detail", args=[trial.pk])


def test_whoever_sees_the_end_gets_no_letter(
    signed_in: Client, preset: Style, trial: Transfer
) -> None:
    artwork = end(trial, "Trying Stripes")
    Notice.objects.create(
        transfer=trial, owner=trial.owner, channel="email", event="transfer.succeeded"
    )
    signed_in.get(tried_page(preset, trial), headers=HTMX)
    assert Notice.objects.pending().exists()
    signed_in.get(tried_page(preset, trial), headers={**HTMX, "X-Looking": "yes"})
    assert not Notice.objects.pending().exists()
    assert artwork.title == "Trying Stripes"


@pytest.mark.parametrize("chosen", ["", "nonsense", "00000000-0000-4000-8000-000000000000"])
def test_a_photo_that_is_none_of_theirs_is_asked_for_again(
    signed_in: Client, preset: Style, chosen: str
) -> None:
    response = signed_in.post(try_page(preset), {"photo": chosen})
    assertContains(response, "Please choose a photo to try it on.", status_code=422)
    # htmx would drop an answer of 422: in place, the sentence comes as what is swapped in.
    response = signed_in.post(try_page(preset), {"photo": chosen}, headers=HTMX)
    assertContains(response, "Please choose a photo to try it on.")
    assert not Transfer.objects.exists()


def test_a_limit_is_told_where_it_was_met(
    signed_in: Client, preset: Style, trial: Transfer
) -> None:
    Quota.objects.create(waiting=1)
    response = signed_in.post(try_page(preset), {"photo": "chelsea"})
    assert response.status_code == 422
    assert Transfer.objects.count() == 1


def test_a_strangers_photo_style_and_trial_are_not_there(
    client: Client, preset: Style, own_style: Style, trial: Transfer, stranger: User
) -> None:
    client.force_login(stranger)
    assert client.get(try_page(own_style)).status_code == 404
    assert client.post(try_page(own_style), {"photo": "chelsea"}).status_code == 404
    assert client.get(tried_page(preset, trial), headers=HTMX).status_code == 404
    sent = {"photo": str(trial.content_image_id)}
    assert client.post(try_page(preset), sent).status_code == 422


def test_a_trial_belongs_to_its_style(signed_in: Client, own_style: Style, trial: Transfer) -> None:
    assert signed_in.get(tried_page(own_style, trial), headers=HTMX).status_code == 404


def test_visitors_are_asked_to_sign_in_first(client: Client, preset: Style) -> None:
    response = client.post(try_page(preset), {"photo": "chelsea"})
    assert response["Location"].startswith(reverse("account_login"))
    response = client.get(try_page(preset), headers=HTMX)
    assert response["HX-Redirect"].startswith(reverse("account_login"))


def test_samples_are_for_everybody_to_look_at(client: Client) -> None:
    response = client.get(reverse("transfers:sample-photo", args=["chelsea"]))
    assert response.getvalue().startswith(b"\xff\xd8")
    assert response["Content-Type"] == "image/jpeg"
    assert client.get(reverse("transfers:sample-photo", args=["mona-lisa"])).status_code == 404


# A style in use


def test_throwing_a_style_away_harms_nothing_that_waits_in_it(
    signed_in: Client, own_style: Style, photo: ContentImage, user: User
) -> None:
    signed_in.post(try_page(own_style), {"photo": str(photo.pk)})
    signed_in.post(reverse("gallery:style-delete", args=[own_style.pk]))
    claimed = lifecycle.claim("worker")
    assert claimed is not None
    share = claimed.style_shares.select_related("style").get()
    assert Path(share.style.original.path).exists()


def test_a_style_that_a_transfer_names_outlives_the_trash(
    signed_in: Client, own_style: Style, photo: ContentImage
) -> None:
    signed_in.post(try_page(own_style), {"photo": str(photo.pk)})
    long_ago = timezone.now() - timedelta(days=31)
    Style.objects.filter(pk=own_style.pk).update(trashed_at=long_ago)
    housekeeping.tidy()
    assert Path(own_style.original.path).exists()
    Transfer.objects.all().delete()
    housekeeping.tidy()
    assert not Style.objects.filter(pk=own_style.pk).exists()
