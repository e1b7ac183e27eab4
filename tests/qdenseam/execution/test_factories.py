"""Backends of other providers by ``module:factory``, and where that is refused."""

import pytest

from qdenseam.errors import BackendError
from qdenseam.execution import engine
from qdenseam.execution.factories import check_study_engine, is_factory
from qdenseam.experiments import Task, collect
from qdenseam.experiments.comparison_tasks import ComparisonSettings, check_feasible

MODULE = """
from qiskit.providers.fake_provider import GenericBackendV2

def make():
    return GenericBackendV2(4, seed=1)

class Provider:
    make = staticmethod(make)

def broken():
    raise KeyError("token")

def nothing():
    return None

LEVEL = 3
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "my_backends.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    return "my_backends"


def test_a_factory_gives_an_engine_under_its_name(module):
    for factory in ("make", "Provider.make"):
        chosen = engine(f"{module}:{factory}")
        assert chosen.name == f"{module}:{factory}"
        assert chosen.max_qubits == 4


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_such_module_here:make", "could not be imported: ModuleNotFoundError.*PYTHONPATH"),
        ("my_backends:mke", "It has no 'mke'. Did you mean 'make'"),
        ("my_backends:LEVEL", "should be a function that returns a BackendV2. Got int"),
        ("my_backends:broken", "failed when it was called without arguments: KeyError"),
        ("my_backends:nothing", "should return a qiskit BackendV2. Got NoneType"),
    ],
)
def test_bad_factories_are_explained(module, name, message):
    with pytest.raises(BackendError, match=message):
        engine(name)


def test_only_names_of_functions_are_factories():
    assert is_factory("my_pkg.backends:make")
    for name in ("aer", "fake:fez", "pennylane:lightning.qubit", "a:b:c", ":x", "a:"):
        assert not is_factory(name)
        check_study_engine(name)
    assert not is_factory("ibm:torino")
    with pytest.raises(ValueError, match=r"An engine's name should be one of"):
        engine("a:b:c")


def test_studies_refuse_paid_devices(tmp_path):
    task = Task(kind="shots", params={"engine": "ibm:torino"}, seed=1, num_batches=1)
    with pytest.raises(ValueError, match=r"should cost nothing. Got 'ibm:torino'"):
        collect([task], tmp_path / "results.jsonl")
    with pytest.raises(ValueError, match=r"should cost nothing. Got 'ibm:torino'"):
        check_feasible(ComparisonSettings(data="random", device="ibm:torino"))


def test_studies_refuse_code(tmp_path):
    task = Task(kind="shots", params={"engine": "evil:make"}, seed=1, num_batches=1)
    with pytest.raises(ValueError, match=r"runs no code of its own. Got 'evil:make'"):
        collect([task], tmp_path / "results.jsonl")
    assert not list(tmp_path.iterdir())
    for field in ("simulator", "device"):
        with pytest.raises(ValueError, match=r"runs no code of its own. Got 'evil:make'"):
            check_feasible(ComparisonSettings(data="random", **{field: "evil:make"}))
