"""What its owner has seen end is not mailed: the pages of a transfer say what was seen."""

import pytest
from django.test import Client

from accounts.models import User
from transfers.models import Notice, Transfer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("headers", "state"), [({"X-Looking": "yes"}, "seen"), ({}, "pending")])
def test_an_end_that_was_seen_on_the_live_page_is_not_mailed(
    signed_in: Client, user: User, transfer: Transfer, headers: dict[str, str], state: str
) -> None:
    """A page in the background asks as well, and its owner does not see it."""
    Transfer.objects.update(state="failed", error="It went wrong.")
    notice = Notice.objects.create(
        owner=user, transfer=transfer, channel="email", event="transfer.failed"
    )
    signed_in.get(f"/transfers/{transfer.pk}/progress/", headers={"HX-Request": "true"} | headers)
    notice.refresh_from_db()
    assert notice.state == state


def test_opening_the_page_of_what_has_ended_counts_as_seen(
    signed_in: Client, user: User, transfer: Transfer
) -> None:
    notice = Notice.objects.create(
        owner=user, transfer=transfer, channel="email", event="transfer.succeeded"
    )
    signed_in.get(f"/transfers/{transfer.pk}/")
    notice.refresh_from_db()
    assert notice.state == "pending"  # it is still being painted
    Transfer.objects.update(state="failed")
    signed_in.get(f"/transfers/{transfer.pk}/")
    notice.refresh_from_db()
    assert notice.state == "seen"
