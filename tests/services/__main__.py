"""Runs a command with a PostgreSQL that lives as long: python -m tests.services pytest tests/…"""

import os
import subprocess
import sys

from tests.services.postgres import Postgres
from tests.services.processes import ServerError


def main() -> int:
    try:
        server = Postgres()
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        address = {"STYLESITE_TEST_DATABASE_URL": server.url()}
        return subprocess.run(sys.argv[1:], env=os.environ | address).returncode
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(main())
