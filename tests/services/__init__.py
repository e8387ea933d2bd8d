"""Real servers for tests: PostgreSQL, an S3 server, Redis, each in a folder of its own.

A server that cannot be started fails whatever needs it, with a sentence; nothing is ever skipped.
`python -m tests.services COMMAND` runs a command with a PostgreSQL for the tests' settings.
"""
