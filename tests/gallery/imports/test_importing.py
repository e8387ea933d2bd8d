"""From a zip to presets: what is new, changed, unchanged or refused, and that nothing is half."""

from __future__ import annotations

import csv
import io
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection

from accounts.models import User
from accounts.spreadsheets import FORMULAS
from gallery import reading
from gallery.imports import archive, judging
from gallery.imports.carrying_out import Report, Run
from gallery.imports.exporting import stream
from gallery.imports.judging import Judge, Verdict, Wishes
from gallery.models import Collection, Style
from tests.gallery.imports.zips import HEADER, picture, styles_zip, table, zipped

ROW = ("a.png", "Dots", "Ada", "CC0-1.0")


def run(file: io.BytesIO, *, dry: bool = False, **wishes: Any) -> tuple[Report, list[Verdict]]:
    file.seek(0)
    with archive.opened(file) as opened:
        one = Run(opened, Wishes(source="styles.zip", **wishes), dry=dry)
        verdicts = list(one.verdicts())
    return one.report, verdicts


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.refused


@pytest.mark.django_db
def test_a_row_becomes_a_hidden_preset_with_all_that_it_says(admin_user: User) -> None:
    header = [
        *HEADER,
        "year",
        "source",
        "tags",
        "collections",
        "description",
        "params",
        "example_alt",
    ]
    more = [
        "1888",
        "A museum",
        "Blue, dots",
        "Op art | Dots",
        "Round.",
        "style_strength=70",
        "A cat.",
    ]
    report, _verdicts = run(styles_zip([*ROW, *more], header=header), by=admin_user)
    assert counts(report) == (1, 0, 0, 0)
    style = Style.objects.get()
    assert (style.owner, style.state, style.title, style.artist) == (None, "draft", "Dots", "Ada")
    assert (style.licence, style.year, style.source) == ("CC0-1.0", "1888", "A museum")
    assert (style.tags, style.params) == (["blue", "dots"], {"style_strength": 70})
    assert (style.description, style.example_alt) == ("Round.", "A cat.")
    assert [str(one) for one in style.collections.all()] == ["Op art", "Dots"]
    assert (style.width, style.height) == (64, 48)
    assert Path(style.original.path).exists()


@pytest.mark.django_db
def test_a_dry_run_says_the_same_and_writes_nothing(media_root: Path) -> None:
    report, verdicts = run(styles_zip(ROW), dry=True)
    assert counts(report) == (1, 0, 0, 0)
    assert {change.label: change.new for change in verdicts[0].changes}["Title"] == "Dots"
    assert not Style.objects.exists()
    assert not Collection.objects.exists()
    assert not media_root.exists()


@pytest.mark.django_db
def test_the_same_zip_again_changes_nothing(user: User, media_root: Path) -> None:
    rows = [("a.png", "Dots", "Ada", "CC0-1.0"), ("b.png", "Lines", "", "")]
    run(styles_zip(*rows), by=user)
    before = list(Style.objects.order_by("pk").values())
    files = {path: path.stat().st_mtime_ns for path in media_root.rglob("*")}
    entries = LogEntry.objects.count()
    report, _verdicts = run(styles_zip(*rows), by=user)
    assert counts(report) == (0, 0, 2, 0)
    assert list(Style.objects.order_by("pk").values()) == before
    assert {path: path.stat().st_mtime_ns for path in media_root.rglob("*")} == files
    assert LogEntry.objects.count() == entries


@pytest.mark.django_db
def test_changed_words_are_told_and_brought_up_to_date_and_the_picture_stays(user: User) -> None:
    run(styles_zip(ROW), by=user)
    original = Style.objects.get().original.name
    changed = styles_zip(("a.png", "Spots", "Ada", "CC0-1.0"))
    for dry in (True, False):
        report, verdicts = run(changed, dry=dry, by=user)
        assert counts(report) == (0, 1, 0, 0)
        (change,) = verdicts[0].changes
        assert (change.label, change.old, change.new) == ("Title", "Dots", "Spots")
    style = Style.objects.get()
    assert (style.title, style.original.name) == ("Spots", original)
    entry = LogEntry.objects.filter(user=user).latest("pk")
    assert entry.change_message == "Imported from “styles.zip”.\nTitle: Dots → Spots"


@pytest.mark.django_db
def test_what_an_admin_wrote_stays_where_the_table_has_no_such_column() -> None:
    run(styles_zip(ROW))
    Style.objects.update(description="Mine", position=7)
    report, _verdicts = run(styles_zip(ROW))
    assert counts(report) == (0, 0, 1, 0)
    style = Style.objects.get()
    assert (style.description, style.position) == ("Mine", 7)


@pytest.mark.django_db
def test_nothing_is_published_without_credit_and_licence() -> None:
    rows = [("a.png", "Whole", "Ada", "CC0-1.0"), ("b.png", "No credit", "", "CC0-1.0")]
    _report, verdicts = run(styles_zip(*rows), publish=True)
    assert [style.title for style in Style.objects.presets()] == ["Whole"]
    assert "stays hidden: no credit" in verdicts[1].notes


@pytest.mark.django_db
def test_a_published_preset_does_not_lose_its_credit() -> None:
    run(styles_zip(ROW), publish=True)
    report, verdicts = run(styles_zip(("a.png", "Dots", "", "CC0-1.0")))
    assert counts(report) == (0, 0, 0, 1)
    assert verdicts[0].reasons == ["It is published, and would have no credit."]
    assert Style.objects.get().artist == "Ada"


@pytest.mark.django_db
def test_the_table_may_hide_what_the_wish_would_publish() -> None:
    run(styles_zip((*ROW, "hidden"), header=(*HEADER, "state")), publish=True)
    assert Style.objects.get().state == Style.State.DRAFT


@pytest.mark.django_db
def test_all_of_them_go_into_the_collection_that_was_asked_for() -> None:
    Collection.objects.create(title="Op Art", slug="op")
    _report, verdicts = run(styles_zip(ROW), collection="op art")
    assert [one.slug for one in Style.objects.get().collections.all()] == ["op"]
    assert verdicts[0].notes == []
    report, _verdicts = run(styles_zip(ROW), collection="op art")
    assert counts(report) == (0, 0, 1, 0)


@pytest.mark.django_db
def test_a_collection_that_would_be_new_is_told_once_and_needs_the_permission(user: User) -> None:
    header = (*HEADER, "collections")
    rows = [("a.png", "A", "", "", "Dots"), ("b.png", "B", "", "", "Dots")]
    _report, verdicts = run(styles_zip(*rows, header=header), dry=True)
    assert [verdict.notes for verdict in verdicts] == [["new collection “Dots”"], []]
    report, verdicts = run(styles_zip(*rows, header=header), by=user)
    assert counts(report) == (0, 0, 0, 2)
    assert "you may not add one" in verdicts[0].reasons[0]


@pytest.mark.django_db
def test_pictures_without_a_row_and_rows_without_a_picture_are_told() -> None:
    files = {"styles.csv": table([HEADER, ("b.png", "", "", "")]), "a.png": picture()}
    report, verdicts = run(zipped(files))
    assert report.others_sentence.endswith("left out: a.png")
    assert verdicts[0].reasons == ["There is no file of this name."]


@pytest.mark.django_db
def test_the_same_picture_twice_in_a_zip_becomes_one_preset() -> None:
    data = {"a.png": picture(), "b.png": picture()}
    rows = table([HEADER, ("a.png", "A", "", ""), ("b.png", "B", "", "")])
    report, verdicts = run(zipped({"styles.csv": rows, **data}))
    assert counts(report) == (1, 0, 0, 1)
    assert verdicts[1].reasons == ["It is the same picture as in line 2."]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"not a picture, though long enough to be one, surely", "not a picture"),
        (b"", "empty"),
        (picture(width=20, height=20), "20 × 20 pixels"),
    ],
)
def test_a_bad_picture_refuses_its_row_and_the_others_go_on(
    data: bytes, words: str, media_root: Path
) -> None:
    rows = table([HEADER, ("bad.png", "Bad", "", ""), ("a.png", "Good", "", "")])
    report, verdicts = run(zipped({"styles.csv": rows, "bad.png": data, "a.png": picture()}))
    assert counts(report) == (1, 0, 0, 1)
    assert words in verdicts[0].reasons[0]
    stored = {str(path.relative_to(media_root)) for path in media_root.rglob("*.*")}
    assert stored == {file.name for file in Style.objects.get().file_fields()}


@pytest.mark.django_db
def test_a_title_that_does_not_fit_is_refused_with_its_name() -> None:
    report, verdicts = run(styles_zip(("a.png", "x" * 121, "", "")))
    assert counts(report) == (0, 0, 0, 1)
    assert verdicts[0].reasons[0].startswith("title: ")


@pytest.mark.django_db
def test_a_row_that_fails_while_it_is_saved_leaves_no_file_and_no_row(
    monkeypatch: pytest.MonkeyPatch, media_root: Path
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("gallery.imports.carrying_out._put_into", fail)
    report, verdicts = run(styles_zip(ROW))
    assert counts(report) == (0, 0, 0, 1)
    assert "on our side" in verdicts[0].reasons[0]
    assert report.failed == 1
    assert not Style.objects.exists()
    assert not list(media_root.rglob("*.*"))


@pytest.mark.django_db
def test_a_picture_that_cannot_be_read_just_now_may_be_another_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = reading.Turns(at_once=0, each=1, waiting=1, waiting_each=1, patience_s=0)
    with monkeypatch.context() as busy:
        busy.setattr(reading, "turns", full)
        report, _verdicts = run(styles_zip(ROW))
    assert (counts(report), report.failed) == ((0, 0, 0, 1), 1)
    report, _verdicts = run(styles_zip(ROW))
    assert (counts(report), report.failed) == ((1, 0, 0, 0), 0)


@pytest.mark.django_db
def test_what_looks_like_a_preset_that_is_there_is_named() -> None:
    run(styles_zip(ROW))
    Style.objects.update(title="Old dots", source_sha256="", sha256="")
    _report, (verdict,) = run(styles_zip(ROW), dry=True)
    assert verdict.notes == ["looks like “Old dots”"]
    assert verdict.kind == judging.Kind.NEW


@pytest.mark.django_db
def test_what_was_exported_is_unchanged_when_it_is_imported(
    user: User, make_preset: Callable[..., Style]
) -> None:
    header = (*HEADER, "collections", "tags", "description", "state", "params")
    rows = [
        (
            "a.png",
            "Dots, “round”",
            "Ada",
            "CC0",
            "One | Two",
            "a, b",
            'Says "hi";\nand more',
            "published",
            "",
        ),
        ("b.png", "Été", "", "", "", "", "", "", "style_strength=70, style_scale=1.5"),
    ]
    run(styles_zip(*rows, header=header))
    make_preset(title="Loaded", tags=["Big Words"], position=3)
    exported = io.BytesIO(b"".join(stream(Style.objects.filter(owner=None))))
    report, verdicts = run(exported, by=user)
    assert [verdict.changes for verdict in verdicts] == [[], [], []]
    assert counts(report) == (0, 0, 3, 0)
    assert not LogEntry.objects.exists()


@pytest.mark.django_db
def test_an_export_makes_the_same_presets_on_another_site(
    make_preset: Callable[..., Style],
) -> None:
    make_preset(artist="Ada", licence="CC0", params={"style_strength": 61.5}, tags=["blue"])
    exported = io.BytesIO(b"".join(stream(Style.objects.all())))
    Style.objects.all().delete()
    report, _verdicts = run(exported)
    assert counts(report) == (1, 0, 0, 0)
    again = Style.objects.presets().get()
    assert (again.title, again.params, again.tags) == ("Swirls", {"style_strength": 61.5}, ["blue"])
    assert counts(run(exported)[0]) == (0, 0, 1, 0)


@pytest.mark.django_db
def test_no_cell_of_an_export_is_a_formula_and_its_import_changes_nothing(
    make_preset: Callable[..., Style],
) -> None:
    preset = make_preset(
        title='=HYPERLINK("https://evil.example/","Dots")',
        artist="+1 pencil",
        year="-44",
        licence="CC0",
        source="@example.org",
        description="'=already;=1+1\r\n- two; '-three",
        tags=["=tag", "b"],
        example_alt="\uff1dwide",
    )
    packed = io.BytesIO(b"".join(stream(Style.objects.all())))
    with zipfile.ZipFile(packed) as opened:
        lines = list(csv.reader(io.StringIO(opened.read("styles.csv").decode("utf-8-sig"))))
    cells = dict(zip(lines[0], lines[1], strict=True))
    assert cells["title"] == f"'{preset.title}"
    assert not [cell for cell in cells.values() if cell.startswith(FORMULAS)]
    report, verdicts = run(packed)
    assert (counts(report), verdicts[0].changes) == ((0, 0, 1, 0), [])


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_picture_at_once_make_one_preset(media_root: Path) -> None:
    gate = threading.Barrier(2)
    reports: list[Report] = []

    class Held(Judge):
        def _judged(self, row: Any) -> Verdict:
            verdict = super()._judged(row)
            gate.wait(20)
            return verdict

    def import_it() -> None:
        try:
            with archive.opened(styles_zip(ROW)) as opened:
                one = Run(opened, Wishes(), dry=False)
                one._judge = Held(opened, Wishes())
                list(one.verdicts())
            reports.append(one.report)
        finally:
            connection.close()

    threads = [threading.Thread(target=import_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(counts(report) for report in reports) == [(0, 0, 0, 1), (1, 0, 0, 0)]
    assert {file.name for file in Style.objects.get().file_fields()} == {
        str(path.relative_to(media_root)) for path in media_root.rglob("*.*")
    }
