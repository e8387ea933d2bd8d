"""How records look, and that each says which transfer it is about."""

import json
import logging
import threading
import uuid
from contextvars import copy_context
from io import StringIO

import pytest

from transfers import logs
from transfers.logs import JsonFormatter, LineFormatter, Subject

ID = uuid.UUID("2b1f0d5e-0d3c-4a53-9f7e-0a8a0c5f7a11")


class Log:
    """A logger of its own, and what its handler wrote."""

    def __init__(self, formatter: logging.Formatter) -> None:
        self._stream = StringIO()
        handler = logging.StreamHandler(self._stream)
        handler.setFormatter(formatter)
        handler.addFilter(Subject())
        self.logger = logging.Logger("queue")
        self.logger.addHandler(handler)

    @property
    def line(self) -> str:
        text = self._stream.getvalue()
        assert text.count("\n") == 1
        return text.rstrip("\n")

    @property
    def fields(self) -> dict[str, object]:
        fields = json.loads(self.line)
        assert isinstance(fields, dict)
        return fields


@pytest.fixture
def lines() -> Log:
    return Log(LineFormatter())


@pytest.fixture
def objects() -> Log:
    return Log(JsonFormatter())


def test_a_line_names_the_transfer_that_is_followed(lines: Log) -> None:
    with logs.following(ID):
        lines.logger.warning("no heartbeat")
    assert lines.line.endswith(f" WARNING queue: no heartbeat [transfer {ID}]")


def test_a_line_that_names_it_already_does_not_repeat_it(lines: Log) -> None:
    lines.logger.info("transfer %s: claimed", ID, extra={"transfer": str(ID)})
    assert lines.line.endswith(f"INFO queue: transfer {ID}: claimed")


def test_a_line_about_nothing_in_particular_stays_as_it_is(lines: Log) -> None:
    lines.logger.info("started")
    assert lines.line.endswith(" INFO queue: started")


def test_an_object_has_the_transfer_as_a_field(objects: Log) -> None:
    with logs.following(ID):
        objects.logger.info("%d files", 3)
    fields = objects.fields
    assert fields["message"] == "3 files"
    assert fields["transfer"] == str(ID)
    assert (fields["level"], fields["logger"]) == ("INFO", "queue")
    assert str(fields["time"]).endswith("+00:00")


def test_a_record_that_names_a_transfer_itself_is_believed(objects: Log) -> None:
    other = str(uuid.uuid4())
    with logs.following(ID):
        objects.logger.info("rescued", extra={"transfer": other})
    assert objects.fields["transfer"] == other


def test_a_traceback_stays_on_the_objects_one_line(objects: Log) -> None:
    try:
        raise ValueError("zwölf\nZeilen")
    except ValueError:
        objects.logger.exception("it broke", extra={"reference": "ab12cd34", "odd": object()})
    fields = objects.fields
    assert fields["reference"] == "ab12cd34"
    assert str(fields["traceback"]).endswith("ValueError: zwölf\nZeilen")
    assert "odd" not in fields
    assert "transfer" not in fields


def test_threads_with_a_copy_of_the_context_follow_too(objects: Log) -> None:
    with logs.following(ID):
        work = threading.Thread(target=copy_context().run, args=(objects.logger.info, "beat"))
    work.start()
    work.join()
    assert objects.fields["transfer"] == str(ID)


FORGED = "x\r\n2026-01-01 00:00:00,000 INFO audit: signed_in by 1\u2028\x1b[2J\x9b\x00y"


def test_nobody_writes_a_record_by_what_they_send(lines: Log, objects: Log) -> None:
    for log in (lines, objects):
        log.logger.warning("Not Found: %s", FORGED)
    assert lines.line.endswith(
        r"Not Found: x\r\n2026-01-01 00:00:00,000 INFO audit: signed_in by 1"
        r"\u2028\x1b[2J\x9b\x00y"
    )
    assert objects.fields["message"] == f"Not Found: {FORGED}"


def test_nor_by_an_error_that_repeats_it(lines: Log, objects: Log) -> None:
    for log in (lines, objects):
        try:
            raise ValueError(FORGED)
        except ValueError:
            log.logger.exception("It broke")
    written = lines._stream.getvalue()
    assert "\x1b" not in written
    first, *rest = written.splitlines()
    assert first.endswith("It broke")
    assert all(line.startswith("    ") for line in rest)
    assert "ValueError" in str(objects.fields["traceback"])


def test_what_cannot_be_printed_is_an_escape_in_objects_too(objects: Log) -> None:
    """C1 controls, DEL, line ends of Unicode, marks that turn the reading, halves of characters."""
    said = "a\x9b2J\x7f\x85\u2028\u2029\u202e\u200b\ud800\U000e0001“Mühle” 🎨"
    objects.logger.warning(said)
    assert (
        r"a\u009b2J\u007f\u0085\u2028\u2029\u202e\u200b\ud800\udb40\udc01“Mühle” 🎨" in objects.line
    )
    assert objects.line.isprintable()
    assert objects.fields["message"] == said


def test_umlauts_and_quotes_stay_as_they_are(lines: Log) -> None:
    lines.logger.warning("“Mühle” wird gemalt")
    assert lines.line.endswith("“Mühle” wird gemalt")
