"""Everything between installed packages and a site that can start; safe to run at every start."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.backends.utils import CursorWrapper

from gallery.files import FilesUnavailableError

# Any number, as long as every host takes the same one.
PREPARING = 7_270_619
ASKS_AGAIN_S = 0.5


class Command(BaseCommand):
    help = "Build the stylesheet, migrate the database, load the presets, create the first admin."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        started = time.monotonic()
        try:
            self.step(3, "Building the stylesheet (about 2 seconds)", self.build_stylesheet)
            with one_host_at_a_time():
                self.prepare_database()
        except FilesUnavailableError as error:
            raise CommandError(
                f"The bucket {settings.S3_BUCKET} could not be used ({error.strerror}): check"
                " STYLESITE_S3_BUCKET and the settings that belong to it, and run this again."
            ) from error
        except OSError as error:
            raise CommandError(
                f"{settings.DATA_DIR} could not be written ({error.strerror}): make room on the"
                " disk or set STYLESITE_DATA_DIR to a folder you may write to, and run this again."
            ) from error
        except OperationalError as error:
            raise CommandError(
                f"The database could not be used ({error}): check STYLESITE_DATABASE_URL, and that"
                " the disk has room."
            ) from error
        self.stdout.write(f"      Ready in {time.monotonic() - started:.0f} s")

    def prepare_database(self) -> None:
        self.step(4, "Bringing the database up to date (about 2 seconds)", self.migrate)
        self.step(5, "Loading the preset styles (about 10 seconds the first time)", self.load)
        call_command("create_first_admin", stdout=self.stdout)

    def step(self, number: int, what: str, do: Callable[[], None]) -> None:
        self.stdout.write(f"[{number}/6] {what}")
        self.stdout.flush()
        do()

    def build_stylesheet(self) -> None:
        call_command("tailwind", "build", stdout=self.stdout)
        if settings.STATIC_HASHED:
            call_command("collectstatic", interactive=False, verbosity=0)

    def migrate(self) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)

    def load(self) -> None:
        call_command("load_presets", stdout=self.stdout)
        call_command("describe_styles", stdout=self.stdout)


@contextmanager
def one_host_at_a_time() -> Iterator[None]:
    """On PostgreSQL, hosts that are prepared in the same moment take turns.

    The lock is the connection's, so it goes with a host that dies. It is asked for again and again:
    a statement that waited for it would itself be waited for where a migration builds an index
    beside everybody else (``accounts.index_operations``), and neither would come to an end.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        while not _is_its_turn(cursor):
            time.sleep(ASKS_AGAIN_S)
    try:
        yield
    finally:
        connection.close()


def _is_its_turn(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [PREPARING])
    return bool(cursor.fetchone()[0])
