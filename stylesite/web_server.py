"""Settings of gunicorn, which serves the pages; `manage.py up` passes them with `-c`.

Threads, because a request mostly waits for the disk or the database; two processes, so that one
that is busy reading a large photo does not hold up everybody else.
"""

import logging.config
import os
import resource
from typing import Any

from django.conf import settings
from gunicorn import glogging

from engine.decoding.decoder import decoder
from gallery import slow_work
from transfers.queue.processes import die_with_parent, give_memory_back

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stylesite.settings")

PAUSE_S = 20
"""So long a client may say nothing while it sends, or take nothing while it is sent something."""

CONNECTIONS = 2000
"""Of each process; most are idle. A quarter has to do for a school behind one address."""

OTHER_FILES = 256
"""So many files may a process have open beside its connections."""


def connections_that_fit() -> int:
    """The system counts connections as open files, and often allows a process no more than 1,024
    unless it asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OTHER_FILES
    if 0 <= soft < wanted:
        soft = min(wanted, hard) if hard >= 0 else wanted
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(CONNECTIONS, max(soft // 2, soft - OTHER_FILES)) if soft >= 0 else CONNECTIONS


class Logger(glogging.Logger):  # type: ignore[misc]
    """gunicorn's own words in the site's format, on the site's handler."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        logging.config.dictConfig(settings.LOGGING)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


logger_class = Logger
wsgi_app = "stylesite.wsgi:application"
worker_class = "stylesite.web_worker.FairWorker"
workers = 2
threads = 8
worker_connections = connections_that_fit()
timeout = 60
graceful_timeout = 5
loglevel = "warning"
control_socket_disable = True


def post_fork(server: Any, worker: Any) -> None:
    """Leave no server process behind when its master is killed, and no memory of pictures."""
    die_with_parent(server.pid)
    give_memory_back()


def post_worker_init(worker: Any) -> None:
    """Have pictures decoded by a process that is there before the first one comes; and some threads
    left for pages, however many there are."""
    decoder.start()
    slow_work.room.fit(worker.cfg.threads)


def pre_request(worker: Any, request: Any) -> None:
    """A client that stops in the middle of its body, or takes no answer, gives its thread back."""
    request.unreader.sock.settimeout(PAUSE_S)
