from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from gallery import leftovers
from gallery.catalogue import load_preset
from gallery.models import Leftover, Style
from gallery.presets import catalog
from gallery.presets.catalog import Photo, Preset, read_catalog
from tests.gallery.drawings import gradient

Paint = Callable[[str, Image.Image], None]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue's folder of our own, with the pictures of one preset."""
    for name in ("images", "examples/photos"):
        (tmp_path / "catalog" / name).mkdir(parents=True)
    monkeypatch.setattr(catalog, "FOLDER", tmp_path / "catalog")
    return tmp_path / "catalog"


@pytest.fixture
def paint(folder: Path) -> Paint:
    def paint(name: str, image: Image.Image) -> None:
        image.save(folder / name, "JPEG", quality=90)

    return paint


@pytest.fixture
def entry(paint: Paint, db: None) -> Preset:
    paint("images/swirls.jpg", gradient(128, 128))
    paint("examples/swirls.jpg", gradient(96, 64))
    paint("examples/photos/cat.jpg", gradient(192, 128))
    photo = Photo(slug="cat", title="Cat", credit="Ada", licence="CC0-1.0", source="here")
    return Preset(
        slug="swirls",
        title="Swirls",
        description="Thick strokes.",
        artist="Ada",
        year="2026",
        licence="CC0-1.0",
        source="drawn",
        tags=("blue", "night"),
        order=10,
        params={"style_strength": 62},
        photo=photo,
        example_alt="A painted cat",
    )


def loaded() -> Style:
    return Style.objects.get(slug="swirls")


def test_a_new_preset_is_published_with_all_its_pictures(entry: Preset, client: Client) -> None:
    outcome = load_preset(entry)
    style = loaded()
    assert outcome.added
    assert style.is_public
    assert (style.title, style.tags, style.position) == ("Swirls", ["blue", "night"], 10)
    assert style.params == {"style_strength": 62}
    assert (style.width, style.height) == (128, 128)
    assert style.example_size == (96, 64)
    for rendition in ("original", "display", "thumbnail", "example", "example-photo"):
        response = client.get(reverse("gallery:style-file", args=[style.pk, rendition]))
        with Image.open(io.BytesIO(response.getvalue())) as image:
            assert image.width in {96, 128, 192}


def test_a_second_load_changes_nothing(entry: Preset, media_root: Path) -> None:
    load_preset(entry)
    before = Style.objects.values().get()
    files = {path: path.stat().st_mtime_ns for path in media_root.rglob("*")}
    outcome = load_preset(entry)
    assert (outcome.added, outcome.updated, outcome.kept) == (False, [], [])
    assert Style.objects.values().get() == before
    assert {path: path.stat().st_mtime_ns for path in media_root.rglob("*")} == files


def test_untouched_fields_follow_the_catalogue(entry: Preset) -> None:
    load_preset(entry)
    outcome = load_preset(replace(entry, title="Whirls", params={"style_strength": 70}))
    assert outcome.updated == ["title", "params"]
    assert (loaded().title, loaded().params) == ("Whirls", {"style_strength": 70})


def test_what_an_admin_changed_is_never_overwritten(entry: Preset) -> None:
    load_preset(entry)
    Style.objects.update(title="Our swirls", tags=[], position=99)
    outcome = load_preset(replace(entry, title="Whirls", order=15, description="Other words."))
    style = loaded()
    assert (style.title, style.tags, style.position) == ("Our swirls", [], 99)
    assert style.description == "Other words."
    assert outcome.updated == ["description"]
    assert sorted(outcome.kept) == ["position", "tags", "title"]
    load_preset(replace(entry, title="Whirls again", order=16))
    assert (loaded().title, loaded().position) == ("Our swirls", 99)


def test_a_change_taken_back_follows_the_catalogue_again(entry: Preset) -> None:
    load_preset(entry)
    Style.objects.update(title="Our swirls")
    load_preset(replace(entry, title="Whirls"))
    Style.objects.update(title="Swirls")
    load_preset(replace(entry, title="Whirls"))
    assert loaded().title == "Whirls"


def test_a_hidden_preset_stays_hidden(entry: Preset) -> None:
    load_preset(entry)
    Style.objects.update(state=Style.State.DRAFT)
    load_preset(replace(entry, title="Whirls"))
    assert loaded().state == Style.State.DRAFT
    assert loaded().title == "Whirls"


def test_a_redrawn_image_replaces_the_old_one_and_its_files(
    entry: Preset,
    paint: Paint,
    media_root: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    load_preset(entry)
    before = loaded()
    paint("images/swirls.jpg", gradient(160, 120))
    paint("examples/swirls.jpg", gradient(90, 60))
    with django_capture_on_commit_callbacks(execute=True):
        assert load_preset(entry).updated == ["image", "example"]
    after = loaded()
    assert (after.width, after.height) == (160, 120)
    assert after.example_size == (90, 60)
    assert after.example_photo == before.example_photo
    stored = {str(p.relative_to(media_root)) for p in media_root.rglob("*") if p.is_file()}
    assert stored == {file.name for file in after.file_fields()}


def test_where_the_process_dies_beside_its_row_nothing_stays_that_no_row_names(
    entry: Preset, paint: Paint, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_given: object, **_options: object) -> None:
        raise KeyboardInterrupt

    load_preset(entry)
    Leftover.objects.all().delete()
    paint("examples/swirls.jpg", gradient(90, 60))
    with monkeypatch.context() as patch:
        patch.setattr(Style, "save", die)
        patch.setattr(leftovers, "_abandon", die)
        with pytest.raises(KeyboardInterrupt):
            load_preset(entry)
    load_preset(entry)  # what is to be done after the commit is never done
    then = timezone.now() + timedelta(days=2)
    monkeypatch.setattr(timezone, "now", lambda: then)
    leftovers.clear(10)
    stored = {str(p.relative_to(media_root)) for p in media_root.rglob("*") if p.is_file()}
    assert stored == {file.name for file in loaded().file_fields()}


def test_an_image_that_an_admin_chose_stays(entry: Preset, paint: Paint) -> None:
    load_preset(entry)
    style = loaded()
    style.set_picture(gradient(64, 80))
    style.save()
    paint("images/swirls.jpg", gradient(160, 120))
    assert load_preset(entry).kept == ["image"]
    assert (loaded().width, loaded().height) == (64, 80)


def test_an_example_that_is_not_painted_yet_is_added_later(
    entry: Preset, folder: Path, paint: Paint
) -> None:
    (folder / "examples/swirls.jpg").unlink()
    load_preset(entry)
    assert loaded().example_size is None
    paint("examples/swirls.jpg", gradient(96, 64))
    load_preset(entry)
    assert loaded().example_size == (96, 64)


def test_no_file_stays_when_a_preset_cannot_be_loaded(
    entry: Preset, folder: Path, media_root: Path
) -> None:
    (folder / "examples/photos/cat.jpg").write_bytes(b"broken")
    with pytest.raises(OSError, match="cannot identify"):
        load_preset(entry)
    assert not Style.objects.exists()
    assert not [path for path in media_root.rglob("*") if path.is_file()]


def test_the_command_loads_the_real_catalogue_and_says_what_it_did(db: None) -> None:
    first, second = io.StringIO(), io.StringIO()
    call_command("load_presets", stdout=first)
    count = len(read_catalog())
    assert count >= 10
    assert Style.objects.presets().count() == count
    assert f"Presets: {count} added, 0 updated, 0 unchanged." in first.getvalue()
    call_command("load_presets", stdout=second)
    assert second.getvalue() == f"Presets: 0 added, 0 updated, {count} unchanged.\n"
