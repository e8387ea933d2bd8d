"""Collections in the admin: their words, their order, their presets."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from gallery.models import Collection, Style
from tests.gallery.admin.people import as_staff

LIST = "/admin/gallery/collection/"


@pytest.fixture
def collection(db: None) -> Collection:
    return Collection.objects.create(title="Op art", slug="op-art")


def change_page(collection: Collection) -> str:
    return reverse("admin:gallery_collection_change", args=[collection.pk])


def sent(**changes: object) -> dict[str, object]:
    return {"title": "Op art", "slug": "op-art", "description": "", "position": "0", **changes}


def test_presets_are_ticked_and_each_history_tells(
    admin_client: Client, make_preset: Callable[..., Style], collection: Collection
) -> None:
    held, wanted = make_preset(slug="a", title="Held"), make_preset(slug="b", title="Wanted")
    collection.styles.add(held)
    response = admin_client.post(change_page(collection), sent(presets=[str(wanted.pk)]))
    assert response.status_code == 302
    assert list(collection.styles.all()) == [wanted]
    messages = dict(LogEntry.objects.values_list("object_id", "change_message"))
    assert messages == {
        str(collection.pk): "Presets: Held → Wanted",
        str(held.pk): "Collections: Op art → –",
        str(wanted.pk): "Collections: – → Op art",
    }


def test_a_new_one_is_made_with_its_presets(admin_client: Client, preset: Style) -> None:
    data = sent(title="Dots", slug="dots", presets=[str(preset.pk)])
    assert admin_client.post(f"{LIST}add/", data).status_code == 302
    assert list(Collection.objects.get().styles.all()) == [preset]


def test_the_list_shows_thumbnails_and_how_many(
    admin_client: Client, preset: Style, collection: Collection
) -> None:
    collection.styles.add(preset)
    html = admin_client.get(LIST).content.decode()
    assert reverse("gallery:style-file", args=[preset.pk, "thumbnail"]) in html
    assert '<td class="field-size">1</td>' in html


def test_a_personal_style_cannot_be_put_into_one(
    admin_client: Client, own_style: Style, collection: Collection
) -> None:
    response = admin_client.post(change_page(collection), sent(presets=[str(own_style.pk)]))
    assert response.context["adminform"].form.errors["presets"]
    assert not collection.styles.exists()


def test_staff_without_the_permission_stay_outside(collection: Collection) -> None:
    client = as_staff("gallery.view_style")
    assert client.get(LIST).status_code == 403
    assert client.post(change_page(collection), sent(title="Mine")).status_code == 403


def test_who_may_only_look_sees_the_fields_and_changes_nothing(collection: Collection) -> None:
    client = as_staff("gallery.view_collection")
    assert client.get(change_page(collection)).status_code == 200
    assert client.post(change_page(collection), sent(title="Mine")).status_code == 403
