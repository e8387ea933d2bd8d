"""Whether people's pictures can be read here, and how well whoever reads them is closed in."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.text import get_text_list
from PIL import Image

from engine.decoding.decoder import Decoder, walls
from engine.errors import ImageError
from engine.images import Limits, encode_png
from stylesite.operating.doctor.findings import Finding, note, ok, wrong


def reading() -> Iterator[Finding]:
    """Whether a plain picture is read by a process like the site’s, and behind which walls."""
    decoder = Decoder()
    try:
        decoder.read(encode_png(Image.new("RGB", (64, 64))), Limits())
    except ImageError:
        yield wrong(
            "The process that reads people’s pictures cannot read a plain one, so every upload is "
            "refused: mend what the log says of the decoder."
        )
        return
    finally:
        decoder.close()
    missing = [name for name, stands in walls().items() if not stands]
    if missing:
        yield note(
            f"Pictures are read within limits, but without {get_text_list(missing, 'and')}: use "
            "Linux 5.13 or newer with Landlock, on x86-64; docs/security.md says what is open now."
        )
    else:
        yield ok("Pictures are read, by a process that is closed in on all sides.")
