"""`manage.py work`: paint what is queued, until stopped. See transfers.queue.supervisor."""

from typing import Any

from django.core.management.base import BaseCommand

from transfers.queue.supervisor import Supervisor


class Command(BaseCommand):
    help = (
        "Paints queued transfers with STYLESITE_WORKERS workers. Stop it with Ctrl-C or SIGTERM: "
        "unfinished transfers go back to the queue and go on where they were."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        Supervisor().run()
