"""`manage.py doctor`: what is wrong with an installation, and what to mend.

A check looks at one thing and yields findings; this module says which there are and lives through
what goes wrong in them. Nothing here loads torch.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from stylesite.operating.doctor import accounts, installed, pictures, queue, setup, stores
from stylesite.operating.doctor.findings import Check, Finding, Level, wrong

__all__ = ["CHECKS", "Check", "Finding", "Level", "examine"]

logger = logging.getLogger(__name__)

CHECKS = (
    Check("weights", installed.weights),
    Check("stylesheet", installed.stylesheet),
    Check("pictures", pictures.reading),
    Check("disk", stores.disk),
    Check("storage", stores.storage),
    Check("database", stores.database),
    Check("cache", stores.cache_check, needs_database=True),
    Check("backups", stores.backups),
    Check("presets", stores.presets, needs_database=True),
    Check("workers", queue.workers, needs_database=True),
    Check("queue", queue.queue, needs_database=True),
    Check("notices", queue.notices, needs_database=True),
    Check("speed", queue.speed, needs_database=True),
    Check("clock", queue.clock, needs_database=True),
    Check("secrets", setup.secrets),
    Check("data folder", setup.data_folder),
    Check("addresses", setup.addresses),
    Check("sign-up", setup.sign_up, needs_database=True),
    Check("e-mail", setup.email),
    Check("accounts", accounts.addresses, needs_database=True),
)


def examine() -> Iterator[tuple[str, Finding]]:
    """Each finding with the name of its check, as they come.

    Where the database is out of order, what needs it is not asked: that is one fault, not six.
    """
    without_database = False
    for check in CHECKS:
        if check.needs_database and without_database:
            continue
        try:
            findings = list(check.look())
        except Exception as error:
            logger.debug("the check %s broke", check.name, exc_info=True)
            kind = type(error).__name__
            findings = [
                wrong(
                    f"This could not be checked ({kind}): run it again with "
                    "STYLESITE_LOG_LEVEL=DEBUG to see why."
                )
            ]
        without_database |= check.name == "database" and any(
            finding.level is Level.WRONG for finding in findings
        )
        yield from ((check.name, finding) for finding in findings)
