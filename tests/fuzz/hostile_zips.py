"""Zips of presets that somebody made on purpose: pictures, a table, and what is wrong with either.

A curator sends them, and gets them from elsewhere. Like ``hostile``, all follows from a seed.
"""

from __future__ import annotations

import csv
import io
import random
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from functools import cache

from tests.fuzz import hostile
from tests.fuzz.hostile import MARK, NAMES, PAYLOAD, Hostile, samples

TABLE = "styles.csv"
HEADER = b"file,title,artist,licence,tags,collections,params,state,position\n"
GOOD = b"%s,%s,Ada,CC0-1.0,blue|ink,Hostile,style_strength=5,draft,\n"

Files = dict[str, bytes]


def made(seed: int, number: int) -> Hostile:
    dice = random.Random(f"zip-{seed}-{number}")
    kind = list(KINDS)[number % len(KINDS)]
    name = dice.choice(NAMES) if dice.random() < 0.3 else b"styles.zip"
    return Hostile(kind, name, b"application/zip", KINDS[kind](dice))


def _picture(dice: random.Random) -> bytes:
    """Unlike all others, so that it is new to the site; smaller than those of ``hostile``."""
    pixels = dice.randbytes(3 * 40)
    return hostile._png(40, 40, rows=(b"\0" + pixels) * 40)


def _files(dice: random.Random) -> Files:
    """A table and two pictures, as they should be."""
    pictures = {f"{dice.randrange(10**9)}.png": _picture(dice) for _ in range(2)}
    rows = [GOOD % (name.encode(), name[:6].encode()) for name in pictures]
    return {TABLE: HEADER + b"".join(rows), **pictures}


def _zipped(files: Files, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _mutated(dice: random.Random) -> bytes:
    """Anywhere, or in its directory, where sizes and offsets are."""
    data = bytearray(_zipped(_files(dice), dice.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))))
    directory = data.index(b"PK\1\2")
    for _ in range(dice.choice((1, 1, 2, 6, 20))):
        begin = dice.choice((0, directory, len(data) - 22))
        at = dice.randrange(min(begin, len(data) - 1), len(data))
        how = dice.choice((hostile._flip, hostile._extreme, hostile._cut_out, hostile._doubled))
        how(data, at, dice)
    return bytes(data)


def _truncated(dice: random.Random) -> bytes:
    data = _zipped(_files(dice))
    return dice.choice((data[: dice.randrange(len(data))], data[dice.randrange(len(data)) :]))


# Bombs


@cache
def many_entries(count: int) -> bytes:
    """A directory that is much longer than all that it speaks of."""
    entry = struct.pack(
        "<4s4B4HL2L5H2L", b"PK\1\2", *[20, 3, 20, 0], *[0] * 4, *[0] * 3, 1, *[0] * 6
    )
    listed = b"".join(entry + b"%c" % (97 + number % 26) for number in range(count))
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, len(listed), 0, 0)
    return listed + end


@cache
def _nothing(megabytes: int) -> bytes:
    return bytes(megabytes * 2**20)


@cache
def _bomb_named(name: str, megabytes: int) -> bytes:
    return _zipped({TABLE: HEADER, name: _nothing(megabytes)})


@cache
def _within_the_ratio() -> bytes:
    """As much as is let through: nothing for 24 MB, that eight rows ask for."""
    grown = random.Random(1).randbytes(2**17) + _nothing(23)
    return _zipped({TABLE: HEADER + b"x.png,x,,,,,,,\n" * 8, "x.png": grown})


def _table_bomb(dice: random.Random) -> bytes:
    return dice.choice(
        [
            b"file," * 900_000 + b"\n",
            b"file\n" + b"a\n" * 2_000_000,
            b"," * 4_000_000 + b"\n",
            b"\n" * 5_000_000,
            b'file,title\na.png,"' + b"x" * 4_000_000 + b'"\n',
            b"file,tags\na.png," + b"a|" * 60_000 + b"\n",
            b"file,collections\na.png," + b"|".join(b"c%d" % n for n in range(9000)) + b"\n",
            b"file,params\na.png," + b"[" * 60_000 + b"\n",
            b"file,params\na.png,size_px=" + b"9" * 60_000 + b"\n",
        ]
    )


def lzma_asking(dictionary: int) -> bytes:
    """A picture that asks for a dictionary of so many bytes before it says anything."""
    data = bytearray(_zipped({TABLE: HEADER + GOOD % (b"a.png", b"A"), "a.png": b"x" * 500}, 14))
    at = data.index(b"\x09\x04\x05\x00", data.index(b"a.png", 60))
    data[at + 5 : at + 9] = struct.pack("<L", dictionary)
    return bytes(data)


def _bomb(dice: random.Random) -> bytes:
    row = GOOD % (b"a.png", b"A")
    makers: list[Callable[[], bytes]] = [
        lambda: _bomb_named("a.png", 64),
        lambda: _bomb_named("styles.CSV", 64),
        lambda: _bomb_named("inner.zip", 20),
        lambda: many_entries(dice.choice((6000, 400_000))),
        _within_the_ratio,
        lambda: _zipped({TABLE: _table_bomb(dice)}, zipfile.ZIP_STORED),
        lambda: _zipped({TABLE: HEADER + row, "a.png": hostile._bomb(dice)}),
        lambda: _zipped({TABLE: HEADER + row, **{f"{n}": b"" for n in range(6000)}}),
        lambda: _zipped({TABLE: HEADER + row, "a.png": _zipped({"b": _nothing(1)})}),
        lambda: lzma_asking(2**32 - 1),
    ]
    return dice.choice(makers)()


# What is in it


def _bad_pictures(dice: random.Random) -> bytes:
    """A sound zip of files that ``hostile`` makes."""
    files, rows = {}, []
    for number in range(3):
        name = f"{dice.randrange(10**9)}-{number}.png"
        files[name] = dice.choice(list(hostile.KINDS.values()))(dice)
        rows.append(GOOD % (name.encode(), b"Bad"))
    return _zipped({TABLE: HEADER + b"".join(rows), **files})


CELLS = [
    *("=cmd|' /C calc'!A0", PAYLOAD.decode(), "\x1b[2J", "\u202egnp", "\ufeff", "x" * 70_000),
    *("-1", "1e999", "2147483647", "99999999999", "NaN", "published", "PUBLISHED", "|" * 500),
    *("{}", "[]", "null", '{"size_px": 1e999}', '{"styles": {}}', "style_strength=", "=", "=;=,"),
    *(
        "../../etc/passwd",
        "styles.csv",
        "C:\\a.png",
        "\ud7ff",
        "\U0010ffff",
        "é" * 300,
        "size_px=0",
    ),
]
OTHERS = ("\0", '"', "\r", "\ud800", ",,,,,,,,,,,,,,,,", "\n\n", "\x85")


def _bad_table(dice: random.Random) -> bytes:
    files = _files(dice)
    columns = HEADER.decode().strip().split(",")
    dice.shuffle(columns)
    names = [name for name in files if name != TABLE]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=dice.choice(("\n", "\r\n", "\r")))
    writer.writerow(columns if dice.random() < 0.8 else columns[: dice.randrange(1, 9)])
    for name in names * dice.randrange(1, 4):
        cells = [dice.choice(CELLS) if dice.random() < 0.2 else "" for _column in columns]
        cells[columns.index("file")] = name if dice.random() < 0.8 else dice.choice(CELLS)
        writer.writerow(cells)
    said = text.getvalue()
    if dice.random() < 0.3:
        at = dice.randrange(len(said))
        said = said[:at] + dice.choice(OTHERS) + said[at:]
    encoding = dice.choice(("utf-8", "utf-8-sig", "utf-16", "latin-1"))
    table = bytearray(said.encode(encoding, "replace"))
    if dice.random() < 0.2:
        hostile._flip(table, dice.randrange(len(table)), dice)
    return _zipped({**files, TABLE: bytes(table)})


def _polyglot(dice: random.Random) -> bytes:
    sound, png = _zipped(_files(dice)), samples()["PNG"]
    files = _files(dice)
    [*_table, one, _two] = files
    commented = bytearray(sound)
    commented[-2:] = struct.pack("<H", len(PAYLOAD))
    return dice.choice(
        [
            png + sound,
            b"%PDF-1.4\n" + MARK + sound,
            b"GIF89a" + PAYLOAD + sound,
            b"#!/bin/sh\nid\n" + sound,
            bytes(commented) + PAYLOAD,
            sound + PAYLOAD,
            sound + sound,
            _zipped({**files, one: samples()["JPEG"] + sound}),
            _zipped({**files, one: png + PAYLOAD}),
            _zipped({**files, "index.html": PAYLOAD, "a.php": PAYLOAD, ".htaccess": MARK}),
        ]
    )


ENTRY_NAMES = [
    *(
        "../evil.png",
        "/etc/cron.d/evil",
        "..\\..\\win.ini",
        "C:\\a.png",
        "a/../../b.png",
        "//host/a",
    ),
    *(
        "a\x01b.png",
        "line\nbreak.png",
        "\u202egnp.exe",
        "x" * 60_000,
        "a/" * 3000 + "b.png",
        "con.png",
    ),
    *(
        "Styles.csv",
        "a/styles.csv",
        "STYLES.CSV/",
        "styles.csv/x.png",
        ".styles.csv",
        " ",
        ".",
        "~",
    ),
    *(
        "__MACOSX/styles.csv",
        "Thumbs.db",
        "é.png",
        "e\u0301.png",
        "<img src=x onerror=alert(1)>.png",
    ),
]


def _names(dice: random.Random) -> bytes:
    """Entries with names that no honest zip has, or the same name twice, or links."""
    files = _files(dice)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # twice the same name is what is wanted
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
            for name in dice.sample(ENTRY_NAMES, dice.randrange(1, 4)):
                entry = zipfile.ZipInfo(name)
                entry.external_attr = dice.choice((0o120777, 0o100644, 0o40755, 0o20666)) << 16
                archive.writestr(entry, dice.choice((b"/etc/passwd", PAYLOAD, _picture(dice))))
            if dice.random() < 0.3:
                archive.writestr(dice.choice(list(files)), PAYLOAD)
    return buffer.getvalue()


def _wrong(dice: random.Random) -> bytes:
    tarred = io.BytesIO()
    with tarfile.open(fileobj=tarred, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("styles.csv"))
    return dice.choice(
        [
            *(
                tarred.getvalue(),
                b"7z\xbc\xaf\x27\x1c" + bytes(60),
                b"Rar!\x1a\x07\1\0" + bytes(60),
            ),
            *(
                b"PK\5\6" + bytes(18),
                b"PK\3\4" + bytes(60),
                b"",
                b"PK",
                samples()["PNG"],
                bytes(9000),
            ),
            *(
                _zipped({}),
                _zipped({"a.png": b"x"}),
                _zipped({TABLE: b""}),
                _zipped({TABLE: b"\xff\xfe"}),
            ),
            *(_zipped({TABLE: samples()["PNG"]}), _zipped({"styles.csv/": b""}), hostile._zip()),
            far_away(dice),
            hostile._wrong(dice),
        ]
    )


def far_away(dice: random.Random) -> bytes:
    """An entry whose bytes would lie beyond the end of every disk (by zip64)."""
    data = bytearray(_zipped(_files(dice), zipfile.ZIP_STORED))
    first = data.index(b"PK\1\2")
    at = data.index(b"PK\1\2", first + 4)
    length = struct.unpack_from("<H", data, at + 28)[0]
    struct.pack_into("<H", data, at + 30, 12)
    struct.pack_into("<L", data, at + 42, 0xFFFFFFFF)
    far = dice.choice((2**63, 2**64 - 1, 2**62))
    data[at + 46 + length : at + 46 + length] = struct.pack("<HHQ", 1, 8, far)
    end = data.index(b"PK\5\6")
    struct.pack_into("<L", data, end + 12, end - first)
    return bytes(data)


def _sound(dice: random.Random) -> bytes:
    return _zipped(_files(dice))


KINDS: dict[str, Callable[[random.Random], bytes]] = {
    "zip: mutated": _mutated,
    "zip: mutated, again": _mutated,
    "zip: cut off": _truncated,
    "zip: bomb": _bomb,
    "zip: bad pictures": _bad_pictures,
    "zip: bad table": _bad_table,
    "zip: two at once": _polyglot,
    "zip: names": _names,
    "zip: wrong type": _wrong,
    "zip: sound": _sound,
}
