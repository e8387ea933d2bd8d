"""What every package that the site runs on is licensed under: docs/licences.md is written by this.

`make licences` runs it. A package whose licence is unknown, or is none of those below, ends it with
a sentence, and a test fails until somebody has looked.
"""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "licences.md"
NAME = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", re.MULTILINE)

FINE = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "GPL-2.0-or-later", "GPL-3.0-or-later", "HPND", "ISC", "LGPL-3.0-only", "LGPL-3.0-or-later",
    "LicenseRef-NVIDIA-Proprietary", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "OFL-1.1", "PSF-2.0",
    "Python-2.0", "Unlicense", "Zlib", "bzip2-1.0.6",
}  # fmt: skip
"""Licences under which this site, which is MIT, may use a package as it is. The page says what
those of the GPL and of NVIDIA mean for whoever passes on more than the site's own code."""

WORDS = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd-3": "BSD-3-Clause",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "gnu lesser general public license v3 (lgplv3)": "LGPL-3.0-only",
    "gnu library or lesser general public license (lgpl)": "LGPL-3.0-or-later",
    "sil open font license 1.1 (ofl-1.1)": "OFL-1.1",
}
"""What packages wrote before there were SPDX's names."""

NVIDIAS = "LicenseRef-NVIDIA-Proprietary"
LOOKED_UP = {
    "av": "BSD-3-Clause AND LGPL-3.0-or-later AND GPL-2.0-or-later",  # FFmpeg, x264, x265
    "cuda-toolkit": NVIDIAS,
    "pillow-heif": "BSD-3-Clause AND LGPL-3.0-only AND GPL-2.0-or-later",  # libheif, x265
}
"""Of packages whose metadata do not say it all: read in what their wheels carry."""

HEAD = """# Licences

Stylesite is MIT ([LICENSE](../LICENSE)). It runs on these packages, none of which it changes;
`make licences` writes this page from what they say of themselves, and a test holds it to
`requirements.lock`. Running the site asks for nothing. Two kinds ask for a look before you pass on
more than this site’s own code, such as an image of a machine with everything installed:

- the wheels of `av` and `pillow-heif` contain x264 and x265, which are under the GPL: whoever
  passes them on passes on their source, or where it is to be had;
- `nvidia-*` and `cuda-toolkit` come with torch for Linux and are used only where such a GPU is.
  They are NVIDIA’s own, which the GPL does not fit: pass them on as NVIDIA’s licence says, and not
  as one work with the packages above.

| package | licence |
| --- | --- |
"""


class UnknownLicenceError(Exception):
    """Somebody has to look; the message says at what."""


def packages() -> list[str]:
    """Those of the lock file that this platform has."""
    names = dict.fromkeys(NAME.findall((ROOT / "requirements.lock").read_text()))
    installed = {_plain(dist.name) for dist in metadata.distributions() if dist.name}
    return [name for name in names if _plain(name) in installed]


def licence_of(package: str) -> str:
    """SPDX's expression for it. Raises UnknownLicenceError."""
    name = _plain(package)
    said = LOOKED_UP.get(name) or _said_by(metadata.metadata(package))
    if name.startswith("nvidia-") and "proprietary" in said.lower():
        said = NVIDIAS
    parts = re.split(r" (AND|OR|WITH) ", said)
    parts[::2] = [WORDS.get(part.lower(), part) for part in parts[::2]]
    if not all(part.strip("()") in FINE or part.endswith("-exception") for part in parts[::2]):
        raise UnknownLicenceError(
            f"{package} is licensed under “{said or 'nothing that it says'}”: read its licence, "
            "and if it fits this project, add it to tests/supply/licences.py."
        )
    return " ".join(parts)


def page() -> str:
    rows = [f"| {package} | {licence_of(package)} |" for package in packages()]
    return HEAD + "\n".join(rows) + "\n"


def _said_by(about: metadata.PackageMetadata) -> str:
    if expression := about.get("License-Expression"):
        return str(expression)
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier") or ()
        if line.startswith("License ::") and line != "License :: OSI Approved"
    ]
    candidates = classifiers or [str(about.get("License") or "").strip().partition("\n")[0]]
    return " AND ".join(word for word in candidates if word)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    try:
        PAGE.write_text(page())
    except UnknownLicenceError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
