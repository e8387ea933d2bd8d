"""Lists, filters and rules of the presets' admin, and the history of what was done there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from gallery import history, leftovers
from gallery.admin.presets import PresetAdmin
from gallery.models import Collection, Leftover, Style
from tests.gallery.admin.people import as_staff
from tests.gallery.admin.presets import LIST, change_page, fields
from tests.gallery.drawings import gradient, upload

Make = Callable[..., Style]


def page(client: Client, address: str = LIST) -> str:
    return client.get(address).content.decode()


def test_the_list_names_what_is_missing_and_where_it_belongs(
    admin_client: Client, preset: Style
) -> None:
    preset.collections.add(Collection.objects.create(title="Op art", slug="op"))
    html = page(admin_client)
    assert "no credit, no licence and no example" in html
    assert '<td class="field-collection_line">Op art</td>' in html
    assert '<span class="badge" data-state="published">published</span>' in html


def test_the_number_of_queries_does_not_grow_with_the_list(
    admin_client: Client, make_preset: Make
) -> None:
    counts = []
    for number in range(3):
        style = make_preset(slug=f"s{number}")
        style.collections.add(Collection.objects.get_or_create(title="A", slug="a")[0])
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(admin_client)
        counts.append(len(queries))
    assert counts[1] == counts[2]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("missing=licence", {"Bare"}),
        ("missing=artist", {"Bare"}),
        ("missing=example", {"Bare", "Whole"}),
        ("missing=nonsense", {"Bare", "Whole"}),
        ("state__exact=draft", {"Bare"}),
        ("tag=blue", {"Whole"}),
        ("collections__id__exact=1", set()),
        ("q=ada", {"Whole"}),
        ("q=op+art", {"Whole"}),
    ],
)
def test_the_list_is_narrowed(
    admin_client: Client, make_preset: Make, query: str, titles: set[str]
) -> None:
    whole = make_preset(slug="a", title="Whole", artist="Ada", licence="CC0", tags=["blue"])
    whole.collections.add(Collection.objects.create(title="Op art", slug="op", pk=7))
    make_preset(slug="b", title="Bare", state="draft")
    response = admin_client.get(f"{LIST}?{query}", follow=True)
    found = {style.title for style in response.context["cl"].queryset}
    if query.startswith("collections"):
        found &= set()
    assert found == titles


@pytest.mark.parametrize("name", ["artist", "licence"])
def test_a_preset_without_credit_or_licence_is_not_published_by_the_form(
    admin_client: Client, preset: Style, name: str
) -> None:
    response = admin_client.post(change_page(preset), fields(**{name: ""}))
    assert "before it is published" in response.context["adminform"].form.errors[name][0]
    hidden = fields(**{name: "", "state": "draft"})
    assert admin_client.post(change_page(preset), hidden).status_code == 302


def test_publishing_many_tells_for_each_what_it_lacks(
    admin_client: Client, make_preset: Make
) -> None:
    whole = make_preset(slug="a", state="draft", artist="Ada", licence="CC0")
    bare = make_preset(slug="b", title="Bare", state="draft", artist="Ada")
    sent = {"action": "publish", "_selected_action": [str(whole.pk), str(bare.pk)]}
    html = admin_client.post(LIST, sent, follow=True).content.decode()
    assert "“Bare” stays hidden: no licence." in html
    assert "1 preset is on the wall now." in html
    assert list(Style.objects.presets()) == [whole]


def test_saving_leaves_alone_what_a_worker_writes_meanwhile(
    admin_client: Client, preset: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = history.snapshot

    def hung_meanwhile(found: Style) -> Any:
        Style.objects.filter(pk=preset.pk).update(example="styles/new.webp", times_used=9)
        return snapshot(found)

    monkeypatch.setattr(history, "snapshot", hung_meanwhile)
    sent = fields(title="Whirls", new_image=upload(gradient(40, 40)))
    assert admin_client.post(change_page(preset), sent).status_code == 302
    preset.refresh_from_db()
    assert (preset.title, preset.width) == ("Whirls", 40)
    assert (preset.example.name, preset.times_used) == ("styles/new.webp", 9)
    assert "whirls" in preset.search_text


def test_a_new_preset_begins_hidden_and_behind_all_others(
    admin_client: Client, make_preset: Make
) -> None:
    make_preset(position=30)
    form = admin_client.get(f"{LIST}add/").context["adminform"].form
    assert form.initial == {"state": "draft", "position": 40} | form.initial
    assert form["state"].value() == "draft"


def test_settings_have_fields_with_names_and_the_rest_stays_json(
    admin_client: Client, preset: Style
) -> None:
    preset.params = {"style_strength": 70, "pooling": "max"}
    preset.save()
    form = admin_client.get(change_page(preset)).context["adminform"].form
    assert form["style_strength"].value() == 70
    assert form["params"].value() == '{"pooling": "max"}'
    sent = fields(
        style_strength="", style_scale="1.5", keep_colors="luminance", params='{"pooling": "max"}'
    )
    assert admin_client.post(change_page(preset), sent).status_code == 302
    preset.refresh_from_db()
    assert preset.params == {"style_scale": 1.5, "keep_colors": "luminance", "pooling": "max"}


def test_what_the_engine_refuses_is_said_at_the_field_that_it_is_about(
    admin_client: Client, preset: Style
) -> None:
    sent = fields(style_scale="2", objective="classic")
    errors = admin_client.post(change_page(preset), sent).context["adminform"].form.errors
    assert list(errors) == ["style_scale"]
    assert "leave style_scale at 1" in errors["style_scale"][0]


def test_the_page_shows_the_card_and_leads_to_what_visitors_see(
    admin_client: Client, preset: Style
) -> None:
    html = page(admin_client, change_page(preset))
    assert 'class="wall-card"' in html
    assert html.count(f'href="{reverse("gallery:style", args=[preset.pk])}"') == 2


def test_the_history_tells_who_changed_what_from_what(
    admin_client: Client, preset: Style, admin_user: Any
) -> None:
    collection = Collection.objects.create(title="Op art", slug="op")
    sent = fields(title="Whirls", collections=[str(collection.pk)])
    admin_client.post(change_page(preset), {**sent, "new_image": upload(gradient(50, 80))})
    entry = LogEntry.objects.get(object_id=str(preset.pk))
    assert entry.user == admin_user
    lines = entry.change_message.split("\n")
    assert "Title: Swirls → Whirls" in lines
    assert "Collections: – → Op art" in lines
    assert any(line.startswith("Picture: 96 × 64 px") and "→ 50 × 80 px" in line for line in lines)
    html = page(admin_client, reverse("admin:gallery_style_history", args=[preset.pk]))
    assert "Title: Swirls → Whirls" in html


def test_a_change_of_order_in_the_list_is_in_the_history(
    admin_client: Client, preset: Style
) -> None:
    sent = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "_save": "Save"}
    admin_client.post(LIST, {**sent, "form-0-id": str(preset.pk), "form-0-position": "30"})
    assert LogEntry.objects.get().change_message == "Order: 0 → 30"


def test_many_examples_are_ordered_where_the_workers_are(
    admin_client: Client, preset: Style
) -> None:
    sent = {"action": "order_examples", "_selected_action": [str(preset.pk)]}
    response = admin_client.post(LIST, sent)
    assert response["Location"] == f"{reverse('transfers:examples')}?style={preset.pk}"


def test_the_selected_ones_are_downloaded(admin_client: Client, make_preset: Make) -> None:
    chosen, _other = make_preset(slug="a"), make_preset(slug="b", title="Other")
    response = admin_client.post(LIST, {"action": "export", "_selected_action": [str(chosen.pk)]})
    data = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert b"swirls-" in data
    assert b"other-" not in data


def test_somebody_who_may_only_look_changes_nothing(preset: Style) -> None:
    client = as_staff("gallery.view_style")
    html = page(client)
    assert "Swirls" in html
    assert reverse("admin:gallery_style_import") not in html
    assert "order-handle" not in html
    assert client.get(change_page(preset)).status_code == 200
    assert client.post(change_page(preset), fields(title="Mine")).status_code == 403
    sent = {"action": "hide", "_selected_action": [str(preset.pk)]}
    client.post(LIST, sent)
    preset.refresh_from_db()
    assert (preset.title, preset.state) == ("Swirls", "published")
    assert client.get(reverse("admin:gallery_style_export")).status_code == 200


def test_staff_without_the_permission_see_no_presets(preset: Style) -> None:
    client = as_staff("gallery.view_collection")
    for address in (LIST, change_page(preset), reverse("admin:gallery_style_export")):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize("is_new", [True, False])
def test_what_was_written_goes_where_the_admins_own_transaction_fails(
    admin_client: Client,
    preset: Style,
    media_root: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_new: bool,
) -> None:
    def fails(*_given: object, **_options: object) -> None:
        raise RuntimeError

    before = sorted(media_root.rglob("*.*"))
    Leftover.objects.all().delete()
    address = f"{LIST}add/" if is_new else change_page(preset)
    with monkeypatch.context() as patch:
        patch.setattr(PresetAdmin, "save_related", fails)
        with pytest.raises(RuntimeError):
            admin_client.post(address, fields(new_image=upload(gradient(40, 40))))
    assert sorted(media_root.rglob("*.*")) != before
    then = timezone.now() + timedelta(days=2)
    monkeypatch.setattr(timezone, "now", lambda: then)
    leftovers.clear(10)
    assert sorted(media_root.rglob("*.*")) == before
