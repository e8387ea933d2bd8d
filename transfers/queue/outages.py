"""Errors that say nothing about the work: the database or the store of files is away for a moment.

What was asked may or may not have been done when the line was cut, so whoever asks again must ask
in a way that bears it.
"""

from django.db import InterfaceError, OperationalError, connection

from gallery.files import FilesUnavailableError

DATABASE_AWAY = (OperationalError, InterfaceError)
TRY_AGAIN_S = 10
"""After how long somebody who asks while it is away should ask again."""

AWAY = (*DATABASE_AWAY, FilesUnavailableError)


def forget_connection(error: BaseException) -> None:
    """Let the query after an error of the database connect anew: a cut line never heals."""
    if isinstance(error, DATABASE_AWAY):
        connection.close()
