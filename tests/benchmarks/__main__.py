"""`make bench`: every benchmark in turn, each printing a table fit for docs/."""

import subprocess
import sys

BENCHMARKS = ("engine", "resume", "submit_to_saved", "look", "queue", "estimates", "gallery")

if __name__ == "__main__":
    for name in BENCHMARKS:
        # A process each, as some set up a site of their own.
        subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], check=True)
