"""Backups of a whole site: its rows in a form that any database takes, and its files by content.

``folder`` is where they lie, ``rows`` writes tables and reads them, ``taking`` makes a backup while
the site runs, ``checking`` holds one against its hashes, ``restoring`` makes a site of it again.
"""

from collections.abc import Callable

Say = Callable[[str], None]
"""Is told, again and again, how far it is."""


class BackupError(Exception):
    """It cannot be done; the sentence says what to do."""
