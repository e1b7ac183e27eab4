"""From a name or an object to an engine, and what is said when that fails."""

import numpy as np
import pytest
from qiskit.primitives import BackendSamplerV2
from qiskit.providers.fake_provider import GenericBackendV2
from qiskit_aer import AerSimulator
from qiskit_ibm_runtime.fake_provider import FakeManilaV2

from qdenseam.errors import BackendError
from qdenseam.execution import engine, engine_names, fake_device_names


def test_names_are_listed_with_one_line_each():
    names = engine_names()
    assert {"statevector", "aer", "aer-mps", "aer-gpu", "fake:NAME"} <= names.keys()
    assert {"pennylane:DEVICE", "ddsim", "module:factory"} <= names.keys()
    assert all(line and "\n" not in line for line in names.values())


@pytest.mark.parametrize("name", ["statevector", "aer", "aer-mps", "fake:manila"])
def test_an_engine_carries_its_name(name):
    assert engine(name).name == name
    assert engine(name.upper()).name == name


def test_an_engine_is_returned_as_it_is():
    chosen = engine("aer")
    assert engine(chosen) is chosen
    assert engine("aer") == chosen


def test_unknown_names_are_answered_with_near_ones():
    with pytest.raises(ValueError, match=r"Got 'state-vector'\. Did you mean 'statevector'\?"):
        engine("state-vector")
    with pytest.raises(ValueError, match=r"one of statevector, aer, .*Got 'quantum'\.$"):
        engine("quantum")


def test_exact_needs_no_engine():
    with pytest.raises(ValueError, match=r"'exact', which draws from a method's law and needs no"):
        engine("exact")


def test_other_objects_are_refused():
    with pytest.raises(TypeError, match=r"a BackendV2 or a V2 sampler. Got int"):
        engine(3)


def test_gpu_is_refused_without_a_gpu_build():
    if "GPU" in AerSimulator().available_devices():
        pytest.skip("this build has GPU support")
    with pytest.raises(BackendError, match=r"qiskit-aer-gpu.*Got a build for CPU only"):
        engine("aer-gpu")


@pytest.mark.parametrize("name", ["manila", "Manila", "FakeManilaV2", "fake_manila", "ibm_manila"])
def test_device_models_by_any_spelling(name):
    assert engine(f"fake:{name}").name == "fake:manila"
    assert engine(f"fake:{name}").device is engine("fake:manila").device


def test_device_models_are_listed():
    assert {"fez", "torino", "manila", "fractional"} <= set(fake_device_names())
    assert all(name == name.lower() for name in fake_device_names())


def test_unknown_device_model():
    with pytest.raises(ValueError, match=r"Got 'turino'. Did you mean torino.*Known: .*fez"):
        engine("fake:turino")


def test_a_device_model_object_is_run_like_its_name():
    chosen = engine(FakeManilaV2())
    assert chosen.name == "fake:manila"
    assert type(chosen) is type(engine("fake:manila"))


def test_a_backend_gives_its_target():
    backend = GenericBackendV2(4, seed=1)
    chosen = engine(backend)
    assert chosen.target is backend.target
    assert chosen.max_qubits == 4


def test_a_sampler_is_compiled_for_its_backend():
    backend = GenericBackendV2(4, seed=1, coupling_map=[[0, 1], [1, 2], [2, 3]])
    chosen = engine(BackendSamplerV2(backend=backend))
    assert chosen.target is backend.target
    assert chosen.max_qubits == 4
    from qiskit import QuantumCircuit

    circuit = QuantumCircuit(3, 3)
    circuit.h(0)
    circuit.cx(0, 2)
    circuit.cx(0, 1)
    circuit.cx(1, 2)
    circuit.measure(range(3), range(3))
    [compiled] = chosen.compile([circuit], seed=1)
    assert compiled.num_qubits == 4
    [sample] = chosen.sample([compiled], 50, np.random.default_rng(1))
    assert sample["c"].shape == (50, 3)
    wide = QuantumCircuit(5, 1)
    with pytest.raises(ValueError, match=r"at most 4 qubits. Got 5"):
        chosen.compile([wide], seed=1)


def test_a_sampler_without_a_backend_has_no_target():
    from qiskit.primitives import StatevectorSampler

    chosen = engine(StatevectorSampler())
    assert chosen.name == "StatevectorSampler"
    assert chosen.target is None
    assert chosen.max_qubits is None
