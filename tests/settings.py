"""The site's settings for tests: a data folder of its own, gone afterwards, and quick passwords."""

import atexit
import os
import shutil
import tempfile

_data_dir = tempfile.mkdtemp(prefix="stylesite-tests-")
atexit.register(shutil.rmtree, _data_dir, ignore_errors=True)
os.environ.update(
    STYLESITE_DATA_DIR=_data_dir,
    STYLESITE_SECRET_KEY="for tests only, known to everyone who reads this",
    STYLESITE_STATIC_HASHED="false",
    # Playwright's synchronous interface keeps an event loop in the thread that runs the tests.
    DJANGO_ALLOW_ASYNC_UNSAFE="true",
    # Threads that spin while they wait starve a neighbour: read when torch is loaded.
    OMP_WAIT_POLICY="PASSIVE",
)

# `python -m tests.services` sets it, to a PostgreSQL that it starts.
if address := os.environ.get("STYLESITE_TEST_DATABASE_URL"):
    os.environ["STYLESITE_DATABASE_URL"] = address

from stylesite.settings import *  # noqa: E402, F403
from stylesite.settings import DATA_DIR, DATABASES, MIDDLEWARE, STATIC_ROOT  # noqa: E402

PAINTING_MEMORY = DATA_DIR / "painting-memory.json"
# A file, not memory: the live server's threads then lock it as they do in production.
DATABASES["default"]["TEST"] = {} if address else {"NAME": str(DATA_DIR / "test.sqlite3")}
WHITENOISE = "whitenoise.middleware.WhiteNoiseMiddleware"
MIDDLEWARE[MIDDLEWARE.index(WHITENOISE)] = "tests.static_files.FoundOnce"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns when it is missing
