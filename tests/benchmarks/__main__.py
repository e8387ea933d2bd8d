"""`make bench`: every benchmark in turn, each printing a table fit for docs/."""

from tests.benchmarks import engine, resume, submit_to_saved

if __name__ == "__main__":
    engine.main()
    resume.main()
    submit_to_saved.main()
