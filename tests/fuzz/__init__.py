"""Hostile uploads against the real site: `make fuzz`, and a few hundred of them in every test run.

``hostile`` makes the files, ``site`` is an installation under gunicorn, ``guided`` looks for the
ways through the site's own parsers; ``__main__`` sends everything and counts what came back.
"""
