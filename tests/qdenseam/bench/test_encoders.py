import json

import numpy as np
import pytest
from qiskit import QuantumCircuit

from circuits.loading import Dense, Merging
from circuits.sparse_simulator import preparation_error
from qdenseam.bench import encoders
from qdenseam.bench.encoder_instances import Instance, published
from qdenseam.bench.encoder_peers import (
    PEERS,
    PeerUnavailable,
    pennylane_superposition,
    qiskit_dense,
)
from qdenseam.bench.encoders import (
    bench_encoders,
    counting_bound,
    geometric_mean,
    regime,
    summarize,
)


def instance(**changes):
    fields = {"patterns": "random", "num_neurons": 6, "num_patterns": 4, "seed": 3}
    return Instance(**(fields | changes))


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setitem(encoders.SIZES, "small", ((6, 4), (8, 4)))


@pytest.mark.parametrize("kind", ["random", "correlated"])
@pytest.mark.parametrize("amplitudes", ["uniform", "real", "complex"])
def test_instances_are_distinct_patterns_with_unit_norm(kind, amplitudes):
    case = instance(patterns=kind, amplitudes=amplitudes, num_patterns=20)
    bits, target = case.bits(), case.target()
    assert bits.shape == (20, 6)
    assert len(np.unique(bits, axis=0)) == 20
    assert np.linalg.norm(target) == pytest.approx(1)
    assert np.array_equal(bits, case.bits())
    assert np.iscomplexobj(target)


def test_too_many_patterns_are_refused():
    with pytest.raises(ValueError, match=r"num_patterns should be at most 2\*\*2\. Got 5"):
        instance(num_neurons=2, num_patterns=5).bits()


def test_published_counts_hold_for_the_published_instance():
    found = published(instance(num_neurons=16, num_patterns=16, seed=7))
    assert ("xyz_mflow", "gates", 109) in {(e.encoder, e.measure, e.value) for e in found}
    assert published(instance(seed=8)) == ()


def test_rows_are_correct_circuits_with_ratios(tiny):
    rows = bench_encoders(seeds=(7,), amplitudes=("uniform",), patterns=("random",))
    own = [row for row in rows if row.origin == "own"]
    assert {row.encoder for row in own} == {"auto:gates", "auto:depth"}
    for row in own:
        assert row.infidelity < 1e-12
        assert row.gates_ratio < 1
        assert row.bound_ratio > 1
    assert json.loads(json.dumps([row.to_dict() for row in rows]))[0]["encoder"] == "auto:gates"


def test_every_peer_gives_a_correct_circuit_or_a_reason(tiny, monkeypatch):
    monkeypatch.setitem(encoders.SIZES, "small", ((4, 3),))
    rows = bench_encoders(
        peers=True, encoders=(Merging(),), patterns=("random",), amplitudes=("complex",)
    )
    names = {row.encoder for row in rows if row.origin == "peer"}
    assert names == set(PEERS)
    for row in rows:
        assert row.note or row.infidelity < 1e-9


def test_qiskit_and_pennylane_are_brought_to_our_layout():
    case = instance(num_neurons=3, num_patterns=3)
    for peer in (qiskit_dense, pennylane_superposition):
        circuit = peer(case.bits(), case.target())
        assert preparation_error(circuit, case.bits(), case.target()) < 1e-7
        assert set(circuit.count_ops()) <= {"cx", "u"}


def test_peers_say_why_they_do_not_take_part():
    large = instance(num_neurons=70, num_patterns=64)
    for peer in PEERS.values():
        with pytest.raises(PeerUnavailable, match=r"too slow|left out|not installed"):
            peer(large.bits(), large.target())


def test_a_failing_or_wrong_peer_does_not_stop_the_run_or_set_the_mark(tiny, monkeypatch):
    def wrong(bits, amplitudes):
        circuit = QuantumCircuit(bits.shape[1])
        circuit.cx(0, 1)
        return circuit

    def failing(bits, amplitudes):
        raise RuntimeError("no luck")

    monkeypatch.setattr(encoders, "PEERS", {"wrong": wrong, "failing": failing})
    rows = bench_encoders(
        peers=True, seeds=(1,), encoders=(Merging(),), patterns=("random",), amplitudes=("real",)
    )
    by_name = {row.encoder: row for row in rows}
    assert by_name["failing"].note == "failed: RuntimeError: no luck"
    assert by_name["wrong"].infidelity > 0.5
    assert by_name["merging"].gates_ratio is None


def test_routing_fills_its_column(tiny):
    seen = []
    rows = bench_encoders(
        encoders=(Dense(),),
        patterns=("random",),
        amplitudes=("uniform",),
        route=lambda circuit: circuit.compose(circuit.inverse()),
        on_progress=seen.append,
    )
    own = [row for row in rows if row.origin == "own"]
    assert [row.routed_gates for row in own] == [2 * row.two_qubit_gates for row in own]
    assert [(i.num_neurons, i.num_patterns) for i in seen] == [(6, 4), (8, 4)]


def test_the_summary_is_the_geometric_mean_and_the_worst(tiny):
    rows = bench_encoders(patterns=("random",), amplitudes=("uniform",), encoders=(Merging(),))
    (summary,) = summarize(rows)
    ratios = [row.gates_ratio for row in rows if row.gates_ratio is not None]
    assert summary.num_instances == len(ratios) == 2
    assert summary.gates == pytest.approx(geometric_mean(ratios))
    assert summary.worst_gates == max(ratios)


def test_the_bound_and_the_regimes():
    assert counting_bound(16, 16) == pytest.approx((256 - 44.25) / (2 * np.log2(22)), abs=0.01)
    assert regime(6, 16) == "K >= 2^D/4"
    assert [regime(20, k) for k in (2, 8, 16, 64, 128)] == [
        "K = 2-3",
        "K = 4-8",
        "K = 9-16",
        "K = 17-64",
        "K >= 65",
    ]
    assert np.isnan(geometric_mean([]))


def test_unknown_grids_are_refused():
    with pytest.raises(ValueError, match=r"grid should be one of \['full', 'small'\]"):
        bench_encoders("huge")
