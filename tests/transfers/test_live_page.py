"""The live page and what it polls; cancelling, keeping and trying again."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from engine.params import Params
from gallery.artworks import trash
from gallery.models import Artwork, Style
from tests.gallery.drawings import hang_artwork
from tests.transfers.drawings import as_file, quadrants
from transfers.models import LossCurve, MachineSpeed, Transfer
from transfers.photos import add_photo
from transfers.queue import forecast, submission

SetRow = Callable[..., Transfer]
RUNNING = {
    "state": "running",
    "activity": "painting",
    "step": 42,
    "total_steps": 139,
    "level": 2,
    "levels": 3,
    "content_loss": 0.5,
    "style_loss": 0.25,
    "seconds_left": 21.0,
}
HTMX = {"HX-Request": "true"}


def url(transfer: Transfer, name: str = "") -> str:
    return f"/transfers/{transfer.pk}/{name}"


@pytest.fixture
def artwork(user: User) -> Artwork:
    return hang_artwork(
        owner=user, image=quadrants(), before=quadrants(), title="Harbour", recipe={"version": 1}
    )


def test_a_running_transfer_shows_its_step_time_and_activity(
    signed_in: Client, set_row: SetRow
) -> None:
    response = signed_in.get(url(set_row(**RUNNING)))
    for words in ("step 42 of 139", "about 20 seconds left", "Building up the brushwork"):
        assertContains(response, words)
    assertContains(response, 'hx-trigger="every 1s')
    assertContains(response, "Look again")


def test_a_waiting_transfer_says_its_place_and_when_it_will_be_ready(
    signed_in: Client, transfer: Transfer
) -> None:
    assertContains(signed_in.get(url(transfer)), "Next in line")
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=2e5, overhead_s=10)
    assertContains(signed_in.get(url(transfer)), "ready in about")


def test_work_done_before_an_interruption_shortens_the_time(
    signed_in: Client, set_row: SetRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=5e3, overhead_s=0)
    transfer = set_row(state="queued")
    assertContains(signed_in.get(url(transfer)), "minutes")
    set_row(step=100, total_steps=100, checkpoint_step=100, pixel_steps_left=0)
    # Who was slow to look at the queue goes by what was seen for a moment.
    monkeypatch.setattr(forecast, "_seen", forecast._Seen())
    response = signed_in.get(url(transfer))
    assertContains(response, "ready in a few seconds")
    assertContains(response, "Waiting to go on where it stopped")


def test_a_paused_transfer_says_so_and_when_it_goes_on_and_keeps_what_it_shows(
    signed_in: Client, set_row: SetRow, stranger: User, preset: Style
) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=5e3, overhead_s=0)
    paused = {**RUNNING, "state": "queued", "activity": "waiting"}
    transfer = set_row(**paused, checkpoint_step=42, painting_s=600, heartbeat_at=timezone.now())
    theirs = add_photo(stranger, BytesIO(as_file(quadrants())), "upload", "Garden")
    other = submission.submit(stranger, theirs, [(preset, 1.0)], Params(size_px=256))
    for page in (signed_in.get(url(transfer)), signed_in.get("/transfers/")):
        assertContains(page, "Paused while others have their turn")
        assertContains(page, "goes on in about 2 minutes, ready in about 5 minutes")
    MachineSpeed.objects.all().delete()  # as before the first picture is finished
    assertContains(signed_in.get(url(transfer)), "Paused while others have their turn")
    poll = signed_in.get(url(set_row(preview_step=40), "progress/"), headers=HTMX)
    assertContains(poll, f"{url(transfer, 'preview/')}?v=40")
    assertContains(poll, 'data-percent="30"')
    assertContains(poll, "step 42 of 139")
    assert "data-can-be-kept" in poll.content.decode()
    other.delete()
    assertContains(signed_in.get(url(transfer)), "Waiting to go on where it stopped")


def test_a_long_one_that_will_give_way_says_when_it_is_ready_all_the_same(
    signed_in: Client, set_row: SetRow, stranger: User, preset: Style
) -> None:
    MachineSpeed.objects.create(host="elsewhere", pixel_steps_per_s=746_640 / 1800, overhead_s=0)
    transfer = set_row(**RUNNING | {"seconds_left": 3600}, claimed_at=timezone.now())
    assertContains(signed_in.get(url(transfer)), "about 1 hour left")
    theirs = add_photo(stranger, BytesIO(as_file(quadrants())), "upload", "Garden")
    submission.submit(stranger, theirs, [(preset, 1.0)], Params(size_px=256))
    page = signed_in.get(url(transfer))
    assertContains(page, "ready in about 1½ hours, with pauses for others")
    assertNotContains(page, "Next in line")
    set_row(seconds_left=300)
    assertContains(signed_in.get(url(transfer)), "about 5 minutes left")


def test_a_poll_brings_the_newest_preview_and_the_facts(signed_in: Client, set_row: SetRow) -> None:
    transfer = set_row(**RUNNING, preview_step=40)
    response = signed_in.get(url(transfer, "progress/"), headers=HTMX)
    assertContains(response, f"{url(transfer, 'preview/')}?v=40")
    assertContains(response, "0.2500")
    assertNotContains(response, "<html")


def test_the_losses_are_a_chart_and_a_table_on_the_page_and_in_each_poll(
    signed_in: Client, set_row: SetRow
) -> None:
    transfer = set_row(**RUNNING)
    assertContains(signed_in.get(url(transfer)), "A moment after painting has begun")
    columns = {"step": [1, 14], "level": [1, 2], "content": [0.1, 0.2], "style": [1.5, 0.25]}
    LossCurve.objects.create(transfer=transfer, columns=columns)
    for response in (
        signed_in.get(url(transfer)),
        signed_in.get(url(transfer, "progress/"), headers=HTMX),
    ):
        assertContains(response, "the distance from the style went from 1.5 to 0.25")
        assertContains(response, "<polyline", count=2)
        assertContains(response, '<td class="pe-8 text-end">14</td>')


def test_a_poll_is_answered_304_until_something_changes(signed_in: Client, set_row: SetRow) -> None:
    transfer = set_row(**RUNNING)
    first = signed_in.get(url(transfer, "progress/"), headers=HTMX)
    again = {**HTMX, "If-None-Match": first["ETag"]}
    assert signed_in.get(url(transfer, "progress/"), headers=again).status_code == 304
    set_row(step=43)
    assert signed_in.get(url(transfer, "progress/"), headers=again).status_code == 200


def test_polling_ends_in_the_finished_artwork(
    signed_in: Client, set_row: SetRow, artwork: Artwork
) -> None:
    transfer = set_row(state="succeeded", artwork=artwork)
    poll = signed_in.get(url(transfer, "progress/"), headers=HTMX)
    assert poll["HX-Redirect"] == f"/gallery/{artwork.pk}/"
    assertRedirects(signed_in.get(url(transfer)), f"/gallery/{artwork.pk}/")


def test_a_finished_picture_in_the_trash_is_said_to_be_gone(
    signed_in: Client, set_row: SetRow, artwork: Artwork
) -> None:
    trash(artwork)
    response = signed_in.get(url(set_row(state="succeeded", artwork=artwork)))
    assertContains(response, "no longer in your gallery")
    assertNotContains(response, "hx-get")


def test_polling_a_failure_stops_with_the_reason_and_a_way_on(
    signed_in: Client, set_row: SetRow
) -> None:
    transfer = set_row(state="failed", error="The disk is full.", error_reference="1a2b3c4d")
    response = signed_in.get(url(transfer, "progress/"), headers=HTMX)
    assert response.status_code == 286
    for words in ("The disk is full.", "1a2b3c4d", "Try again", "are kept"):
        assertContains(response, words, status_code=286)


def test_a_poll_without_htmx_leads_to_the_page(signed_in: Client, transfer: Transfer) -> None:
    assertRedirects(signed_in.get(url(transfer, "progress/")), url(transfer))


def test_the_preview_is_kept_by_the_browser_only_under_its_step(
    signed_in: Client, set_row: SetRow
) -> None:
    transfer = set_row(**RUNNING, preview_step=40)
    named = signed_in.get(url(transfer, "preview/"), {"v": "40"})
    assert named["Content-Type"] == "image/webp"
    assert "immutable" in named["Cache-Control"]
    assert "private" in named["Cache-Control"]
    other = signed_in.get(url(transfer, "preview/"), {"v": "30"})
    assert "immutable" not in other["Cache-Control"]
    named.close()
    other.close()


def test_there_is_no_preview_before_the_first_one(signed_in: Client, transfer: Transfer) -> None:
    assert signed_in.get(url(transfer, "preview/")).status_code == 404


def test_cancelling_stops_it_and_offers_to_paint_it_again(
    signed_in: Client, set_row: SetRow
) -> None:
    transfer = set_row(**RUNNING)
    response = signed_in.post(url(transfer, "cancel/"), follow=True)
    transfer.refresh_from_db()
    assert transfer.state == "cancelled"
    assertContains(response, "Paint it again")


def test_cancelling_what_has_ended_leads_to_how_it_ended(
    signed_in: Client, set_row: SetRow, artwork: Artwork
) -> None:
    transfer = set_row(state="succeeded", artwork=artwork)
    signed_in.post(url(transfer, "cancel/"))
    transfer.refresh_from_db()
    assert transfer.state == "succeeded"


def test_trying_again_is_a_new_transfer_with_the_same_choices(
    signed_in: Client, set_row: SetRow
) -> None:
    failed = set_row(state="failed", error="No.")
    response = signed_in.post(url(failed, "retry/"))
    new = Transfer.objects.get(retry_of=failed)
    assertRedirects(response, url(new))
    assert new.state == "queued"
    assert new.params == failed.params


def test_trying_a_running_one_again_changes_nothing(signed_in: Client, set_row: SetRow) -> None:
    running = set_row(**RUNNING)
    assertRedirects(signed_in.post(url(running, "retry/")), url(running))
    assert Transfer.objects.count() == 1


def test_keeping_asks_the_worker_to_stop_and_says_so(signed_in: Client, set_row: SetRow) -> None:
    transfer = set_row(**RUNNING, preview_step=40)
    assertContains(signed_in.get(url(transfer)), "data-can-be-kept")
    response = signed_in.post(url(transfer, "keep/"), follow=True)
    transfer.refresh_from_db()
    assert (transfer.state, transfer.keep_requested) == ("running", True)
    assertContains(response, "Stopping, to keep it as it is")
    assertNotContains(response, "data-can-be-kept")


def test_what_is_not_painted_yet_cannot_be_kept(signed_in: Client, transfer: Transfer) -> None:
    assertNotContains(signed_in.get(url(transfer)), "data-can-be-kept")
    response = signed_in.post(url(transfer, "keep/"), follow=True)
    assertContains(response, "nothing to keep yet")
    transfer.refresh_from_db()
    assert (transfer.state, transfer.keep_requested) == ("queued", False)


def test_trying_again_what_went_on_from_a_picture_that_is_gone_says_so(
    signed_in: Client, set_row: SetRow
) -> None:
    failed = set_row(state="failed", error="No.", params={"initial": "earlier", "size_px": 512})
    response = signed_in.post(url(failed, "retry/"), follow=True)
    assertContains(response, "choose that picture")
    assert Transfer.objects.count() == 1


@pytest.mark.parametrize("name", ["", "progress/", "preview/"])
def test_a_stranger_finds_nothing(
    client: Client, stranger: User, set_row: SetRow, name: str
) -> None:
    transfer = set_row(**RUNNING, preview_step=40)
    client.force_login(stranger)
    assert client.get(url(transfer, name), headers=HTMX).status_code == 404


@pytest.mark.parametrize("name", ["cancel/", "keep/", "retry/"])
def test_a_stranger_changes_nothing(
    client: Client, stranger: User, transfer: Transfer, name: str
) -> None:
    client.force_login(stranger)
    assert client.post(url(transfer, name)).status_code == 404
    transfer.refresh_from_db()
    assert transfer.state == "queued"


def test_visitors_are_asked_to_sign_in(client: Client, transfer: Transfer) -> None:
    expected = f"/accounts/login/?next={url(transfer)}"
    assertRedirects(client.get(url(transfer)), expected)
    assert client.post(url(transfer, "cancel/")).status_code == 302
    transfer.refresh_from_db()
    assert transfer.state == "queued"


def test_a_poll_after_signing_out_sends_the_whole_page_to_sign_in(
    client: Client, transfer: Transfer
) -> None:
    headers = {**HTMX, "HX-Current-URL": f"http://testserver{url(transfer)}"}
    response = client.get(url(transfer, "progress/"), headers=headers)
    assert response["HX-Redirect"] == f"/accounts/login/?next={url(transfer)}"


def test_visitors_get_no_preview(client: Client, set_row: SetRow) -> None:
    transfer = set_row(**RUNNING, preview_step=40)
    assert client.get(url(transfer, "preview/")).status_code == 404


def test_an_unknown_transfer_is_not_found(signed_in: Client) -> None:
    nowhere = "/transfers/00000000-0000-4000-8000-000000000000/"
    assert signed_in.get(nowhere).status_code == 404
    assert signed_in.get("/transfers/1/").status_code == 404


def test_wrong_methods_are_not_allowed(signed_in: Client, transfer: Transfer) -> None:
    for name in ("", "progress/", "preview/"):
        assert signed_in.post(url(transfer, name)).status_code == 405
    for name in ("cancel/", "keep/", "retry/"):
        assert signed_in.get(url(transfer, name)).status_code == 405
