"""The signing key of an installation that was not given one.

A laptop set-up should not have to invent secrets: the first start draws a key and keeps it in the
data folder. Installations with several hosts set ``STYLESITE_SECRET_KEY`` instead.
"""

import os
import secrets
from pathlib import Path


def read_or_create(path: Path) -> str:
    """Return the key kept at ``path``, drawing one first if there is none.

    Two processes that start together end up with the same key: the file appears whole or not at
    all, and whoever links it first wins.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
