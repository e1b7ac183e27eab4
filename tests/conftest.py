"""Fixtures and hypothesis profiles shared by all tests."""

import hashlib
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

ANY_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("dev", ANY_MACHINE, max_examples=50)
settings.register_profile("ci", ANY_MACHINE, max_examples=100, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, default=0, help="session seed of the rng fixture")
    parser.addoption(
        "--campaign", type=int, default=0, help="cases of a campaign; 0: few, as in CI"
    )


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """A generator that depends on the names of the test and its file, never on order or folder."""
    known_as = request.node.nodeid.rpartition("/")[2]
    name = int.from_bytes(hashlib.sha256(known_as.encode()).digest()[:8])
    return np.random.default_rng([request.config.getoption("--seed"), name])


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Draw both circuits when an equality between circuits fails."""
    from qiskit import QuantumCircuit

    if op == "==" and isinstance(left, QuantumCircuit) and isinstance(right, QuantumCircuit):
        return ["circuits differ", *str(left.draw()).splitlines(), *str(right.draw()).splitlines()]
    return None
