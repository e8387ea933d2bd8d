"""Django looks for the tables of this app here; each lives in the room that uses it."""

from stylesite.privacy.models import AccountDeletion, Tombstone

__all__ = ["AccountDeletion", "Tombstone"]
