"""From a name or an object to an engine, and what is said when that fails."""

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.primitives import BackendSamplerV2
from qiskit.providers.fake_provider import GenericBackendV2
from qiskit_aer import AerSimulator
from qiskit_ibm_runtime.fake_provider import FakeManilaV2

from qdenseam.errors import BackendError
from qdenseam.execution import engine, engine_names, fake_device_names
from qdenseam.execution.compiling.compilation import is_calibrated, predicted_layout


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


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("penylane:lightning.qubit", "'pennylane:lightning.qubit'"),
        ("ibmm:fez", "'ibm:fez'"),
        ("aer:gpu", "'aer-gpu'"),
        ("fez", "'fake:fez' or 'ibm:fez'"),
        ("FakeFez", "'fake:fez'"),
        ("fake_fez", "'fake:fez'"),
        ("ibm_fez", "'ibm:fez' or 'fake:fez'"),
        ("lightning.qubit", "'pennylane:lightning.qubit'"),
    ],
)
def test_slips_of_families_and_bare_devices_are_no_modules(name, meant):
    with pytest.raises(ValueError, match=rf"Got '{name}'\. Did you mean {meant}\?$"):
        engine(name)


def test_a_module_that_is_there_may_be_called_like_a_family(tmp_path, monkeypatch):
    (tmp_path / "fakes.py").write_text(
        "from qiskit.providers.fake_provider import GenericBackendV2\n"
        "def make():\n    return GenericBackendV2(3, seed=1)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert engine("fakes:make").max_qubits == 3


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({"basis_gates": ["x", "id"]}, r"none of its gates \(id, x\) acts on two"),
        ({"basis_gates": ["cx", "x"]}, r"cannot make up all .* from its gates \(cx, "),
        ({"coupling_map": [[0, 1], [2, 3]]}, "couplings connect only 2 of its 4 qubits"),
    ],
)
def test_a_backend_that_cannot_run_a_circuit_says_what_it_lacks(settings, missing):
    circuit = QuantumCircuit(3, 3)
    circuit.h(0)
    circuit.cx(0, [1, 2])
    circuit.measure(range(3), range(3))
    backend = GenericBackendV2(4, seed=1, **settings)
    with pytest.raises(BackendError, match=f"could not be compiled for .*{missing}.*Use a device"):
        engine(backend).compile([circuit], seed=1)


def test_unusual_gates_have_no_predicted_layout():
    target = GenericBackendV2(4, seed=1, basis_gates=["iswap", "rz", "sx"]).target
    assert not is_calibrated(target)
    circuit = QuantumCircuit(2, 2)
    circuit.h(0)
    circuit.cx(0, 1)
    assert predicted_layout(circuit, target, num_seeds=1, seed=1) is None
    poor = GenericBackendV2(4, seed=1, basis_gates=["cx", "x"]).target
    assert predicted_layout(circuit, poor, num_seeds=1, seed=1) is None


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
    assert engine(f"fake:{name}").backend is engine("fake:manila").backend


def test_device_models_are_listed():
    assert {"fez", "torino", "manila", "fractional"} <= set(fake_device_names())
    assert all(name == name.lower() for name in fake_device_names())


def test_unknown_device_model():
    with pytest.raises(ValueError, match=r"Got 'turino'. Did you mean 'torino'.*Known: .*fez"):
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
