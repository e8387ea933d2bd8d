"""Makes sure that there is a browser to test with: `python -m tests.browser.install`.

Debian's chromium where it is there or apt-get may bring it, otherwise Playwright's own.
"""

import os
import shutil
import subprocess
import sys

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
"""Flags for a browser that talks to nobody but the site."""

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> str | None:
    """Path of a Chromium on this machine, or None where Playwright's own is to be used."""
    named = os.environ.get("STYLESITE_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def main() -> int:
    if find_browser():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing chromium with apt-get (about a minute)", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False)
        if find_browser():
            return 0
    print("Installing Playwright's own Chromium (about 170 MB)", flush=True)
    if subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"]).returncode:
        print(
            "No browser could be installed: install Chromium, or set STYLESITE_CHROMIUM to its"
            " path, and run this again.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
