"""`make bench`: every benchmark in turn, each printing a table fit for docs/."""

from tests.benchmarks import submit_to_saved

if __name__ == "__main__":
    submit_to_saved.main()
