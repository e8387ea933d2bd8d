"""Checks that remember nothing from an earlier test."""

import pytest

from stylesite.operating import readiness


@pytest.fixture(autouse=True)
def fresh_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "DATABASE", readiness.Check("database", readiness.ask_database))
    monkeypatch.setattr(
        readiness, "STORAGE", readiness.Check("storage", readiness.ask_storage, trusted_s=10)
    )
