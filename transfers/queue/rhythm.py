"""How often a row follows its painting, and what showing it may cost."""

from __future__ import annotations

from dataclasses import dataclass

# Share of the time that showing the picture may take: large ones are shown less often, but not
# more seldom than so, as one that waited for a disk says nothing about the next.
MOST_SHOWING = 0.01
MOST_PREVIEW_S = 10.0

REPORT_S = 0.5


@dataclass(frozen=True, slots=True)
class Rhythm:
    """preview_s: seconds between previews, None for the site's setting. most_showing: the share of
    the time that they may take. checkpoints: whether a worker that dies costs less than all of it.
    """

    report_s: float = REPORT_S
    preview_s: float | None = None
    most_showing: float = MOST_SHOWING
    checkpoints: bool = True


USUAL_RHYTHM = Rhythm()
# Somebody sits and watches for its few seconds, and the next change has it stopped.
LOOK_RHYTHM = Rhythm(report_s=0.2, preview_s=0.3, most_showing=0.05, checkpoints=False)
