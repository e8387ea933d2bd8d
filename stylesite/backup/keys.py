"""The signing key of the site in a backup.

Links that people have shared, and those in letters, are signed with it and end without it;
authenticator apps and recovery codes are encrypted with it and fit no more. Where the site drew the
key itself it is a file of the data folder, and belongs to a backup as the database does. Where the
environment gives it, whoever keeps the environment keeps the key.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from stylesite.backup.folder import open_private

NAME = "secret_key"


def fingerprint(key: str) -> str:
    """Tells one key from another, and nothing about either."""
    said = salted_hmac("stylesite.backup", "fingerprint", secret=key, algorithm="sha256")
    return said.hexdigest()[:32]


def keep(folder: Path) -> None:
    """Put the key into a backup, if it is the data folder's."""
    try:
        drawn = (settings.DATA_DIR / NAME).read_text().strip()
    except FileNotFoundError:
        return
    if constant_time_compare(drawn, settings.SECRET_KEY):
        with open_private(folder / NAME, "w") as file:
            file.write(drawn)


def give_back(folder: Path, wanted: str) -> bool:
    """After a restore: whether the site signs with the key of ``wanted`` once it is started.

    A key that the environment gives stays; one that was drawn here makes way for the backup's.
    """
    if fingerprint(settings.SECRET_KEY) == wanted:
        return True
    kept, own = folder / NAME, settings.DATA_DIR / NAME
    if not kept.exists() or not own.exists() or own.read_text().strip() != settings.SECRET_KEY:
        return False
    draft = own.with_name(f"{NAME}.restored")
    with open_private(draft, "w") as file:
        file.write(kept.read_text())
    draft.rename(own)
    return True
