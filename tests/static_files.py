"""The static files, looked for once for all clients of a process: each has a server of its own."""

from __future__ import annotations

from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

_found: dict[str, StaticFile] = {}


class FoundOnce(WhiteNoiseMiddleware):
    """As the site has it but for where its table comes from; 300 files take a while to look for."""

    def add_files_from_finders(self) -> None:
        if not _found:
            super().add_files_from_finders()
            _found.update(self.files)
        self.files.update(_found)
