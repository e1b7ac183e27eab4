"""A memory, a store and a service for tests of submissions."""

import pytest
from toy_service import ToyService, install

from qdenseam import AmplitudeMemory
from qdenseam.methods import SampleAndAccept
from qdenseam.retrieval.draft import draft


@pytest.fixture
def memory():
    return AmplitudeMemory([[1, 1, 1, 1], [1, -1, 1, -1], [-1, -1, 1, 1]])


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def service(tmp_path, monkeypatch):
    toy = ToyService(tmp_path / "service")
    install(toy, monkeypatch.setattr)
    return toy


@pytest.fixture
def drafted(memory, service):
    """Three probes in two jobs."""
    service.max_circuits = 2
    probes = ["0???", "?1??", "??0?"]
    return draft(memory, probes, method=SampleAndAccept(), backend="toy", shots=20, rng=1)
