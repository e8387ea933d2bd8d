"""What a JPEG is made of, told from its markers without decoding it. Torch-free."""

import re

MOST_SCANS, MOST_SEGMENTS = 100, 10_000
"""Of a JPEG; real ones have some ten scans and at most a few hundred segments. However few bytes
it has, a scan costs a walk through the whole picture: thousands would hold up everybody else."""

# What follows FF in a JPEG: 00 is a byte of the picture, 01 and D0 to D7 stand alone.
_JPEG_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])")
_START_OF_SCAN, _END_OF_IMAGE = b"\xda", b"\xd9"


def are_too_many(jpeg: bytes) -> bool:
    """Walks from marker to marker; what is inside a segment, or behind the end, does not count."""
    at = scans = 0
    for _ in range(MOST_SEGMENTS):
        found = _JPEG_MARKER.search(jpeg, at)
        if found is None or found[1] == _END_OF_IMAGE:
            return False
        scans += found[1] == _START_OF_SCAN
        if scans > MOST_SCANS:
            return True
        at = found.end() + int.from_bytes(jpeg[found.end() : found.end() + 2], "big")
    return True
