"""Settings of gunicorn, which serves the pages; `manage.py up` passes them with `-c`.

Threads, because a request mostly waits for the disk or the database; two processes, so that one
that is busy reading a large photo does not hold up everybody else.
"""

from typing import Any

from transfers.queue.processes import die_with_parent

wsgi_app = "stylesite.wsgi:application"
worker_class = "gthread"
workers = 2
threads = 8
timeout = 60
graceful_timeout = 5
loglevel = "warning"
control_socket_disable = True


def post_fork(server: Any, worker: Any) -> None:
    """Leave no server process behind when its master is killed."""
    die_with_parent(server.pid)
