"""The Django admin of photos and transfers."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from django_q.models import Failure, OrmQ, Task
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from gallery.models import Style
from transfers.models import ContentImage, Transfer


@pytest.fixture
def admin(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_superuser("root@example.org", "correct horse"))
    return client


def test_transfers_are_listed_with_state_and_owner(admin: Client, transfer: Transfer) -> None:
    response = admin.get("/admin/transfers/transfer/")
    assertContains(response, "waiting")
    assertContains(response, transfer.owner.email)


def test_a_transfer_can_be_read_but_not_changed(admin: Client, transfer: Transfer) -> None:
    page = f"/admin/transfers/transfer/{transfer.pk}/change/"
    assertContains(admin.get(page), "Stripes")
    assert admin.post(page, {"state": "failed"}).status_code == 403
    assert admin.get("/admin/transfers/transfer/add/").status_code == 403


def test_of_a_transfer_neither_files_nor_titles_are_shown(
    admin: Client, transfer: Transfer
) -> None:
    files = {kind: f"transfers/{kind}.zip" for kind in ("preview", "checkpoint", "time_lapse")}
    words = {"title": "A private title", "recipe": {"styles": [{"title": "A private style"}]}}
    Transfer.objects.filter(pk=transfer.pk).update(**files, **words, error="No memory left.")
    Style.objects.filter(transfers=transfer).update(owner=transfer.owner, title="A private style")
    ContentImage.objects.filter(pk=transfer.content_image_id).update(title="A private photo")
    page = admin.get(f"/admin/transfers/transfer/{transfer.pk}/change/")
    assertContains(page, "No memory left.")
    assertContains(page, transfer.content_image_id)
    for name in files.values():
        assertNotContains(page, name)
    assertNotContains(page, "A private")
    photo_page = f"/admin/transfers/contentimage/{transfer.content_image_id}/change/"
    assertNotContains(admin.get(photo_page), "A private")


def test_photos_are_counted_but_never_shown(admin: Client, photo: ContentImage) -> None:
    listed = admin.get("/admin/transfers/contentimage/")
    assertContains(listed, photo.owner.email)
    page = admin.get(f"/admin/transfers/contentimage/{photo.pk}/change/")
    assert page.status_code == 200
    for response in (listed, page):
        assertNotContains(response, "/photos/")
        assertNotContains(response, photo.original.name)


@pytest.mark.parametrize(("permission", "left"), [("view_failure", 1), ("change_failure", 0)])
def test_what_failed_runs_again_for_those_only_who_may_change_it(
    client: Client, db: None, permission: str, left: int
) -> None:
    now = timezone.now()
    Task.objects.create(
        id="1", name="ring", func="math.floor", args=(1.5,), started=now, stopped=now, success=False
    )
    staff = User.objects.create_user("dan@example.org", "correct horse", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename=permission))
    client.force_login(staff)
    client.post("/admin/django_q/failure/", {"action": "resubmit", "_selected_action": ["1"]})
    assert (Failure.objects.count(), OrmQ.objects.count()) == (left, 1 - left)
