import pytest

from qdenseam.cli import progress


@pytest.fixture(autouse=True)
def _a_slow_machine_is_not_told_of(monkeypatch):
    monkeypatch.setattr(progress, "SECONDS_BEFORE", 10_000.0)
    monkeypatch.delenv("COLUMNS", raising=False)
