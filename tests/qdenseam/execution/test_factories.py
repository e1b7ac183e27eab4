"""Backends of other providers by ``module:factory``, and where that is refused."""

import sys

import pytest

from qdenseam import AmplitudeMemory, recall
from qdenseam.errors import BackendError
from qdenseam.execution import engine
from qdenseam.execution.factories import check_study_engine, is_factory
from qdenseam.experiments import Task, collect
from qdenseam.studies.compare import ComparisonSettings, comparison_study
from qdenseam.studies.noise.affine import affine_trial
from qdenseam.studies.noise.flags import flag_trial
from qdenseam.studies.noise.planned import noise_trial
from qdenseam.studies.noise.plans import plan_trial
from qdenseam.studies.noise.textbook import textbook_trial

MODULE = """
import os

from qiskit.providers.fake_provider import GenericBackendV2
from qiskit_ibm_runtime.fake_provider import FakeManilaV2

def make():
    return GenericBackendV2(4, seed=1)

class Provider:
    make = staticmethod(make)

def broken():
    raise KeyError("token")

def nothing():
    return None

def manila():
    return FakeManilaV2()

def telling():
    raise ValueError("refused " + os.environ["QISKIT_IBM_TOKEN"])

def failing(kind):
    def make():
        backend = make_four()
        def run(*args, **options):
            raise kind("refused " + os.environ["QISKIT_IBM_TOKEN"])
        backend.run = run
        return backend
    return make

make_four = make
runtime, value, key, lost = map(failing, (RuntimeError, ValueError, KeyError, ConnectionError))

LEVEL = 3
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "my_backends.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    yield "my_backends"
    sys.modules.pop("my_backends", None)


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


def test_a_factory_of_a_known_device_gives_that_devices_engine(module):
    chosen = engine(f"{module}:manila")
    assert chosen.name == f"{module}:manila"  # a later process finds it by this name
    assert type(chosen) is type(engine("fake:manila"))


@pytest.mark.parametrize("factory", ["telling", "runtime", "value", "key", "lost"])
def test_whatever_a_users_backend_raises_tells_no_token(module, monkeypatch, factory):
    monkeypatch.setenv("QISKIT_IBM_TOKEN", "a-very-long-token")
    with pytest.raises(BackendError, match=r"Error: '?refused \[secret\]") as caught:
        recall(AmplitudeMemory([[1, -1]]), "0?", sampler=f"{module}:{factory}", shots=10)
    assert "a-very-long-token" not in str(caught.value)


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
        comparison_study(ComparisonSettings(data="random", device="ibm:torino"))


@pytest.mark.parametrize("kind", ["noise", "affine-noise", "flags", "textbook", "plan"])
def test_every_parameter_that_names_an_engine_is_checked(module, tmp_path, kind):
    for name, message in ((f"{module}:make", "no code of its own"), ("ibm:manila", "cost nothing")):
        for key in ("engine", "device", "backend", "sampler"):
            task = Task(kind=kind, params={key: name}, seed=1, num_batches=1)
            with pytest.raises(ValueError, match=message):
                collect([task], tmp_path / "results.jsonl")
    assert module not in sys.modules


def test_studies_refuse_code_and_paid_devices_themselves(module, rng):
    params = {"num_neurons": 4, "num_patterns": 2, "num_erasures": 1, "num_flips": 0}
    params |= {"instance": 0, "shots": 5, "dimension": 1}
    trials = (noise_trial, affine_trial, flag_trial, textbook_trial, plan_trial)
    for trial in trials:
        for name in (f"{module}:make", "ibm:manila"):
            with pytest.raises(ValueError, match=r"should (be a name that runs|cost|be one of)"):
                trial(params | {"device": name}, rng)
    assert module not in sys.modules


def test_studies_refuse_code(tmp_path):
    task = Task(kind="shots", params={"engine": "evil:make"}, seed=1, num_batches=1)
    with pytest.raises(ValueError, match=r"runs no code of its own. Got 'evil:make'"):
        collect([task], tmp_path / "results.jsonl")
    assert not list(tmp_path.iterdir())
    for field in ("simulator", "device"):
        with pytest.raises(ValueError, match=r"runs no code of its own. Got 'evil:make'"):
            comparison_study(ComparisonSettings(data="random", **{field: "evil:make"}))
