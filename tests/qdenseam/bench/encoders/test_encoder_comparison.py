import numpy as np
import pytest
from qiskit import QuantumCircuit

from circuits.sparse_simulator import preparation_error
from qdenseam.bench.base import run
from qdenseam.bench.encoders import comparison
from qdenseam.bench.encoders.comparison import EncoderBenchmark
from qdenseam.bench.encoders.devices import coupled_pairs, route
from qdenseam.bench.encoders.instances import Instance, published
from qdenseam.bench.encoders.peers import (
    PEERS,
    PeerUnavailable,
    lowered,
    pennylane_superposition,
    qiskit_dense,
)
from qdenseam.bench.encoders.ratios import (
    counting_bound,
    regime,
    with_ratios,
)

ONE = {"patterns": ("random",), "amplitudes": ("uniform",), "devices": ()}


def instance(**changes):
    fields = {"patterns": "random", "num_neurons": 6, "num_patterns": 4, "seed": 3}
    return Instance(**(fields | changes))


@pytest.mark.parametrize("kind", ["random", "correlated"])
@pytest.mark.parametrize("amplitudes", ["uniform", "complex"])
def test_instances_are_distinct_patterns_with_unit_norm(kind, amplitudes):
    case = instance(patterns=kind, amplitudes=amplitudes, num_patterns=20)
    bits, target = case.bits(), case.target()
    assert bits.shape == (20, 6)
    assert len(np.unique(bits, axis=0)) == 20
    assert np.linalg.norm(target) == pytest.approx(1)
    assert np.array_equal(bits, case.bits())


def test_too_many_patterns_are_refused():
    with pytest.raises(ValueError, match=r"num_patterns should be at most 2\*\*2\. Got 5"):
        instance(num_neurons=2, num_patterns=5).bits()


def test_published_counts_hold_for_the_published_instance():
    found = published(instance(num_neurons=16, num_patterns=16, seed=7))
    assert found["xyz_mflow"]["gates"] == 109
    assert published(instance(seed=8)) == {}


def test_rows_are_correct_circuits_with_ratios_and_a_summary():
    benchmark = EncoderBenchmark(sizes=((6, 4), (8, 4)), **ONE)
    rows = run(benchmark)
    own = [row for row in rows if row["origin"] == "own"]
    assert {row["encoder"] for row in own} == {"auto", "auto(goal=depth)"}
    for row in own:
        assert row["infidelity"] < 1e-12
        assert row["gates_ratio"] < 1 < row["bound_ratio"]
    first, _ = benchmark.summary(rows)
    ratios = [row["gates_ratio"] for row in own if row["encoder"] == "auto"]
    assert (first["encoder"], first["instances"]) == ("auto", 2)
    assert first["gates"] == pytest.approx(np.prod(ratios) ** 0.5)
    assert first["worst_gates"] == max(ratios)


def test_every_peer_gives_a_correct_circuit_or_a_reason():
    settings = ONE | {"amplitudes": ("complex",)}
    rows = run(EncoderBenchmark(sizes=((3, 3),), peers=True, encoders=("merging",), **settings))
    assert {row["encoder"] for row in rows if row["origin"] == "peer"} == set(PEERS)
    for row in rows:
        assert row["note"] or row["infidelity"] < 1e-9


def test_qiskit_and_pennylane_are_brought_to_our_layout():
    case = instance(num_neurons=3, num_patterns=3)
    for peer in (qiskit_dense, pennylane_superposition):
        circuit = peer(case.bits(), case.target())
        assert preparation_error(circuit, case.bits(), case.target()) < 1e-7
        assert set(lowered(circuit).count_ops()) <= {"cx", "u"}
        large = instance(num_neurons=70, num_patterns=256)
        with pytest.raises(PeerUnavailable, match="left out"):
            peer(large.bits(), large.target())


def test_a_failing_or_wrong_peer_does_not_stop_the_run_or_set_the_mark(monkeypatch):
    def wrong(bits, amplitudes):
        circuit = QuantumCircuit(bits.shape[1])
        circuit.cx(0, 1)
        return circuit

    def failing(bits, amplitudes):
        raise RuntimeError("no luck")

    peers = {"wrong": ("qiskit", wrong), "failing": ("qiskit", failing)}
    monkeypatch.setattr(comparison, "PEERS", peers)
    benchmark = EncoderBenchmark(
        sizes=((6, 4),), peers=True, seeds=(1,), encoders=("merging",), **ONE
    )
    by_name = {row["encoder"]: row for row in run(benchmark)}
    assert by_name["failing"]["note"] == "failed: RuntimeError: no luck"
    assert by_name["wrong"]["infidelity"] > 0.5
    assert by_name["merging"]["gates_ratio"] is None


def test_routed_rows_have_ratios_of_their_own(monkeypatch):
    monkeypatch.setattr(comparison, "PEERS", {"dense": ("qiskit", qiskit_dense)})
    settings = {"peers": True, "patterns": ("random",), "devices": ("square",)}
    rows = run(EncoderBenchmark(sizes=((5, 4),), **settings))
    routed = [row for row in rows if row["device"] == "square"]
    assert {(row["encoder"], row["amplitudes"]) for row in routed} == {
        ("auto(goal=routed)", "uniform"),
        ("dense", "uniform"),
    }
    own, peer = routed
    assert max(own["infidelity"], peer["infidelity"]) < 1e-9
    assert own["gates_ratio"] == own["two_qubit_gates"] / peer["two_qubit_gates"] < 1
    monkeypatch.setattr(comparison, "MAX_ROUTED_GATES", 0)
    *_, refused = run(EncoderBenchmark(sizes=((4, 3),), amplitudes=("real",), **settings))
    assert refused["note"] == "not routed: more than 0 CX"


def test_a_routed_circuit_prepares_the_same_state_on_coupled_qubits():
    circuit = QuantumCircuit(4)
    circuit.h(0)
    for target in (1, 2, 3):
        circuit.cx(0, target)
    routed = route(circuit, ((0, 1), (1, 2), (3, 4), (1, 4)))
    bits = np.array([[0] * 4, [1] * 4])
    assert preparation_error(routed, bits, np.full(2, 0.5**0.5)) < 1e-12


@pytest.mark.parametrize(
    ("name", "num_qubits", "num_pairs", "most"),
    [("heavy-hex", 156, 176, 3), ("square", 64, 112, 4)],
)
def test_devices_have_the_couplings_of_their_kind(name, num_qubits, num_pairs, most):
    pairs = coupled_pairs(name)
    degrees = np.bincount(np.array(pairs).ravel())
    assert (len(degrees), len(pairs), degrees.max()) == (num_qubits, num_pairs, most)


def test_wrong_circuits_set_no_mark():
    rows = [
        {"origin": "own", "two_qubit_gates": 10, "two_qubit_depth": 5},
        {"origin": "peer", "two_qubit_gates": 20, "two_qubit_depth": 5, "infidelity": 0.0},
        {"origin": "peer", "two_qubit_gates": 5, "two_qubit_depth": 5, "infidelity": 0.1},
    ]
    own, *others = with_ratios(rows)
    assert (own["gates_ratio"], own["depth_ratio"]) == (0.5, 1.0)
    assert all("gates_ratio" not in row for row in others)


def test_the_bound_and_the_regimes():
    assert counting_bound(16, 16) == pytest.approx((256 - 44.25) / (2 * np.log2(22)), abs=0.01)
    assert regime(6, 16) == "K >= 2^D/4"
    names = ["K = 2-3", "K = 4-8", "K = 9-16", "K = 17-64", "K >= 65"]
    assert [regime(20, k) for k in (2, 8, 16, 64, 128)] == names
    assert regime(8, 8) == "K = 4-8, D < 10"
    assert regime(10, 128) == "K >= 65, D < 12"


def test_unknown_encoders_are_refused_before_anything_is_measured():
    with pytest.raises(ValueError, match="Did you mean 'merging'"):
        run(EncoderBenchmark(encoders=("mergin",)))
