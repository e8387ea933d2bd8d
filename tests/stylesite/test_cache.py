"""Limits are counted in a cache that all processes share: Redis where it is set."""

import os
import subprocess
import sys
from pathlib import Path

from tests.services.redis import RedisServer

ROOT = Path(__file__).parents[2]

# Five wrong passwords for one address within five minutes are the limit.
TRY = """
import django
django.setup()
from allauth.core import ratelimit
from django.test import RequestFactory
request = RequestFactory().post("/accounts/login/")
def attempt():
    return bool(ratelimit.consume(request, action="login_failed", key="ada@example.org"))
print(*[attempt() for _ in range(3)])
"""


def attempts(tmp_path: Path, redis_url: str) -> list[str]:
    """What a process of its own may do."""
    own = {"STYLESITE_DATA_DIR": str(tmp_path), "STYLESITE_REDIS_URL": redis_url}
    environment = {**os.environ, **own, "DJANGO_SETTINGS_MODULE": "stylesite.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", TRY], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split()


def test_a_limit_holds_across_processes(tmp_path: Path, redis_server: RedisServer) -> None:
    assert attempts(tmp_path, redis_server.url) == ["True", "True", "True"]
    assert attempts(tmp_path, redis_server.url) == ["True", "True", "False"]
